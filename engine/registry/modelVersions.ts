import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { readValidationReport, type ValidationReport } from './validationReport.ts';

export type Alias = 'champion' | 'challenger';

export interface ModelVersion {
  model: string;
  version: number;
  runId: string;
  /** Folder of the saved model, relative to the project. */
  path: string;
  createdAt: number;
  report: ValidationReport;
}

/** What lists need of a version, kept beside the report so that a list of hundreds stays fast. */
type VersionSummary = Pick<ModelVersionSummary, 'metrics' | 'gatesPassed' | 'gatesTotal'>;

interface Row {
  model: string;
  version: number;
  run_id: string;
  path: string;
  created_at: number;
  report: string | null;
}

/** Registers a validated model as the next version. One that passed its gates becomes the challenger. */
export function registerVersion({ sql }: Store, model: string, runId: string, report: ValidationReport): number {
  return sql.write(() => {
    const version = nextVersion({ sql }, model);
    const summary: VersionSummary = {
      metrics: Object.fromEntries(Object.entries(report.performance).map(([key, estimate]) => [key, estimate.value])),
      gatesPassed: report.gates.filter((gate) => gate.passed).length,
      gatesTotal: report.gates.length,
    };
    sql.run(
      'INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, report, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      model,
      version,
      runId,
      report.modelPath,
      Date.now(),
      Date.now(),
      JSON.stringify(report),
      JSON.stringify(summary),
    );
    if (report.gates.every((gate) => gate.passed)) setAlias({ sql }, model, 'challenger', version, 'passed its gates');
    return version;
  });
}

/** The number of the next version of a model, which is registered if it was not. Numbers are not given twice. */
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
      `Version ${version} of \`${model}\` was registered by another program and never validated here. Run the stage that validates it first.`,
    );
  return toVersion(row);
}

export function versionOf({ sql }: Pick<Store, 'sql'>, model: string, alias: Alias): ModelVersion | null {
  const row = sql.get<Row>(
    'SELECT v.* FROM model_versions v JOIN aliases a ON a.model = v.model AND a.version = v.version WHERE a.model = ? AND a.alias = ? AND v.report IS NOT NULL',
    model,
    alias,
  );
  return row ? toVersion(row) : null;
}

/** The number of the version that has an alias; null when none has it. Cheap enough to ask on every request. */
export function aliasVersion({ sql }: Pick<Store, 'sql'>, model: string, alias: Alias): number | null {
  return (
    sql.get<{ version: number }>('SELECT version FROM aliases WHERE model = ? AND alias = ?', model, alias)?.version ??
    null
  );
}

/** The newest version's number; 0 when there is none. */
export function latestVersion({ sql }: Pick<Store, 'sql'>, model: string): number {
  return sql.get<{ v: number | null }>('SELECT max(version) AS v FROM model_versions WHERE model = ?', model)?.v ?? 0;
}

export function aliasesOf({ sql }: Pick<Store, 'sql'>, model: string): Map<number, Alias[]> {
  const result = new Map<number, Alias[]>();
  for (const { alias, version } of sql.all<{ alias: Alias; version: number }>(
    'SELECT alias, version FROM aliases WHERE model = ?',
    model,
  ))
    result.set(version, [...(result.get(version) ?? []), alias]);
  return result;
}

/** All versions for lists, newest first. */
export function summariseVersions(store: Pick<Store, 'sql'>, model: string): ModelVersionSummary[] {
  const aliases = aliasesOf(store, model);
  return store.sql
    .all<{ version: number; run_id: string; created_at: number; summary: string | null; name: string | null }>(
      'SELECT v.version, v.run_id, v.created_at, v.summary, r.name FROM model_versions v LEFT JOIN runs r ON r.run_id = v.run_id WHERE v.model = ? ORDER BY v.version DESC',
      model,
    )
    .map((row) => ({
      model,
      version: row.version,
      aliases: aliases.get(row.version) ?? [],
      runId: row.run_id,
      createdAt: row.created_at,
      runName: row.name ?? row.run_id.slice(0, 8),
      ...(row.summary === null
        ? { metrics: {}, gatesPassed: 0, gatesTotal: 0 }
        : (JSON.parse(row.summary) as VersionSummary)),
    }));
}

/** Moves an alias and keeps the history; gives the version that had it. */
export function setAlias(
  { sql }: Pick<Store, 'sql'>,
  model: string,
  alias: string,
  version: number | null,
  why: string,
): number | null {
  return sql.write(() => {
    const previous =
      sql.get<{ version: number }>('SELECT version FROM aliases WHERE model = ? AND alias = ?', model, alias)
        ?.version ?? null;
    if (version === null) sql.run('DELETE FROM aliases WHERE model = ? AND alias = ?', model, alias);
    else
      sql.run(
        'INSERT INTO aliases (model, alias, version) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
        model,
        alias,
        version,
      );
    sql.run(
      'INSERT INTO alias_history (model, alias, version, previous, at, why) VALUES (?, ?, ?, ?, ?, ?)',
      model,
      alias,
      version,
      previous,
      Date.now(),
      why,
    );
    return previous;
  });
}

function toVersion(row: Row): ModelVersion {
  return {
    model: row.model,
    version: row.version,
    runId: row.run_id,
    path: row.path,
    createdAt: row.created_at,
    report: readValidationReport(row.report ?? '{}'),
  };
}
