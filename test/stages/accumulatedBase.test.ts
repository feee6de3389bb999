// A collection that ends between two steps, again and again: after the note, after the rename, before the version. Also
// a dataset that somebody edited, removed, or had before, with versions kept and not.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpoolWriter } from '../../engine/data/spool/spoolWriter.ts';
import { eventsProject, rowsOf } from '../helpers/eventsProject.ts';
import { runIn } from '../helpers/runIn.ts';

async function arrive(root: string, ...numbers: number[]): Promise<void> {
  const writer = new SpoolWriter(join(root, 'data/spool'));
  await writer.append(numbers.map((n) => `{"_n":${n},"_id":null,"n":${n}}\n`).join(''));
  await writer.close();
}

const numbers = async (root: string) => (await rowsOf(join(root, 'data/clicks.parquet'), 'n')).map(({ n }) => n);

test('a version that could not be recorded, several times in a row, doubles nothing', async () => {
  const root = eventsProject({ schema: null });
  const project = runIn(root);
  // The file has its place, and the version fails: as if the process had been killed there.
  project.store.sql.run("CREATE TRIGGER stop BEFORE INSERT ON snapshots BEGIN SELECT raise(ABORT, 'killed'); END");
  for (const n of [1, 2, 3]) {
    await arrive(root, n);
    assert.equal((await project.run()).status, 'failed');
    // A second kill: a later file was noted, and did not get its place.
    const note = join(root, '.loopwright/collecting/clicks.json');
    const notes = JSON.parse(readFileSync(note, 'utf8')) as object[];
    assert.ok(notes.length >= 1);
    if (n === 2)
      writeFileSync(note, JSON.stringify([{ hash: 'of a file that never got its place', position: null }, ...notes]));
  }
  project.store.sql.run('DROP TRIGGER stop');
  await arrive(root, 4);
  assert.equal((await project.run()).status, 'finished', project.logs.join('\n'));
  assert.deepEqual(await numbers(root), [1, 2, 3, 4]);
  assert.deepEqual(readdirSync(join(root, 'data/spool')), []);
});

test('rows of before stay: with --force, with another schema, without the file, after an edit', async () => {
  const root = eventsProject({ schema: null });
  const project = runIn(root);
  await arrive(root, 1);
  await project.run();
  await arrive(root, 2);
  assert.equal((await project.run({ stages: ['clicks'], force: true })).status, 'finished');
  assert.deepEqual(await numbers(root), [1, 2], 'forced');
  rmSync(join(root, 'data/clicks.parquet'));
  await arrive(root, 3);
  await project.run();
  assert.deepEqual(await numbers(root), [1, 2, 3], 'the kept version takes the place of a removed file');
  rmSync(join(root, 'data/clicks.parquet'));
  assert.equal((await project.run({ stages: ['clicks'] })).status, 'finished', 'also when nothing is new');
  assert.deepEqual(await numbers(root), [1, 2, 3]);
});

test('a file from before the first collection is added to', async () => {
  const root = eventsProject({ schema: null });
  const project = runIn(root);
  await arrive(root, 1);
  await project.run();
  rmSync(join(root, '.loopwright'), { recursive: true });
  rmSync(join(root, 'loopwright.lock'), { force: true });
  const later = runIn(root);
  await arrive(root, 2);
  assert.equal((await later.run()).status, 'finished', later.logs.join('\n'));
  assert.deepEqual(await numbers(root), [1, 2]);
});
