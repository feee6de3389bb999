import type { Table } from '../../engine/data/table.ts';
import type { Random } from '../../engine/statistics/random.ts';

// Streams of binary rows whose inputs or whose target change on a known day.

const day = 86_400_000;
export const streamStart = Date.UTC(2026, 0, 1);
/** How the rows of a day are drawn: the means of the features, and the weights that make the target. */
export type Stream = (day: number) => { means: [number, number, number]; weights: [number, number, number] };

const calm = { means: [0, 0, 0], weights: [1.6, -1.2, 0.4] } satisfies ReturnType<Stream>;
/** The streams; what changes, changes on the day `change`. */
export const streamsOf = (change: number): Record<string, Stream> => ({
  quiet: () => calm,
  'step of the concept': (at) => (at < change ? calm : { ...calm, weights: [-0.4, -1.2, 1.8] }),
  'step of the inputs': (at) => (at < change ? calm : { means: [2.5, 1.5, 0], weights: [0.2, -1.6, 1.2] }),
  'slow change': (at) => {
    const turned = Math.min(1, Math.max(0, (at - change) / 70));
    return { ...calm, weights: [1.6 - 2 * turned, -1.2, 0.4 + 1.4 * turned] };
  },
  season: (at) => ({ ...calm, means: [1.2 * Math.sin((2 * Math.PI * at) / 28), 0, 0] }),
});

export interface StreamRow {
  id: string;
  at: string;
  a: number;
  b: number;
  c: number;
  yes: boolean;
}

/** Draws `perDay` rows for each of `days` days. */
export function drawRows(stream: Stream, from: number, days: number, perDay: number, random: Random): StreamRow[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: Math.round(days * perDay) }, (_, i) => {
    const at = from + i / perDay;
    const { means, weights } = stream(at);
    const [a, b, c] = means.map((mean) => Number((mean + normal()).toFixed(4))) as [number, number, number];
    const logit = weights[0] * (a - means[0]) + weights[1] * (b - means[1]) + weights[2] * (c - means[2]);
    return {
      id: `r${Math.round(at * 1e5)}`,
      at: new Date(streamStart + at * day).toISOString(),
      a,
      b,
      c,
      yes: random.next() < 1 / (1 + Math.exp(-logit)),
    };
  });
}

const yaml = `version: 1
project: stream
seed: 3
datasets:
  rows: { path: data/rows/*.parquet, schema: schemas/rows.dataset.yaml }
  labels: { path: labels/*.csv, schema: schemas/labels.dataset.yaml }
  features: { path: data/features.parquet, schema: schemas/features.dataset.yaml }
stages:
  collect: { uses: collect, with: { dataset: rows, from: { files: incoming/*.csv } } }
  prepare:
    uses: prepare
    with: { sql: sql/features.sql, output: features, split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 } }
  train: { uses: train, with: { data: features, model: logistic, epochs: 15, batch_size: 128 } }
  validate:
    uses: validate
    with: { model: train, data: features }
    gates: { roc_auc: { min: 0.55 }, roc_auc@champion: { min: -0.02 } }
deployments: { nightly: { model: champion, as: batch, input: incoming/*.csv, output: data/scored } }
monitors:
  weekly:
    deployment: nightly
    reference: validate
    window: { every: 7d, min_rows: 100 }
    labels: { dataset: labels, key: id, delay: 3d }
    drift: { share: 0.3 }
    expect: { roc_auc: { min: 0.75 } }
retraining:
  when:
    - { monitor: weekly, drift: dataset, for: 2 windows }
    - { monitor: weekly, below: roc_auc, for: 2 windows }
  data: { window: 60d }
  then: promote
  cooldown: 14d
`;
const fields = (target: string) => `fields:
  - { name: id, type: string, constraints: { required: true }, loopwright: { role: id } }
  - { name: at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: a, type: number, loopwright: { role: feature } }
  - { name: b, type: number, loopwright: { role: feature } }
  - { name: c, type: number, loopwright: { role: feature } }
${target}primaryKey: id
`;

/** The files of a project over a stream. Labels arrive two days after their rows. */
export function streamFiles(rows: readonly StreamRow[]): Record<string, string> {
  const csv = rows.map(({ id, at, a, b, c }) => `${id},${at},${a},${b},${c}\n`).join('');
  const known = rows
    .map(({ id, at, yes }) => `${id},${new Date(Date.parse(at) + 2 * day).toISOString()},${yes}\n`)
    .join('');
  return {
    'loopwright.yaml': yaml,
    'schemas/rows.dataset.yaml': fields(''),
    'schemas/features.dataset.yaml': fields(
      '  - { name: yes, type: boolean, loopwright: { role: target, environments: [training] } }\n',
    ),
    'schemas/labels.dataset.yaml':
      'fields:\n  - { name: id, type: string, loopwright: { role: id } }\n  - { name: known_at, type: datetime, loopwright: { role: timestamp } }\n  - { name: yes, type: boolean, loopwright: { role: target } }\nprimaryKey: id\n',
    'sql/features.sql': 'SELECT r.id, r."at", r.a, r.b, r.c, l.yes FROM rows r JOIN labels l USING (id)\n',
    'incoming/rows.csv': `id,at,a,b,c\n${csv}`,
    'labels/labels.csv': `id,known_at,yes\n${known}`,
  };
}

/** The features of rows, by columns. */
export function tableOf(rows: readonly StreamRow[]): Table {
  const column = (key: 'a' | 'b' | 'c') => ({
    kind: 'number' as const,
    values: Float64Array.from(rows, (row) => row[key]),
  });
  return { rows: rows.length, columns: { a: column('a'), b: column('b'), c: column('c') } };
}

/** Area under the ROC curve: the share of pairs in the right order. */
export function auc(scores: ArrayLike<number>, rows: readonly StreamRow[]): number {
  const order = Array.from(rows, (row, i) => ({ score: scores[i] ?? 0, yes: row.yes })).toSorted(
    (x, y) => x.score - y.score,
  );
  let [positives, sum] = [0, 0];
  for (const [rank, { yes }] of order.entries()) if (yes) [positives, sum] = [positives + 1, sum + rank + 1];
  return (sum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}
