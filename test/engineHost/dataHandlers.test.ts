import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataHandlers } from '../../engineHost/dataHandlers.ts';
import { judgeSubject } from '../../engine/overview/dataViews.ts';
import { findSubject, type SubjectPlace } from '../../engine/overview/dataSubject.ts';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { orders, ordersCsv, ordersProject, ordersSchema } from '../helpers/ordersProject.ts';

const yaml =
  'version: 1\nproject: orders\ndatasets:\n  orders: { path: data/orders.csv, schema: schemas/orders.dataset.yaml }\nstages:\n  nothing: { cmd: "true" }\n';
const root = ordersProject({
  yaml,
  files: { 'data/orders.csv': ordersCsv(orders({ rows: 400 })), 'schemas/orders.dataset.yaml': ordersSchema },
});
const place = (): SubjectPlace => {
  const project = loadProject(root);
  return { project, config: project.readable?.config ?? null, store: null, folder: root };
};
const handlers = dataHandlers(place);
const subject = { kind: 'dataset', name: 'orders' } as const;

test('quality is judged by what was measured already, and comes out as if it were not', async () => {
  const quality = await handlers['data/quality']({ subject });
  const alone = await withDatabase(undefined, async (db) =>
    judgeSubject(db, await findSubject(subject, place()), { now: Date.now() }),
  );
  assert.deepEqual(
    { ...quality, freshness: quality.freshness?.newest },
    { ...alone, freshness: alone.freshness?.newest },
  );
  assert.deepEqual([quality.rows, quality.relevance?.target, quality.validity?.validRows], [400, 'late', 400]);
});

test('what was measured is kept until the file changes', async () => {
  const ask = () =>
    Promise.all([
      handlers['data/outline']({ subject }),
      handlers['data/profile']({ subject }),
      handlers['data/rows']({ subject, offset: 0, limit: 5 }),
    ]);
  const first = await ask();
  const again = await ask();
  for (const [i, answer] of first.entries()) assert.equal(answer, again[i]);
  writeFileSync(join(root, 'data/orders.csv'), ordersCsv(orders({ rows: 401, seed: 2 })));
  utimesSync(join(root, 'data/orders.csv'), new Date(), new Date(Date.now() + 5000));
  const [, profile, rows] = await ask();
  assert.equal(profile.rows, 401);
  assert.equal(rows.rows.length, 5);
  assert.notDeepEqual(rows.rows, first[2].rows);
});
