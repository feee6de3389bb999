import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadProject } from '../../engine/project/loadProject.ts';
import { failedRows } from '../../engine/runner/failedRows.ts';
import { sliceCoverage } from '../../engine/runner/sliceCoverage.ts';
import { gateHistory } from '../../engine/tracking/gateHistory.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('the rows that speak against a gate are those that it counts, the worst first', async () => {
  const project = trained();
  const { root, store } = project;
  const runId = gateHistory(store)[0]?.runId ?? '';
  const rowsOf = async (gate: string) => {
    const found = await failedRows(root, store, { runId, stage: 'validate', gate });
    const rows = (await project.rows(found.path)) as { _score: number; _error: number; late: boolean }[];
    assert.equal(rows.length, found.rows);
    assert.deepEqual(
      rows.map(({ _error: error }) => error),
      rows.map(({ _error: error }) => error).toSorted((a, b) => b - a),
    );
    for (const { _score: score, _error: error, late } of rows)
      assert.ok(Math.abs(error - Math.abs(Number(late) - score)) < 1e-12);
    return { ...found, rows };
  };
  const [all, missed, alarms] = [await rowsOf('accuracy'), await rowsOf('recall'), await rowsOf('precision')];
  assert.ok(all.rows.length > 0 && all.of > all.rows.length);
  assert.equal(all.rows.length, missed.rows.length + alarms.rows.length);
  assert.ok(missed.rows.every(({ late }) => late) && alarms.rows.every(({ late }) => !late));
  assert.deepEqual([all.which, missed.which], ['decided wrongly', 'that the model missed']);
  // Names of gates hold any sign.
  assert.match((await rowsOf('equal_opportunity_difference[country]')).path, /^\.loopwright\/rows\/[\w-]+\.parquet$/);
  await assert.rejects(failedRows(root, store, { runId, stage: '../x', gate: 'f1' }), /is a program/);
  rmSync(join(root, '.loopwright/artifacts', runId), { recursive: true });
  await assert.rejects(failedRows(root, store, { runId, stage: 'validate', gate: 'f1' }), /is a program/);
});

test('slices that were tested cover fields of the schema', () => {
  const { root, store } = trained();
  const [file] = sliceCoverage(loadProject(root), store);
  assert.equal(file?.file, 'schemas/orders.dataset.yaml');
  const country = file?.parts.filter(({ name }) => name.startsWith('country'));
  assert.ok(country?.every(({ rows }) => rows > 0));
  assert.equal(country?.[0]?.place.line, 6);
  assert.deepEqual(sliceCoverage(loadProject(root), null), []);
});
