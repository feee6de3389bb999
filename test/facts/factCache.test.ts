import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FactFinder } from '../../engine/facts/compute.ts';
import { FactCache } from '../../engine/facts/factCache.ts';
import { factRequests } from '../../engine/facts/requests.ts';
import type { DatasetFacts } from '../../engine/facts/facts.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { makeProject } from '../helpers/makeProject.ts';

const files = {
  'loopwright.yaml':
    'version: 1\nproject: p\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\nstages:\n  s: { cmd: x }\n',
  't.dataset.yaml': 'fields:\n  - { name: a, type: integer }\n',
  'data/t.csv': 'a\n1\n2\n',
};

function datasetRequest(root: string) {
  const request = factRequests(loadProject(root)).find(({ kind }) => kind === 'dataset');
  assert.ok(request);
  return request;
}

test('a fact is cached by path, size and time of its files, and read by another process', async () => {
  const [root, base] = [makeProject(files), makeProject()];
  const finder = new FactFinder(root, new FactCache(root, base));
  const request = datasetRequest(root);
  const first = await finder.stamp(request);
  assert.equal(finder.known(first.stamp), undefined);
  const fact = (await finder.find(request, first)) as DatasetFacts;
  assert.deepEqual(
    [fact.rows, fact.columns.map(({ name, type, distinct }) => [name, type, distinct])],
    [2, [['a', 'integer', 2]]],
  );
  finder.close();
  const later = new FactFinder(root, new FactCache(root, base));
  assert.deepEqual(later.known((await later.stamp(request)).stamp), fact);
  utimesSync(join(root, 'data/t.csv'), new Date(), new Date(Date.now() + 5000));
  assert.equal(later.known((await later.stamp(request)).stamp), undefined, 'touched');
  writeFileSync(join(root, 'data/u.csv'), 'a\n3\n');
  const more = await later.stamp(request);
  assert.deepEqual(more.files.map(({ path }) => path).toSorted(), ['data/t.csv', 'data/u.csv', 't.dataset.yaml']);
  assert.equal(((await later.find(request, more)) as DatasetFacts).rows, 3);
  later.close();
});

test('nothing is written into the project, and a broken or read-only cache is ignored', async () => {
  const [root, base] = [makeProject(files), makeProject()];
  const request = datasetRequest(root);
  const before = readdirSync(root, { recursive: true }).length;
  const finder = new FactFinder(root, new FactCache(root, base));
  const stamp = await finder.stamp(request);
  await finder.find(request, stamp);
  finder.close();
  assert.equal(readdirSync(root, { recursive: true }).length, before);
  const cached = readdirSync(base, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  assert.ok(cached.length > 0);
  for (const file of cached) writeFileSync(join(file.parentPath, file.name), '{ broken');
  assert.equal(new FactCache(root, base).get(stamp.stamp), undefined);
  const blocked = makeProject({ facts: 'a file where the folder should be' });
  const cache = new FactCache(root, blocked);
  cache.put('x', null);
  assert.equal(cache.get('x'), null, 'kept in memory all the same');
});

test('the size of the cache is limited', () => {
  const base = makeProject();
  mkdirSync(base, { recursive: true });
  const cache = new FactCache('/some/project', base);
  for (let i = 0; i < 900; i++) cache.put(`stamp${i}`, null);
  const kept = readdirSync(base, { recursive: true }).filter((name) => String(name).endsWith('.json'));
  assert.ok(kept.length <= 401, `${kept.length} files`);
  assert.equal(cache.get('stamp899'), null);
});
