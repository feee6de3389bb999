import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { echo, newSweep } from '../helpers/newSweep.ts';
import { until } from '../helpers/until.ts';

const cli = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

// A weak one begins when the steps of a good one are known, and would take minutes if nobody stopped it.
const steps = `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
const [n, known] = process.argv.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
while (n !== '1' && !existsSync(known)) await pause(20);
for (let step = 1; step <= 9; step++) {
  appendFileSync(process.env.LOOPWRIGHT_METRICS, JSON.stringify({ loss: Number(n) / step, step }) + '\\n');
  if (n !== '1') await pause(30_000);
}
writeFileSync('m.json', JSON.stringify({ f1: 1 / Number(n) }));
`;

for (const [parallel, program] of [
  [1, undefined],
  [2, [process.execPath, cli]],
] as const) {
  test(`halving stops what is weak early and says why, ${parallel} at once`, { timeout: 120_000 }, async () => {
    const known = join(makeProject({}), 'known');
    const { run, store, said } = newSweep(
      `  s: { cmd: "node train.mjs \${params.n} ${known}", deps: [train.mjs], metrics: [m.json] }\n`,
      `{ method: halving, runs: 6, parallel: ${parallel}, objective: { maximize: f1 }, halving: { watch: { minimize: loss } }, params: { n: { choice: [1, 2] } } }`,
      'n: 0',
      { 'train.mjs': steps },
    );
    const [{ trials, best, parent }] = await Promise.all([
      run({ program }),
      until(
        'the steps of the first are known',
        () =>
          (store.sql.get<{ n: number }>(
            'SELECT count(*) AS n FROM points p JOIN metric_keys k ON k.id = p.key WHERE k.key = ?',
            'loss',
          )?.n ?? 0) >= 9,
        60_000,
      ).then(() => writeFileSync(known, '')),
    ]);
    // The draws are fixed.
    assert.deepEqual(
      trials.map(({ params, status, value }) => [params['n'], status, value]),
      [[1, 'finished', 1], ...Array.from({ length: 4 }, () => [2, 'cancelled', null]), [1, 'finished', 1]],
    );
    assert.match(
      trials[1]?.stopped ?? '',
      /^loss 2 is not the best of the \d trials that reached this step, at step 1$/,
    );
    assert.equal(best, trials[0]);
    const weak = getRun(store, trials[1]?.runId ?? '');
    assert.deepEqual(
      [weak.tags['loopwright.stopped'], weak.stages[0]?.summary, weak.stages[0]?.error],
      [trials[1]?.stopped, 'stopped early', `Stopped early by the sweep: ${trials[1]?.stopped}.`],
    );
    assert.match(said.join('\n'), /2\/6: stopped early: loss 2 is not the best/);
    assert.equal(getRun(store, parent.runId).status, 'finished');
    if (parallel > 1) return;
    // What was stopped early is done: nothing is left to go on with.
    assert.equal((await run({ program })).trials.filter(({ stopped }) => stopped !== null).length, 4);
    assert.equal(said.filter((line) => line.startsWith('trial 1 ')).length, 2, 'a complete sweep starts over');
  });
}

test('a sweep whose trials log nothing by step says that halving had nothing to look at', async () => {
  const { run, said } = newSweep(
    echo,
    '{ method: halving, runs: 2, objective: { maximize: f1 }, halving: { watch: { minimize: loss } }, params: { n: { choice: [1, 2] } } }',
  );
  const { best } = await run();
  assert.ok(best);
  assert.match(said.at(-1) ?? '', /^No trial logged the watched metric by step/);
});
