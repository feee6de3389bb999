import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { Blame, BlameItem } from '../../protocol/blame.ts';
import { WorkError, messageOf } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { rankMetrics } from '../tracking/rankMetrics.ts';
import { latestValue, sharedMetrics } from '../tracking/metricPoints.ts';
import { gateNamesOf } from '../tracking/runStages.ts';
import { codeItems } from './codeItems.ts';
import { withCodeTrees } from './codeTrees.ts';
import { isTiming } from './compareMetrics.ts';
import { dataChanges } from './dataChanges.ts';
import { environmentItems } from './environmentItems.ts';
import { RunEvidence, type Evidence } from './evidence.ts';
import { keptRun, type KeptRun } from './keptRun.ts';

export interface BlameOptions {
  root: string;
  store: Store;
  a: string;
  b: string;
  /** Default: the primary metric, or else the most informative one of both runs. */
  metric?: string | null;
  /** The metrics that the project declares to represent a run. */
  primary?: readonly PrimaryMetric[];
  signal?: AbortSignal;
}

/** The differences between two runs, sorted by how likely they moved the metric; docs/runs.md has the rule. */
export async function blame({
  root,
  store,
  a: first,
  b: second,
  metric: asked,
  primary = [],
  signal,
}: BlameOptions): Promise<Blame> {
  const [a, b] = [keptRun(store, first), keptRun(store, second)];
  const key = asked ?? chooseMetric(store, a, b, primary);
  const [before, after] =
    key === null ? [null, null] : [latestValue(store, a.row.id, key), latestValue(store, b.row.id, key)];
  if (asked && before === null && after === null)
    throw new WorkError(
      `Neither run has a metric \`${asked}\`. They share ${sharedMetrics(store, a.row.id, b.row.id).slice(0, 10).join(', ') || 'none'}.`,
    );
  const moved = before === null || after === null ? null : Math.abs(after - before);
  const evidence = key === null ? null : new RunEvidence(store, key, [a.row.run_id, b.row.run_id]);
  const judge = (item: BlameItem, part: string) => withEvidence(item, evidence?.of(part) ?? null, key ?? '', moved);
  const notes: string[] = [];
  const data = await dataChanges(store, a, b, signal);
  const items = [
    ...data.items.map((item) => (item.weight > 10 ? judge(item, 'data:') : item)),
    ...paramItems(a, b).map((item) => judge(item, `param:${item.name}`)),
    ...otherItems(a, b).map((item) => judge(item, item.kind)),
  ];
  notes.push(...data.notes);
  let imported: ReadonlySet<string> | null = null;
  try {
    await withCodeTrees(root, async (trees) => {
      const found = await codeItems(trees, a, b);
      imported = found.imported;
      // Evidence about the code as a whole does not apply to one of several files.
      items.push(...(found.items.length === 1 ? found.items.map((item) => judge(item, 'code')) : found.items));
    });
  } catch (error) {
    if (!(error instanceof WorkError)) throw error;
    notes.push(`Code could not be compared: ${messageOf(error)}.`);
  }
  for (const { row, code } of [a, b])
    if (code.problem !== undefined)
      notes.push(`The uncommitted changes of ${row.name} were not kept: ${code.problem}.`);
  items.push(...environmentItems(store, a, b, imported));
  return {
    a: headOf(a),
    b: headOf(b),
    metric: key === null ? null : { key, before, after },
    items: items.toSorted((x, y) => y.weight - x.weight || (x.name < y.name ? -1 : 1)),
    notes,
  };
}

function headOf({ row }: KeptRun): Blame['a'] {
  return { runId: row.run_id, name: row.name, startedAt: row.started_at, commit: row.commit_hash };
}

function chooseMetric(store: Store, a: KeptRun, b: KeptRun, primary: readonly PrimaryMetric[]): string | null {
  const shared = sharedMetrics(store, a.row.id, b.row.id).filter((key) => !isTiming(key));
  const gates = gateNamesOf(store, b.row.run_id);
  const ranked = rankMetrics(shared.map((shown) => ({ key: shown, runs: 2 }))).map(({ name }) => name);
  return (
    [...primary.map(({ name }) => name), ...gates, ...ranked, ...shared].find((key) => shared.includes(key)) ?? null
  );
}

function paramItems(a: KeptRun, b: KeptRun): BlameItem[] {
  return [...new Set([...Object.keys(a.params), ...Object.keys(b.params)])].toSorted().flatMap((name): BlameItem[] => {
    const [before, after] = [a.params[name], b.params[name]].map((value) =>
      value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value),
    );
    return before === after
      ? []
      : [
          {
            kind: 'param',
            name,
            before: before ?? null,
            after: after ?? null,
            why: 'a param changed; no other runs differ in it alone',
            weight: 70,
            path: null,
          },
        ];
  });
}

function otherItems(a: KeptRun, b: KeptRun): BlameItem[] {
  const items: BlameItem[] = [];
  const add = (
    kind: BlameItem['kind'],
    name: string,
    before: string | null,
    after: string | null,
    why: string,
    weight: number,
  ) => {
    if (before !== after) items.push({ kind, name, before, after, why, weight, path: null });
  };
  const day = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  add(
    'seed',
    'seed',
    a.row.seed === null ? null : String(a.row.seed),
    b.row.seed === null ? null : String(b.row.seed),
    'another seed starts the random numbers elsewhere; no other runs differ in it alone',
    60,
  );
  add('period', 'data as of', day(a.row.as_of), day(b.row.as_of), 'rows later than this were not read', 85);
  add(
    'period',
    'window',
    a.code.window === undefined ? null : `${a.code.window} ms`,
    b.code.window === undefined ? null : `${b.code.window} ms`,
    'rows older than this before the time of the run were not read',
    85,
  );
  add(
    'period',
    'regime',
    day(a.code.regime ?? null),
    day(b.code.regime ?? null),
    'a split by time cuts the rows from this time on, and trains on all rows before it',
    85,
  );
  return items;
}

/** Without evidence, the reason says so. */
const replacedByEvidence: ReadonlySet<BlameItem['kind']> = new Set(['param', 'seed']);

/**
 * Ranks evidence of other runs above assumptions: high when the metric moved as much there, low when it did not move.
 */
function withEvidence(item: BlameItem, evidence: Evidence | null, metric: string, moved: number | null): BlameItem {
  if (!evidence) return item;
  const strength =
    moved === null || moved === 0 ? (evidence.effect > 0 ? 0.5 : 0) : Math.min(1, evidence.effect / moved);
  const runs = `${evidence.runs} other ${evidence.runs === 1 ? 'run' : 'runs'} that differ in it alone`;
  const effect = Number(evidence.effect.toPrecision(3));
  const told =
    strength < 0.1 ? `over ${runs}, ${metric} hardly moved (${effect})` : `over ${runs}, ${metric} moved by ${effect}`;
  return {
    ...item,
    why: replacedByEvidence.has(item.kind) ? told : `${item.why}; ${told}`,
    weight: strength < 0.1 ? Math.min(item.weight, 20) : Math.max(item.weight, Math.round(80 + 19 * strength)),
  };
}
