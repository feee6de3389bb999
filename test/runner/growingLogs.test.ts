import assert from 'node:assert/strict';
import { appendFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadProject } from '../../engine/project/loadProject.ts';
import { stageStatuses } from '../../engine/runner/stageStatus.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

// A stage that collects logs is stale when one of them was written since, as one that reads files is: grown, rotated,
// new, emptied. A log that only got another time is looked at once.

const line = (n: number) => `${JSON.stringify({ at: `2026-01-01T00:00:${String(n).padStart(2, '0')}Z`, n })}\n`;

test('a log that grows makes its stage stale, and a run collects the new lines', async () => {
  const root = makeProject({
    'loopwright.yaml': `version: 1
project: logs
datasets:
  lines: { path: data/lines.parquet }
stages:
  collect: { uses: collect, with: { dataset: lines, from: { logs: 'app*.log*', format: json } } }
`,
    'app.log': line(1),
  });
  const { store, run, rows } = runIn(root);
  const log = join(root, 'app.log');
  // Files of a test are as new as the collection; those of people are older.
  const age = (path: string) => utimesSync(path, new Date(Date.now() - 5000), new Date(Date.now() - 5000));
  const state = () => {
    const [stage] = stageStatuses(loadProject(root), store);
    return `${stage?.state} ${stage?.reasons.join()}`.trim();
  };
  const collected = async () => (await rows('data/lines.parquet', 'SELECT count(*)::INT AS n FROM data'))[0]?.['n'];
  const settled = async (expected: number) => {
    assert.equal((await run()).error, null);
    assert.deepEqual([state(), await collected()], ['fresh', expected]);
  };

  age(log);
  assert.equal(state(), 'never never run');
  await settled(1);
  appendFileSync(log, line(2));
  const ahead = (path: string) => utimesSync(path, new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
  ahead(log);
  assert.equal(state(), 'stale `app.log` was written since');
  age(log);
  assert.equal(state(), 'fresh', 'a time before the collection');
  ahead(log);
  assert.equal((await run()).error, null);
  assert.equal(await collected(), 2);

  age(log);
  assert.equal(state(), 'fresh');
  renameSync(log, join(root, 'app.log.1'));
  assert.equal(state(), 'fresh', 'a rotated file keeps its time');
  writeFileSync(log, line(3));
  ahead(log);
  assert.equal(state(), 'stale `app.log` was written since');
  writeFileSync(join(root, 'app-two.log'), line(4));
  ahead(join(root, 'app-two.log'));
  assert.equal(state(), 'stale `app-two.log` and `app.log` were written since');
  for (const name of ['app.log', 'app-two.log']) age(join(root, name));
  assert.equal((await run({ stages: ['collect'] })).error, null);
  assert.deepEqual([state(), await collected()], ['fresh', 4]);
});
