import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Fuzzer } from '../helpers/fuzz/fuzzer.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { rounds } from '../helpers/rounds.ts';

// LOOPWRIGHT_FUZZ_SEED plays another run, or one that failed; LOOPWRIGHT_FUZZ_STEPS says how long it is.
const seed = Number(process.env['LOOPWRIGHT_FUZZ_SEED'] ?? 1);
const steps = Number(process.env['LOOPWRIGHT_FUZZ_STEPS'] ?? rounds(2500));
const stepsInBurst = 60;

const examples = join(import.meta.dirname, '../../examples');
/** One folder has a name that addresses write in more than one way. */
const places: [from: string, to: string][] = [
  ['flights/', 'flights/'],
  ['fraud/', 'fraud/'],
  ['penguins/', 'more/pingüinos (1)/'],
];
const files = places.flatMap(([from, to]) =>
  globSync(`${from}{*.yaml,{experiments,schemas,sql}/*}`, { cwd: examples })
    .toSorted()
    .map((path): [string, string] => [path.replace(from, to), readFileSync(join(examples, path), 'utf8')]),
);

test(
  'whatever is typed, damaged and asked, the server answers soundly and ends in the state of a fresh one (random)',
  { timeout: 60_000 + steps * 500 },
  async (context) => {
    const originals = new Map(files);
    const fuzzer = new Fuzzer({ seed, root: makeProject(Object.fromEntries(originals)), originals });
    await fuzzer.start();
    for (let done = 0; done < steps; done += stepsInBurst) await fuzzer.burst(Math.min(stepsInBurst, steps - done));
    assert.ok(fuzzer.answers > steps, `${fuzzer.answers} answers`);
    context.diagnostic(`seed ${seed}: ${steps} steps, ${fuzzer.answers} answers`);
  },
);
