import type { DatasetFacts, HistoryFacts } from '../../engine/facts/facts.ts';
import { rankMetrics } from '../../engine/tracking/rankMetrics.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { GateConfig } from '../../engine/project/schema/gates.ts';
import { bytes as bytesText } from '../../words/sizes.ts';
import { duration, timeText } from '../../words/times.ts';
import { count, plain, sparkline } from './describeColumn.ts';

const shown = 12;

type Run = HistoryFacts['runs'][number];

/** The metric that distinguishes runs: the primary one if they have it. */
function telling({ primary }: HistoryFacts, runs: readonly Run[]): PrimaryMetric | null {
  const counts = new Map<string, number>();
  for (const run of runs) for (const key of Object.keys(run.metrics)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const logged = rankMetrics([...counts].map(([key, n]) => ({ key, runs: n })));
  return [...primary, ...logged].find(({ name }) => counts.has(name)) ?? null;
}

/** `pr_auc ▃▅▇ 0.71 → 0.88`, oldest first; null with fewer than two values. */
function trend(label: string, values: readonly number[]): string | null {
  const last = values.slice(-shown);
  if (last.length < 2) return null;
  return `${label} \`${sparkline(last)}\` ${plain(last[0] ?? 0)} → ${plain(last.at(-1) ?? 0)} (last ${last.length} runs)`;
}

/** The state of a stage, why it is stale, and the results of its last runs. */
export function stageHistory(history: HistoryFacts | null, name: string, now = Date.now()): string[] {
  const stage = history?.stages.find((candidate) => candidate.name === name);
  if (!history || !stage) return [];
  const lines = [
    `**${stage.state}**${stage.last ? ` · last run ${stage.last.runName}, ${stage.last.status} ${timeText(stage.last.startedAt, now)}${stage.last.durationMs === null ? '' : `, ${duration(stage.last.durationMs)}`}${stage.last.summary ? ` · ${stage.last.summary}` : ''}` : ''}`,
  ];
  if (stage.state !== 'fresh' && stage.reasons.length > 0)
    lines.push(
      stage.reasons
        .slice(0, 5)
        .map((reason) => `- ${reason}`)
        .join('\n'),
    );
  const metric = telling(history, history.runs);
  const line =
    metric === null
      ? null
      : trend(
          metric.name,
          history.runs.toReversed().flatMap((run) => run.metrics[metric.name] ?? []),
        );
  if (line !== null && (stage.kind === 'train' || stage.kind === 'validate' || stage.kind === 'cmd')) lines.push(line);
  return lines;
}

/** The values of a param in earlier runs, and that of the best run. */
export function paramHistory(history: HistoryFacts | null, name: string): string[] {
  const runs = (history?.runs ?? []).filter((run) => run.params[name] !== undefined);
  if (!history || runs.length === 0) return [];
  const metric = telling(history, runs);
  const values = new Map<string, number[]>();
  for (const run of runs) {
    const value = JSON.stringify(run.params[name]);
    const reached = metric === null ? undefined : run.metrics[metric.name];
    values.set(value, [...(values.get(value) ?? []), ...(reached === undefined ? [] : [reached])]);
  }
  const tried = [...values.keys()]
    .slice(0, 8)
    .map((value) => `\`${value}\``)
    .join(', ');
  const lines = [
    `Tried in ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}: ${tried}${values.size > 8 ? ` and ${values.size - 8} more` : ''}`,
  ];
  if (metric !== null) {
    const { name: key, direction } = metric;
    const sign = direction === 'minimize' ? -1 : 1;
    const best = runs
      .filter((run) => run.metrics[key] !== undefined)
      .toSorted((a, b) => sign * ((b.metrics[key] ?? 0) - (a.metrics[key] ?? 0)))[0];
    if (best)
      lines.push(
        `Best: \`${JSON.stringify(best.params[name])}\` in ${best.name}, ${key} ${plain(best.metrics[key] ?? 0)}`,
      );
  }
  return lines;
}

/** The bound of a gate with the values of the last runs. */
export function gateHistory(
  history: HistoryFacts | null,
  gate: string,
  bound: Pick<GateConfig, 'min' | 'max' | 'at_confidence'> | null,
): string[] {
  const lines: string[] = [];
  if (bound) {
    const parts = [
      bound.min === undefined ? null : `at least ${bound.min}`,
      bound.max === undefined ? null : `at most ${bound.max}`,
    ].filter((part) => part !== null);
    if (parts.length > 0)
      lines.push(
        `Must be ${parts.join(' and ')}${bound.at_confidence === undefined ? '' : `, at ${bound.at_confidence * 100} % confidence`}.`,
      );
  }
  const results = (history?.runs ?? []).flatMap((run) =>
    run.gates.filter((result) => result.gate === gate && result.value !== null).map((result) => ({ run, result })),
  );
  if (results.length === 0) return lines;
  lines.push(
    results
      .slice(0, 5)
      .map(
        ({ run, result }) =>
          `- ${result.kind === 'undecidable' ? '?' : result.passed ? '✓' : '✗'} ${plain(result.value ?? 0)}${result.bound === null ? '' : ` (bound ${plain(result.bound)})`} in ${run.name}${result.n === null ? '' : `, ${count(result.n)} rows`}`,
      )
      .join('\n'),
  );
  const line = trend(
    gate,
    results.toReversed().map(({ result }) => result.value ?? 0),
  );
  if (line !== null) lines.push(line);
  return lines;
}

/** The last values of a metric. */
export function metricHistory(history: HistoryFacts | null, metric: string): string[] {
  const line = trend(
    metric,
    (history?.runs ?? []).toReversed().flatMap((run) => run.metrics[metric] ?? []),
  );
  return line === null ? [] : [line];
}

/** The files, rows and columns of a dataset. */
export function datasetInData(facts: DatasetFacts | null): string[] {
  if (!facts) return [];
  if (facts.files.length === 0) return ['No file exists yet.'];
  const bytes = facts.files.reduce((sum, file) => sum + file.bytes, 0);
  const newest = Math.max(...facts.files.map((file) => file.modifiedMs));
  const lines = [
    `**In the data**: ${facts.partial ? 'the first ' : ''}${count(facts.rows)} rows${columnsAndGaps(facts)} · ${facts.files.length === 1 ? '1 file' : `${count(facts.files.length)} files`}, ${bytesText(bytes)}, changed ${timeText(newest)}`,
  ];
  if (facts.error) lines.push(`It cannot be read: ${facts.error.message}`);
  if (facts.columns.length > 0)
    lines.push(
      facts.columns
        .slice(0, 24)
        .map((column) => `\`${column.name}\` ${column.type}`)
        .join(' · ') + (facts.columns.length > 24 ? ` · … ${facts.columns.length - 24} more` : ''),
    );
  return lines;
}

function columnsAndGaps({ columns, rows }: DatasetFacts): string {
  if (columns.length === 0) return '';
  const missing = columns.reduce((sum, column) => sum + column.missing, 0) / Math.max(1, rows * columns.length);
  return ` · ${count(columns.length)} ${columns.length === 1 ? 'column' : 'columns'} · ${missing === 0 ? 'nothing' : missing < 0.001 ? 'less than 0.1 %' : `${Number((missing * 100).toPrecision(2))} %`} missing`;
}
