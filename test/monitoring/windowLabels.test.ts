import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { readLabels } from '../../engine/monitoring/windowLabels.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { orders, ordersProject, ordersStart } from '../helpers/ordersProject.ts';

const day = 86_400_000;

test('as of a time no later label is read (property)', async (t) => {
  const rows = orders({ rows: 150, firstDay: 6, days: 1, seed: 8 });
  const knownAt = new Map(rows.map(({ id, at }) => [id, Date.parse(at) + 1.01 * day]));
  const lines = rows.map(({ id, late }) => `${id},${new Date(knownAt.get(id) ?? 0).toISOString()},${late}\n`);
  const root = ordersProject({ files: { 'labels/labels-1.csv': `id,known_at,late\n${lines.join('')}` } });
  const store = openStore(root);
  t.after(() => store.sql.close());
  const db = await openDatabase({ threads: 1 });
  t.after(() => db.close());
  const project = loadProject(root);
  const config = configFor(project, 'default');
  const labels = config.monitors?.['production']?.labels ?? assert.fail('the monitor has no labels');
  const random = seededRandom(4);
  const read: number[] = [];
  for (let i = 0; i < 12; i++) {
    const now = ordersStart + (6 + random.next() * 3) * day;
    const from = ordersStart + (5 + random.next() * 2) * day;
    const found = await readLabels({ project, config, store, db, labels, target: 'late', from, now });
    const inTime = (time: number) => time <= now && time >= from;
    const expected = [...knownAt].flatMap(([id, time]) => (inTime(time) ? [id] : []));
    assert.deepEqual([...found.byKey.keys()].toSorted(), expected.toSorted());
    read.push(expected.length);
  }
  assert.ok(Math.min(...read) < rows.length && Math.max(...read) > 0, 'some reads find labels, and some not all');
});

test('labels that differ: by time the newest counts, without a time the last one, and its key is named', async (t) => {
  const at = (days: number) => new Date(ordersStart + days * day).toISOString();
  const files = {
    'labels/labels-1.csv': `id,known_at,late\na,${at(3)},true\na,${at(2)},false\nb,${at(2)},true\n`,
    'plain.csv': 'id,late\na,true\na,false\nb,true\nb,true\n',
  };
  const root = ordersProject({ files });
  const store = openStore(root);
  t.after(() => store.sql.close());
  const db = await openDatabase({ threads: 1 });
  t.after(() => db.close());
  const project = loadProject(root);
  const config = configFor(project, 'default');
  const timed = config.monitors?.['production']?.labels ?? assert.fail('the monitor has no labels');
  const request = { project, store, db, target: 'late', from: ordersStart, now: ordersStart + 9 * day };
  const found = await readLabels({ ...request, config, labels: timed });
  assert.deepEqual(
    [[...found.byKey].toSorted(), found.conflicting.size],
    [
      [
        ['a', 1],
        ['b', 1],
      ],
      0,
    ],
  );
  const datasets = { ...config.datasets, plain: { path: 'plain.csv' } };
  const plain = await readLabels({
    ...request,
    config: { ...config, datasets },
    labels: { ...timed, dataset: 'plain' },
  });
  assert.deepEqual([plain.byKey.get('a'), [...plain.conflicting]], [0, ['a']]);
});
