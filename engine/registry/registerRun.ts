import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError } from '../base/errors.ts';
import { stagesOf } from '../tracking/runStages.ts';
import { findRun } from '../tracking/runDetail.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { registerVersion, setAlias } from './modelVersions.ts';
import { readValidationReport, reportFile, type ValidationReport } from './validationReport.ts';

export interface RegisteredRun {
  version: number;
  runId: string;
  runName: string;
  /** False when the run was a version before. */
  made: boolean;
}

/**
 * Makes the model that a run validated a version, such as the chosen trial of a sweep; one whose gates passed becomes
 * the challenger. A run that is a version already keeps its number. WorkError when the run validated no model, or its
 * files are gone.
 */
export function registerRun(store: Store, model: string, run: string): RegisteredRun {
  const { run_id: runId, name: runName } = findRun(store, run);
  return store.sql.write(() => {
    const known = store.sql.get<{ version: number; report: string | null }>(
      'SELECT version, report FROM model_versions WHERE model = ? AND run_id = ? AND report IS NOT NULL ORDER BY version DESC LIMIT 1',
      model,
      runId,
    );
    if (known) {
      const passed = readValidationReport(known.report ?? '{}').gates.every((gate) => gate.passed);
      if (passed && !isAliased(store, model, known.version))
        setAlias(store, model, 'challenger', known.version, 'chosen by hand');
      return { version: known.version, runId, runName, made: false };
    }
    return {
      version: registerVersion(store, model, runId, reportOf(store, runId, runName)),
      runId,
      runName,
      made: true,
    };
  });
}

function isAliased({ sql }: Store, model: string, version: number): boolean {
  return sql.get('SELECT 1 FROM aliases WHERE model = ? AND version = ?', model, version) !== undefined;
}

function reportOf(store: Store, runId: string, runName: string): ValidationReport {
  const stage = stagesOf(store, runId).findLast(
    ({ kind, status }) => kind === 'validate' && (status === 'finished' || status === 'refused'),
  )?.stage;
  if (stage === undefined)
    throw new WorkError(
      `${runName} validated no model, so it cannot become a version. Run its stage that validates, then register that run.`,
    );
  const file = join(artifactsFolder(store, runId), reportFile(stage));
  const report = existsSync(file) ? readValidationReport(readFileSync(file, 'utf8')) : null;
  if (report === null || !existsSync(join(store.root, report.modelPath)))
    throw new WorkError(
      `The model of ${runName} is no longer among its artifacts. Run it again: \`loopwright reproduce ${runId.slice(0, 8)}\`.`,
    );
  return report;
}
