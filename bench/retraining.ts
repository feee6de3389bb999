import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { RetrainOutcome } from '../engine/loop/retrain.ts';
import type { Random } from '../engine/statistics/random.ts';

// Plays the loop on streams of known change and measures each version on fresh rows of its time:
//   node bench/retraining.ts [--seeds 3] [--stream NAME] [--code FOLDER]
// `--code` takes the engine of another checkout, to compare with before. docs/retraining.md records the results.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    stream: { type: 'string' },
    code: { type: 'string', default: resolve(import.meta.dirname, '..') },
  },
});
const load = <T>(path: string) => import(pathToFileURL(join(values.code, path)).href) as Promise<T>;
const { runLoop } = await load<typeof import('../engine/loop/runLoop.ts')>('engine/loop/runLoop.ts');
const { loadProject, configFor } = await load<typeof import('../engine/project/loadProject.ts')>(
  'engine/project/loadProject.ts',
);
const { openStore } = await load<typeof import('../engine/tracking/openStore.ts')>('engine/tracking/openStore.ts');
const { openVersion } = await load<typeof import('../engine/registry/openVersion.ts')>(
  'engine/registry/openVersion.ts',
);
const { getVersion } = await load<typeof import('../engine/registry/modelVersions.ts')>(
  'engine/registry/modelVersions.ts',
);
const { modelTools } = await load<typeof import('../engine/models/modelTools.ts')>('engine/models/modelTools.ts');
const { seededRandom } = await load<typeof import('../engine/statistics/random.ts')>('engine/statistics/random.ts');
const { listEvents } = await load<typeof import('../engine/tracking/events.ts')>('engine/tracking/events.ts');

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);
/** Days that the first model is trained on, and days of production. */
const [past, future] = [60, 140];
const rowsPerDay = 100;
const change = past + 35;

/** How the rows of a day are drawn: the means of the features, and the weights that make the target. */
type Stream = (day: number) => { means: [number, number, number]; weights: [number, number, number] };

const calm = { means: [0, 0, 0], weights: [1.6, -1.2, 0.4] } satisfies ReturnType<Stream>;
const streams: Record<string, Stream> = {
  quiet: () => calm,
  'step of the concept': (at) => (at < change ? calm : { ...calm, weights: [-0.4, -1.2, 1.8] }),
  'step of the inputs': (at) => (at < change ? calm : { means: [2.5, 1.5, 0], weights: [0.2, -1.6, 1.2] }),
  'slow change': (at) => {
    const turned = Math.min(1, Math.max(0, (at - change) / 70));
    return { ...calm, weights: [1.6 - 2 * turned, -1.2, 0.4 + 1.4 * turned] };
  },
  season: (at) => ({ ...calm, means: [1.2 * Math.sin((2 * Math.PI * at) / 28), 0, 0] }),
};

interface Row {
  id: string;
  at: string;
  a: number;
  b: number;
  c: number;
  yes: boolean;
}

function draw(stream: Stream, from: number, days: number, perDay: number, random: Random): Row[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: Math.round(days * perDay) }, (_, i) => {
    const at = from + i / perDay;
    const { means, weights } = stream(at);
    const [a, b, c] = means.map((mean) => Number((mean + normal()).toFixed(4))) as [number, number, number];
    const logit = weights[0] * (a - means[0]) + weights[1] * (b - means[1]) + weights[2] * (c - means[2]);
    return {
      id: `r${Math.round(at * 1e5)}`,
      at: new Date(start + at * day).toISOString(),
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

function writeProject(root: string, rows: readonly Row[]): void {
  const csv = rows.map(({ id, at, a, b, c }) => `${id},${at},${a},${b},${c}\n`).join('');
  const known = rows
    .map(({ id, at, yes }) => `${id},${new Date(Date.parse(at) + 2 * day).toISOString()},${yes}\n`)
    .join('');
  const files = {
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
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Area under the ROC curve: the share of pairs in the right order. */
function auc(scores: ArrayLike<number>, rows: readonly Row[]): number {
  const order = Array.from(rows, (row, i) => ({ score: scores[i] ?? 0, yes: row.yes })).toSorted(
    (x, y) => x.score - y.score,
  );
  let [positives, sum] = [0, 0];
  for (const [rank, { yes }] of order.entries()) if (yes) [positives, sum] = [positives + 1, sum + rank + 1];
  return (sum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

interface Played {
  trained: number;
  promoted: number;
  helped: number;
  waits: number;
  /** AUC of v1, v2 … on fresh rows of the last days. */
  last: number[];
  /** Mean over the days of production of the AUC of the champion of that day. */
  served: number;
}

async function play(name: string, stream: Stream, seed: number): Promise<Played> {
  const root = mkdtempSync(join(tmpdir(), 'loopwright-retraining-'));
  const store = (writeProject(root, draw(stream, 0, past + future, rowsPerDay, seededRandom(seed))), openStore(root));
  try {
    const project = loadProject(root);
    const outcome = await runLoop({
      project,
      store,
      replay: { path: 'incoming/rows.csv', sql: null, from: start + past * day, to: null },
      serve: () => Promise.reject(new Error('a batch deployment serves nothing')),
    });
    const versions = new Map<number, (rows: Row[]) => Promise<number>>();
    const aucOf = async (version: number, from: number): Promise<number> => {
      const rows = draw(stream, from, 10, 400, seededRandom(seed * 1000 + Math.round(from)));
      let score = versions.get(version);
      if (!score) {
        const model = await openVersion(
          getVersion(store, 'stream', version),
          modelTools(store, configFor(project, 'default'), 'stream'),
        );
        score = async (fresh) => {
          const column = (key: 'a' | 'b' | 'c') => ({
            kind: 'number' as const,
            values: Float64Array.from(fresh, (row) => row[key]),
          });
          const table = { rows: fresh.length, columns: { a: column('a'), b: column('b'), c: column('c') } };
          return auc((await model.predict(table)).values, fresh);
        };
        versions.set(version, score);
      }
      return score(rows);
    };
    const made = outcome.retrainings.filter(({ version }) => version !== null);
    let [helped, promoted] = [0, 0];
    const changes: [number, number][] = [[past, 1]];
    for (const { version, previous, status } of made as (RetrainOutcome & { version: number; previous: number })[]) {
      if (status !== 'promoted') continue;
      promoted++;
      const event = listEvents(store, 'weekly', 'stream').find(
        (one) => one.kind === 'promoted' && one.modelVersion === version,
      );
      const from = ((event?.at ?? start) - start) / day;
      changes.push([from, version]);
      if ((await aucOf(version, from)) > (await aucOf(previous, from))) helped++;
    }
    const served: number[] = [];
    for (let at = past; at < past + future - 10; at += 10)
      served.push(await aucOf(changes.findLast(([from]) => from <= at)?.[1] ?? 1, at));
    const newest = Math.max(1, ...made.map(({ version }) => version ?? 1));
    const last: number[] = [];
    for (let version = 1; version <= newest; version++) last.push(await aucOf(version, past + future - 10));
    return {
      trained: made.length,
      promoted,
      helped,
      waits: listEvents(store, 'weekly', 'stream').filter(({ kind }) => (kind as string) === 'waiting').length,
      last,
      served: served.reduce((sum, value) => sum + value, 0) / served.length,
    };
  } finally {
    store.sql.close();
    rmSync(root, { recursive: true, force: true });
    process.stderr.write(`${name} ${seed}\n`);
  }
}

const shown = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(3));
console.log(
  '| stream | seed | trained | promoted | helped | waits | v1 at the end | v2 | v3 | champion over all days |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|');
for (const [name, stream] of Object.entries(streams)) {
  if (values.stream !== undefined && values.stream !== name) continue;
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { trained, promoted, helped, waits, last, served } = await play(name, stream, seed);
    console.log(
      `| ${name} | ${seed} | ${trained} | ${promoted} | ${helped} | ${waits} | ${shown(last[0])} | ${shown(last[1])} | ${shown(last[2])} | ${shown(served)} |`,
    );
  }
}
