import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RunStatus, StageKind } from '../../protocol/lifeCycle.ts';
import type { ArtifactEntry, RunDetail, RunStageDetail } from '../../protocol/runs.ts';
import { WorkError } from '../base/errors.ts';
import { readCode } from './runCode.ts';
import { readGate } from './storedGate.ts';
import { confusionOf } from './confusion.ts';
import { summariseRuns, type RunRow } from './runSummaries.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { textOf } from './texts.ts';
import { knownTags } from './writeRun.ts';

const mostAtOnce = 100;

/** The row of a run by its id, a prefix of it, or its name. Throws WorkError when there is none. */
export function findRun({ sql }: Pick<Store, 'sql'>, id: string): RunRow {
  const row =
    sql.get<RunRow>('SELECT * FROM runs WHERE run_id = ?', id) ??
    (/^[0-9a-f]{4,}$/i.test(id)
      ? sql.get<RunRow>(
          'SELECT * FROM runs WHERE run_id >= ? AND run_id < ? ORDER BY started_at DESC LIMIT 1',
          id.toLowerCase(),
          `${id.toLowerCase()}g`,
        )
      : undefined) ??
    sql.get<RunRow>('SELECT * FROM runs WHERE name = ? ORDER BY started_at DESC LIMIT 1', id);
  if (!row) throw new WorkError(`There is no run \`${id}\`. \`loopwright runs\` lists them.`);
  return row;
}

/** All details of one run. Throws WorkError when there is none. */
export function getRun(store: Store, id: string): RunDetail {
  return detailOf(store, findRun(store, id));
}

/** Several runs by their full ids, in this order; unknown ones are left out. Throws WorkError for more than 100. */
export function getRuns(store: Store, ids: readonly string[]): RunDetail[] {
  if (ids.length > mostAtOnce)
    throw new WorkError(`The details of at most ${mostAtOnce} runs are read at once; ${ids.length} were asked for.`);
  return ids.flatMap((id) => {
    const row = store.sql.get<RunRow>('SELECT * FROM runs WHERE run_id = ?', id);
    return row ? [detailOf(store, row)] : [];
  });
}

function detailOf(store: Store, row: RunRow): RunDetail {
  const { sql } = store;
  const runId = row.run_id;
  const [summary] = summariseRuns(store, [row]);
  if (!summary) throw new Error('a run without a summary');
  const stages = sql.all<{
    stage: string;
    kind: StageKind;
    status: RunStageDetail['status'];
    started_at: number | null;
    ended_at: number | null;
    reasons: string;
    summary: string;
    exit_code: number | null;
    error: string | null;
  }>('SELECT * FROM run_stages WHERE run_id = ? ORDER BY position', runId);
  const code = readCode(row.code);
  return {
    ...summary,
    stages: stages.map((s) => ({
      stage: s.stage,
      kind: s.kind,
      status: s.status,
      startedAt: s.started_at,
      durationMs: s.started_at !== null && s.ended_at !== null ? s.ended_at - s.started_at : null,
      reasons: JSON.parse(s.reasons) as string[],
      summary: s.summary,
      exitCode: s.exit_code,
      error: s.error,
    })),
    artifacts: listArtifacts(artifactsFolder(store, runId)),
    inputs: [
      ...sql.all<{ dataset: string; snapshotId: string; rows: number; hash: string }>(
        'SELECT i.dataset, i.snapshot_id AS snapshotId, s.rows, s.hash FROM run_inputs i JOIN snapshots s ON s.id = i.snapshot_id WHERE i.run_id = ?',
        runId,
      ),
      ...sql
        .all<{ name: string; digest: string; profile: string | null }>(
          'SELECT d.name, d.digest, d.profile FROM dataset_inputs i JOIN mlflow_datasets d ON d.id = i.dataset WHERE i.run = ?',
          row.id,
        )
        .map(({ name, digest, profile }) => ({ dataset: name, snapshotId: '', rows: rowsOf(profile), hash: digest })),
    ],
    environment: withCounts(store, JSON.parse(row.environment) as Record<string, string>),
    seed: row.seed,
    gates: sql
      .all<{ result: string }>('SELECT result FROM gates WHERE run_id = ? ORDER BY position', runId)
      .map((gate) => readGate(gate.result)),
    seriesKeys: sql
      .all<{ key: string }>(
        'SELECT k.key FROM latest l JOIN metric_keys k ON k.id = l.key WHERE l.run = ? AND l.count > 1 ORDER BY k.key',
        row.id,
      )
      .map(({ key }) => key),
    children: sql.all<{ runId: string; name: string; status: RunStatus }>(
      'SELECT r.run_id AS runId, r.name, r.status FROM tags t JOIN runs r ON r.id = t.run WHERE t.key = ? AND t.value = ? AND r.deleted_at IS NULL ORDER BY r.started_at, r.id LIMIT 1000',
      knownTags.parent,
      runId,
    ),
    code: { branch: code.branch ?? null, remote: code.remote ?? null, patch: code.patch !== undefined },
    confusion: confusionOf(store, runId),
    command: row.command,
    reproduce:
      row.source === 'loopwright'
        ? `loopwright reproduce ${runId.slice(0, 8)}`
        : `${row.commit_hash ? `git checkout ${row.commit_hash}\n` : ''}${row.command}`,
  };
}

/** Lists of packages are stored as text with one package per line; the view shows their number. */
function withCounts(store: Store, environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => {
      const text = /^packages(\.|$)/.test(key) ? textOf(store, value) : null;
      return [key, text === null ? value : `${text.split('\n').length} (${value.slice(0, 12)})`];
    }),
  );
}

/** The number of rows in MLflow's profile of a dataset. */
function rowsOf(profile: string | null): number {
  try {
    const rows = (JSON.parse(profile ?? '{}') as { num_rows?: unknown }).num_rows;
    return typeof rows === 'number' ? rows : 0;
  } catch {
    return 0;
  }
}

function listArtifacts(folder: string): ArtifactEntry[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path).replaceAll('\\', '/'), bytes: statSync(path).size }))
    .toSorted((a, b) => a.path.localeCompare(b.path));
}
