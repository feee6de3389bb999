import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getVersion } from '../../../engine/registry/modelVersions.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn, type ProjectRunner } from '../../helpers/runIn.ts';

type Row = readonly [id: string, truth: string, score: string];

/** Predictions joined with truth by id, as an outer join leaves them. */
function projectOf(rows: readonly Row[]): ProjectRunner {
  return runIn(
    makeProject({
      'joined.csv': `id,truth,score\n${rows.map((row) => row.join(',')).join('\n')}\n`,
      'joined.dataset.yaml': `fields:
  - { name: id, type: string, loopwright: { role: id } }
  - { name: truth, type: boolean, loopwright: { role: target } }
  - { name: score, type: number, loopwright: { role: score } }
`,
      'loopwright.yaml': `version: 1
project: joined
datasets:
  joined: { path: joined.csv, schema: joined.dataset.yaml }
stages:
  validate:
    uses: validate
    with: { predictions: joined }
`,
    }),
  );
}

const list = (n: number, row: (i: number) => Row) => Array.from({ length: n }, (_, i) => row(i));
const truth = (i: number) => String(i % 3 === 0);
const score = (i: number) => (i % 3 === 0 ? 0.8 : 0.2).toFixed(1);

test('ids that match nowhere are an error that says how many rows have what', async () => {
  // Ids with and without leading zeros, as two exports write them.
  const rows = [...list(40, (i) => [`00${i}`, truth(i), '']), ...list(50, (i) => [String(i), '', score(i)])];
  const { error } = await projectOf(rows).run();
  assert.match(error?.message ?? '', /no row with a true value and a prediction: of its 90 rows, 40 have .* and 50 a /);
  assert.match(error?.message ?? '', /ids/);
});

test('ids that match in part leave out the other rows and say how many; empty ids repeat nothing', async () => {
  const rows = [
    ...list(60, (i): Row => [`a${i}`, truth(i), score(i)]),
    ...list(9, (i): Row => [`b${i}`, truth(i), '']),
    ...list(5, (i): Row => [`c${i}`, '', score(i)]),
    ...list(3, (i): Row => ['', truth(i), score(i)]),
  ];
  const runner = projectOf(rows);
  const { error } = await runner.run();
  assert.equal(error, null, error?.message);
  assert.equal(getVersion(runner.store, 'joined', 1).report.data.rows.test, 63);
  assert.ok(runner.logs.some((line) => line.includes('14 rows have no true value or no prediction yet')));
  assert.ok(!runner.logs.some((line) => line.includes('repeat')));
});

test('an id that a join matched twice is told, and its rows count', async () => {
  const rows = [
    ...list(60, (i): Row => [`a${i}`, truth(i), score(i)]),
    ...list(4, (i): Row => ['a1', truth(i), '0.5']),
  ];
  const runner = projectOf(rows);
  const { error } = await runner.run();
  assert.equal(error, null, error?.message);
  assert.ok(
    runner.logs.some((line) => line.includes('4 rows of `joined` repeat the `id` of another row')),
    runner.logs.join('\n'),
  );
});
