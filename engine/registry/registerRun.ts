import { readRegularFile } from '../base/readRegularFile.ts';
import { projectPath } from '../base/projectPath.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRef } from '../../protocol/models.ts';
import { WorkError } from '../base/errors.ts';
import { objectOf } from '../models/modelFiles.ts';
import { stagesOf } from '../tracking/runStages.ts';
import { findRun } from '../tracking/runDetail.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { challenger, setAlias } from './aliases.ts';
import { servedFiles } from './refit.ts';
import { registerVersion } from './registerVersion.ts';
import { readValidationReport, reportFile, type ValidationReport } from './validationReport.ts';

export interface RegisteredRun {
  /** The registered versions of the run, one per model. */
  registered: ModelRef[];
  runId: string;
  runName: string;
  /** False when the run was registered before. */
  made: boolean;
}

/**
 * Registers each model that a run validated as a version, for example the chosen trial of a sweep. A version whose
 * gates passed becomes the challenger. A run that was registered before keeps its numbers. `modelOf` names the model of
 * a validate stage whose report does not. Throws WorkError when the run validated no model or its files are gone.
 */
export function registerRun(
  store: Store,
  run: string,
  modelOf: (stage: string) => string,
  actor: string,
): RegisteredRun {
  const { run_id: runId, name: runName } = findRun(store, run);
  return store.sql.write(() => {
    const known = store.sql.all<{ model: string; version: number; report: string }>(
      `SELECT model, max(version) AS version, report FROM model_versions
       WHERE run_id = ? AND report IS NOT NULL GROUP BY model ORDER BY model`,
      runId,
    );
    if (known.length > 0) {
      for (const { model, version, report } of known) {
        const passed = readValidationReport(report).gates.every((gate) => gate.passed);
        if (passed && !isAliased(store, model, version))
          setAlias(store, { model, alias: challenger, version, kind: 'chosen', why: 'chosen by hand', actor });
      }
      return { registered: known.map(({ model, version }) => ({ name: model, version })), runId, runName, made: false };
    }
    // The last validation of a model counts, as during a run.
    const reports = new Map(
      reportsOf(store, runId, runName).map(({ stage, report }) => [report.model ?? modelOf(stage), report]),
    );
    const registered = [...reports].map(([name, report]) => registerVersion(store, name, runId, report, actor));
    return { registered, runId, runName, made: true };
  });
}

function isAliased({ sql }: Store, model: string, version: number): boolean {
  return sql.get('SELECT 1 FROM aliases WHERE model = ? AND version = ?', model, version) !== undefined;
}

function reportsOf(store: Store, runId: string, runName: string): { stage: string; report: ValidationReport }[] {
  const stages = stagesOf(store, runId).filter(
    ({ kind, status }) => kind === 'validate' && (status === 'finished' || status === 'refused'),
  );
  if (stages.length === 0)
    throw new WorkError(
      `${runName} validated no model, so it cannot become a version. Run its stage that validates, then register that run; \`loopwright validate ${runName} --data DATASET\` validates a model that it logged.`,
    );
  return stages.map(({ stage }) => {
    const file = join(artifactsFolder(store, runId), reportFile(stage));
    const report = existsSync(file) ? readValidationReport(readRegularFile(file).toString()) : null;
    if (report === null || !existsSync(projectPath(store.root, objectOf(servedFiles(report).path).path)))
      throw new WorkError(
        `The model of ${runName} is no longer among its artifacts. Run it again: \`loopwright reproduce ${runId.slice(0, 8)}\`.`,
      );
    return { stage, report };
  });
}
