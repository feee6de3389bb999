import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openDatabase } from '../engine/data/database.ts';
import { quoteLiteral } from '../engine/data/quote.ts';
import {
  compareStream,
  populations,
  ratesOf,
  writeStream,
  type Change,
  type StreamRates,
} from '../test/helpers/driftStreams.ts';
import { preparePython, python } from '../test/statistics/parityPython.ts';

// Rates of drift alarms on streams of known drift, beside evidently and NannyML on the same rows. Quiet streams count
// false alarms; the others what is found. Results: docs/drift.md. `--peers=no` leaves the peers out, `--change=step`
// runs one change alone.

const folder = join(import.meta.dirname, '..', 'build', 'bench', 'drift');
const sizes = [50, 100, 300, 1000, 5000];
const windows = 100;
/** evidently takes about 20 ms a column, so it gets fewer windows, except where they change over time. */
const peerWindows = 40;
const reference = 2000;

interface Peers {
  evidently?: StreamRates;
  nannyml?: StreamRates;
}

export async function benchDrift(): Promise<void> {
  const peers = process.argv.includes('--peers=no') ? null : openPeers();
  mkdirSync(folder, { recursive: true });
  console.log('| change | population | rows | Loopwright | evidently | NannyML |\n|---|---|---|---|---|---|');
  const plan: { change: Change; sizes: number[] }[] = [
    { change: 'quiet', sizes },
    { change: 'step', sizes: [50, 100, 300, 1000] },
    { change: 'slow', sizes: [300] },
    { change: 'season', sizes: [300] },
    { change: 'misjoined', sizes: [100] },
  ];
  const asked = process.argv.find((arg) => arg.startsWith('--change='))?.slice('--change='.length);
  const db = await openDatabase({ threads: 1 });
  try {
    for (const { change, sizes: rowsOf } of plan.filter((one) => asked === undefined || one.change === asked))
      for (const population of populations)
        for (const rows of rowsOf) {
          const stream = { population, change, rows, windows, reference, seed: rows + 1 };
          await writeStream(db, stream);
          const files = { reference: join(folder, 'reference.parquet'), windows: join(folder, 'windows.parquet') };
          const count = change === 'slow' || change === 'season' ? windows : peerWindows;
          await db.run(`COPY stream_reference TO ${quoteLiteral(files.reference)}`);
          await db.run(
            `COPY (SELECT * FROM stream_windows WHERE _window < ${count}) TO ${quoteLiteral(files.windows)}`,
          );
          const answer = peers?.ask({ ...files, rows, count });
          const own = ratesOf(await compareStream(db, windows, { profile: 'loopwright' }));
          const theirs: Peers = (await answer) ?? {};
          console.log(
            `| ${[change, population.name, rows, ...[own, theirs.evidently, theirs.nannyml].map(shown)].join(' | ')} |`,
          );
        }
  } finally {
    db.close();
    await peers?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Alarms / any column / changed columns that were found, in percent. */
function shown(rates: StreamRates | undefined): string {
  return rates ? [rates.alarms, rates.any, rates.found].map((share) => Math.round(share * 100)).join(' / ') : '–';
}

/** A process of Python that answers one line for each line. */
function openPeers() {
  const missing = preparePython();
  if (missing !== null) throw new Error(`No Python to compare with: ${missing}`);
  const child = spawn(python, [join(import.meta.dirname, 'driftPeer.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question: object): Promise<Peers> {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('The process of evidently and NannyML ended.');
      return JSON.parse(line.value) as Peers;
    },
    async close(): Promise<void> {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
