import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostOf, refused } from '../helpers/hostOf.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('runs are listed, read and changed', async () => {
  const project = trained();
  await project.run({ stages: ['train'], force: true });
  const { ask } = hostOf(project.root);
  const { runs } = await ask('runs/list', { search: 'finished', limit: 1, offset: 1 });
  assert.equal(runs.length, 1);
  const runId = runs[0]?.runId ?? '';
  const detail = await ask('runs/get', { runId });
  // A run of over 10 s on a loaded machine has the use of the machine too.
  const keys = detail.seriesKeys.filter((key) => !key.startsWith('system/'));
  assert.deepEqual([detail.stages.length, detail.gates.length, keys], [4, 2, ['loss', 'validation_loss']]);
  const [series] = await ask('runs/series', { runIds: [runId], key: 'loss' });
  assert.deepEqual([series?.count, series?.steps && Buffer.from(series.steps, 'base64').readDoubleLE(16)], [3, 3]);
  const log = await ask('runs/log', { runId, stage: 'train', offset: 0 });
  assert.deepEqual([log.text.split('\n').length, log.done], [5, true]);
  assert.deepEqual(await ask('runs/log', { runId, stage: 'train', offset: log.next }), {
    text: '',
    next: log.next,
    done: true,
  });
  assert.deepEqual(await ask('runs/update', { changes: [{ runId, change: { starred: true } }] }), {
    undo: [{ runId, change: { starred: false } }],
  });
  assert.equal((await ask('runs/get', { runId })).starred, true);
  await assert.rejects(ask('runs/get', { runId: 'nothing' }), refused(/There is no run `nothing`/));
  assert.deepEqual(await ask('runs/details', { runIds: ['nothing', runId] }), [await ask('runs/get', { runId })]);
  await assert.rejects(
    ask('runs/details', { runIds: Array.from({ length: 101 }, String) }),
    refused(/at most 100 runs/),
  );
});

test('columns, groups, completion, export and saved views of runs', async () => {
  const { root } = trained();
  const { ask } = hostOf(root);
  const columns = await ask('runs/columns', {});
  const key = columns.metrics[0]?.key ?? '';
  assert.ok(key !== '' && columns.params.length > 0);
  const groups = await ask('runs/groups', { query: {}, by: 'status', metrics: [key] });
  assert.equal(
    groups.reduce((sum, group) => sum + group.runs, 0),
    (await ask('runs/list', {})).total,
  );
  assert.ok(
    (await ask('runs/complete', { text: 'metrics.', offset: 8 })).items.some((item) => item.label === `metrics.${key}`),
  );
  const path = join(root, 'out', 'runs.csv');
  const written = await ask('runs/export', {
    query: { filter: groups[0]?.filter ?? '' },
    columns: ['name', `metrics.${key}`],
    format: 'csv',
    path,
  });
  assert.equal(written.runs, groups[0]?.runs);
  assert.deepEqual(readFileSync(path, 'utf8').split('\r\n').slice(0, 1), [`run_id,name,metrics.${key}`]);
  await assert.rejects(
    ask('runs/export', { query: {}, columns: ['no such'], format: 'csv', path }),
    refused(/no column/),
  );
  await ask('views/save', { name: 'mine', state: { filter: 'a' } });
  assert.deepEqual(await ask('views/list', {}), [{ name: 'mine', state: { filter: 'a' } }]);
  await ask('views/delete', { name: 'mine' });
  assert.deepEqual(await ask('views/list', {}), []);
});
