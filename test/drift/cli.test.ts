import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DriftTable } from '../../engine/drift/driftTable.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const lines = (n: number, shift: number) =>
  `a,w\n${Array.from({ length: n }, (_, i) => `${(i % 50) + shift},${i % 3 === 0 ? 'x' : 'y'}\n`).join('')}`;
const cwd = makeProject({
  'r.csv': lines(300, 0),
  'c-1.csv': lines(100, 30),
  'c-2.csv': lines(100, 30),
  '-odd name.csv': lines(200, 0),
  'head.csv': 'a,w\n',
});
const env = { XDG_CACHE_HOME: makeProject() };
const run = (...args: string[]) => runCli(['data', 'drift', ...args], { cwd, env });

test('prints one row a column and the verdict on the data, without a project', async () => {
  const { code, json } = await runJson<DriftTable>(['data', 'drift', 'r.csv', 'c-*.csv', '--profile', 'evidently'], {
    cwd,
    env,
  });
  assert.equal(code, 0, 'drift is no failure');
  assert.deepEqual(
    json.columns.map((row) => [row.column, row.type, row.displayName, row.drifted, row.nReference, row.nCurrent]),
    [
      ['a', 'numeric', 'K-S p_value', true, 300, 200],
      ['w', 'categorical', 'Z-test p_value', false, 300, 200],
    ],
  );
  for (const row of json.columns)
    for (const key of [
      'column',
      'type',
      'measure',
      'value',
      'pValue',
      'threshold',
      'drifted',
      'nReference',
      'nCurrent',
    ] as const)
      assert.ok(key in row, key);
  assert.deepEqual([json.dataset.share, json.dataset.drifted], [0.5, true]);
  const { out } = await run('r.csv', 'c-*.csv');
  assert.match(out, /^a +numeric +wasserstein_std +2\.\d+ .*drifted$/m);
  assert.match(out, /The data has drifted: 1 of 2 compared columns drifted/);
});

test('exit codes: 1 with --fail-on-drift and for a table without rows, 2 for wrong use', async () => {
  assert.equal((await run('r.csv', 'c-1.csv', '--fail-on-drift')).code, 1);
  assert.equal((await run('--fail-on-drift', '--', 'r.csv', '-odd name.csv')).code, 0);
  const empty = await run('r.csv', 'head.csv');
  assert.ok(empty.code === 1 && empty.err.includes('The current side has no rows'), empty.err);
  const measure = await run('r.csv', 'c-1.csv', '--measure', 'kss');
  assert.ok(measure.code === 2 && measure.err.includes('no measure `kss`'), measure.err);
  assert.equal((await run('r.csv', 'c-1.csv', '--profile', 'other')).code, 2);
  assert.equal((await run('r.csv', 'c-1.csv', '--threshold', 'x')).code, 2);
  assert.equal((await run('r.csv')).code, 2);
  for (const wrong of ['0', '1', 'x', ''])
    assert.equal((await run('r.csv', 'c-1.csv', '--significance', wrong)).code, 2);
  const other = await run('r.csv', 'c-1.csv', '--profile', 'evidently', '--significance', '0.05');
  assert.ok(other.code === 2 && other.err.includes('evidently judges by its own rules'), other.err);
  const strict = await runJson<DriftTable>(['data', 'drift', 'r.csv', 'c-1.csv', '--significance', '1e-300'], {
    cwd,
    env,
  });
  assert.deepEqual(
    strict.json.columns.map(({ drifted, reason }) => [drifted, reason]),
    [
      [false, 'not significant'],
      [false, 'within threshold'],
    ],
  );
  assert.match((await run('--help')).out, /nannyml: js_distance_2, hellinger, ks_statistic/);
});
