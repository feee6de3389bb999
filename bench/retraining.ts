import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { RetrainOutcome } from '../engine/loop/retrain.ts';
import {
  auc,
  drawRows,
  streamFiles,
  streamStart as start,
  streamsOf,
  tableOf,
  type Stream,
  type StreamRow,
} from '../test/helpers/changingStream.ts';

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
/** Days that the first model is trained on, and days of production. */
const [past, future] = [60, 140];
const rowsPerDay = 100;
const streams = streamsOf(past + 35);

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

function writeProject(root: string, rows: readonly StreamRow[]): void {
  for (const [path, content] of Object.entries(streamFiles(rows))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

async function play(name: string, stream: Stream, seed: number): Promise<Played> {
  const root = mkdtempSync(join(tmpdir(), 'loopwright-retraining-'));
  const store =
    (writeProject(root, drawRows(stream, 0, past + future, rowsPerDay, seededRandom(seed))), openStore(root));
  try {
    const project = loadProject(root);
    const outcome = await runLoop({
      project,
      store,
      replay: { path: 'incoming/rows.csv', sql: null, from: start + past * day, to: null },
      serve: () => Promise.reject(new Error('a batch deployment serves nothing')),
    });
    const versions = new Map<number, (rows: StreamRow[]) => Promise<number>>();
    const aucOf = async (version: number, from: number): Promise<number> => {
      const rows = drawRows(stream, from, 10, 400, seededRandom(seed * 1000 + Math.round(from)));
      let score = versions.get(version);
      if (!score) {
        const model = await openVersion(
          getVersion(store, 'stream', version),
          modelTools(store, configFor(project, 'default'), 'stream'),
        );
        score = async (fresh) => {
          return auc((await model.predict(tableOf(fresh))).values, fresh);
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
