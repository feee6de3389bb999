import type { ModelRef } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';
import { challenger, setAlias } from './aliases.ts';
import { recordAudit } from './audit.ts';
import { nextVersion } from './modelVersions.ts';
import { refitTags, servedFiles } from './refit.ts';
import { setRegistryTag } from './registeredModels.ts';
import { summaryOf } from './versionSummary.ts';
import type { ValidationReport } from './validationReport.ts';

/** Registers a validated model as the next version. It becomes the challenger when its gates passed. */
export function registerVersion(
  store: Store,
  name: string,
  runId: string,
  report: ValidationReport,
  actor: string,
): ModelRef {
  const { sql } = store;
  return sql.write(() => {
    const version = nextVersion(store, name);
    // A model that a program logged has an address of its own, by which MLflow's clients find its files.
    const { path } = servedFiles(report);
    const logged = /(?:^|\/)models\/(m-[\w-]+)$/.exec(path)?.[1] ?? null;
    sql.run(
      `INSERT INTO model_versions (model, version, run_id, path, source, model_id, created_at, updated_at, report, summary,
         registered_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      name,
      version,
      runId,
      logged === null ? path : '',
      logged === null ? null : `models:/${logged}`,
      logged,
      Date.now(),
      Date.now(),
      JSON.stringify(report),
      JSON.stringify(summaryOf(report)),
      actor,
    );
    recordAudit(store, actor, 'version registered', { model: name, version, runId });
    for (const tag of refitTags(report)) setRegistryTag(store, name, version, tag, actor);
    if (report.gates.every((gate) => gate.passed))
      setAlias(store, { model: name, alias: challenger, version, kind: 'registered', why: 'passed its gates', actor });
    return { name, version };
  });
}
