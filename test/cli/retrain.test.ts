import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFiles } from '../helpers/makeProject.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const monitored = monitoredOrders();

const program = `import os
names = ["LOOPWRIGHT_AS_OF", "LOOPWRIGHT_DATA_FROM", "LOOPWRIGHT_DATA_TO"]
with open("seen.txt", "a") as file:
    print(*[os.environ.get(name, "unset") for name in names], file=file)
`;
const yaml = (window: string) =>
  ordersYaml
    .replace(
      '  train:\n',
      '  note: { cmd: python3 note.py, deps: [note.py, data/features.parquet], outs: [seen.txt] }\n  train:\n',
    )
    .replace('data: { window: 90d }', window)
    .replace('prepare, train', 'prepare, note, train');

/** The orders with a stage in Python that appends its period to a file. */
function noted(window = 'data: { window: 30d }') {
  const { root: cwd } = monitored();
  writeFiles(cwd, { 'note.py': program, 'loopwright.yaml': yaml(window) });
  const seen = () => readFileSync(join(cwd, 'seen.txt'), 'utf8').trim().split('\n');
  const retrain = async (day: number) => {
    const { json } = await runJson<{ runId: string; message: string }>(
      ['retrain', '--now', new Date(at(day)).toISOString()],
      { cwd },
    );
    assert.ok(json.runId, json.message);
  };
  const why = async () => {
    const { json } = await runJson<{ stages: { name: string; reasons: string[] }[] }>(['status'], { cwd });
    return json.stages.find(({ name }) => name === 'note')?.reasons;
  };
  return { cwd, seen, retrain, why };
}

test('a program learns the time and the window of a retraining, and runs again at another time', async () => {
  const { cwd, seen, retrain, why } = noted();
  await retrain(60);
  const first = '2026-03-02T00:00:00.000Z 2026-01-31T00:00:00.000Z 2026-03-02T00:00:00.000Z';
  assert.deepEqual(seen(), [first]);
  assert.deepEqual(await why(), [
    'the last run was limited to data before 2 March 2026',
    'the last run was limited to the newest 30 days of data',
  ]);
  await retrain(61);
  const second = '2026-03-03T00:00:00.000Z 2026-02-01T00:00:00.000Z 2026-03-03T00:00:00.000Z';
  assert.deepEqual(seen(), [first, second]);
  // A run without a time inherits none, not even from a program of a retraining that starts it.
  const outer = { LOOPWRIGHT_AS_OF: 'outer', LOOPWRIGHT_DATA_FROM: 'outer', LOOPWRIGHT_DATA_TO: 'outer' };
  const { code, err } = await runCli(['run', 'note'], { cwd, env: outer });
  assert.equal(code, 0, err);
  assert.deepEqual(seen(), [first, second, 'unset unset unset']);
});

test('a retraining without a window sets only the time', async () => {
  const { seen, retrain } = noted('');
  await retrain(60);
  assert.deepEqual(seen(), ['2026-03-02T00:00:00.000Z unset unset']);
});
