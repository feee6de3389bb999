import type { ModelAlias } from '../../protocol/models.ts';
import { WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { servedFiles } from './refit.ts';
import { readValidationReport, type ValidationReport } from './validationReport.ts';

export interface ModelVersion {
  model: string;
  version: number;
  runId: string;
  /** File or folder of the model that is served, relative to the project when inside it. */
  path: string;
  createdAt: number;
  report: ValidationReport;
}

interface Row {
  model: string;
  version: number;
  run_id: string;
  created_at: number;
  report: string | null;
}

/** Returns the number of the next version of a model, and registers the model if needed. Numbers are never reused. */
export function nextVersion({ sql }: Pick<Store, 'sql'>, model: string): number {
  const now = Date.now();
  sql.run(
    'INSERT INTO registered_models (name, created_at, updated_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    model,
    now,
    now,
  );
  sql.run('UPDATE registered_models SET last_version = last_version + 1, updated_at = ? WHERE name = ?', now, model);
  return sql.get<{ v: number }>('SELECT last_version AS v FROM registered_models WHERE name = ?', model)?.v ?? 1;
}

export function getVersion({ sql }: Pick<Store, 'sql'>, model: string, version: number): ModelVersion {
  const row = sql.get<Row>('SELECT * FROM model_versions WHERE model = ? AND version = ?', model, version);
  if (!row) throw new WorkError(`\`${model}\` has no version ${version}. \`loopwright models\` lists them.`);
  if (row.report === null)
    throw new WorkError(
      `Version ${version} of \`${model}\` was registered by another program and never validated here. \`loopwright validate ${model}@${version} --data DATASET\` validates it.`,
    );
  return toVersion(row);
}

export function versionOf({ sql }: Pick<Store, 'sql'>, model: string, alias: ModelAlias): ModelVersion | null {
  const row = sql.get<Row>(
    'SELECT v.* FROM model_versions v JOIN aliases a ON a.model = v.model AND a.version = v.version WHERE a.model = ? AND a.alias = ? AND v.report IS NOT NULL',
    model,
    alias,
  );
  return row ? toVersion(row) : null;
}

/** The number of the version that has an alias; null when none has it. Fast enough for every request. */
export function aliasVersion({ sql }: Pick<Store, 'sql'>, model: string, alias: ModelAlias): number | null {
  return (
    sql.get<{ version: number }>('SELECT version FROM aliases WHERE model = ? AND alias = ?', model, alias)?.version ??
    null
  );
}

/** The newest version's number; 0 when there is none. */
export function latestVersion({ sql }: Pick<Store, 'sql'>, model: string): number {
  return sql.get<{ v: number | null }>('SELECT max(version) AS v FROM model_versions WHERE model = ?', model)?.v ?? 0;
}

/** The runs that registered a version of any model. */
export function runsOfVersions({ sql }: Pick<Store, 'sql'>): string[] {
  return sql.all<{ runId: string }>('SELECT DISTINCT run_id AS runId FROM model_versions').map(({ runId }) => runId);
}

/** The model with the newest version; null when there is none. */
export function newestModel({ sql }: Pick<Store, 'sql'>): string | null {
  return sql.get<{ model: string }>('SELECT model FROM model_versions ORDER BY created_at DESC LIMIT 1')?.model ?? null;
}

function toVersion(row: Row): ModelVersion {
  const report = readValidationReport(row.report ?? '{}');
  return {
    model: row.model,
    version: row.version,
    runId: row.run_id,
    path: servedFiles(report).path,
    createdAt: row.created_at,
    report,
  };
}
