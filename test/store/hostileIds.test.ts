// A store that came with its folder may hold any text where Loopwright writes names. Tried: ids of runs and of logged models
// that lead out (`..`, `.`, nothing, with `/`, `\`, NUL), read, listed and shown with their logs; versions of data
// whose files are absolute, above the project or beside its name, and hashes that are paths; temporary files that are
// links. Logs, open lines and metrics of a stage that are a link to a file, behind a link that is the folder of the run or of
// all logs, or a pipe; a run whose log would be written through a link.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { writeAtomic } from '../../engine/base/writeAtomic.ts';
import { keptPath, placeFiles } from '../../engine/data/snapshotFiles.ts';
import { artifactsFolder, loggedModelFolder, logPath } from '../../engine/store/store.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { readArtifact } from '../../engine/tracking/readArtifact.ts';
import { metricsFile, metricsPath } from '../../engine/tracking/metricsFile.ts';
import { readLog } from '../../engine/tracking/readLog.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const outIds = ['..', '.', '', '../../private', 'a/../../../private', '/etc', '..\\..\\private', 'a\0b', '../'];

test('an id of the store is never a way to another folder', (t) => {
  const root = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n',
    'private/key.txt': 'secret',
    'private/train.log': 'secret',
  });
  const store = openStore(root);
  t.after(() => store.sql.close());
  for (const id of outIds) {
    for (const place of [artifactsFolder, loggedModelFolder])
      assert.throws(() => place(store, id), /no name that Loopwright gives/, id);
    assert.throws(() => logPath(store, id, 'train'), /no name that Loopwright gives/, id);
  }
  const id = '../../private';
  store.sql.run(
    `INSERT INTO runs (run_id, experiment, name, status, started_at) VALUES (?, 'default', 'n', 'finished', 1)`,
    id,
  );
  for (const look of [() => readArtifact(store, id, 'key.txt'), () => getRun(store, id)])
    assert.throws(look, /no name that Loopwright gives/);
  assert.ok(!JSON.stringify(readLog(store, id, 'train', 0)).includes('secret'));
  for (const id of ['a', '0123456789abcdef', 'a.b', '..a', 'a..', '...', 'größe', 'a b', '%2e%2e'])
    assert.equal(dirname(artifactsFolder(store, id)), join(root, '.loopwright/artifacts'), id);
});

test('a version is written into the project and the path of its dataset only', async () => {
  const above = makeProject({ 'p/loopwright.yaml': '', 'beside/x.csv': 'mine', 'p other/x.csv': 'mine' });
  const root = join(above, 'p');
  const folder = join(root, '.loopwright');
  const text = 'a\n1\n';
  const hash = createHash('sha256').update(text).digest('hex');
  mkdirSync(join(folder, 'snapshots'), { recursive: true });
  writeFileSync(join(folder, 'snapshots', `${hash}.csv`), text);
  const place = (path: string, dataset = 'data/a.csv') =>
    placeFiles(folder, { root, dataset }, [
      { path: 'data/a.csv', hash, bytes: text.length },
      { path, hash, bytes: text.length },
    ]);
  for (const path of [
    '../beside/x.csv',
    join(above, 'beside/x.csv'),
    'data/../../beside/x.csv',
    './../p other/x.csv',
    '..',
    join(root, '../p other/x.csv'),
  ]) {
    await assert.rejects(place(path), /outside the project and the path `data\/a\.csv` of the dataset/, path);
    assert.deepEqual(readdirSync(root).toSorted(), ['.loopwright', 'loopwright.yaml'], 'nothing of it is written');
  }
  await place('data/deep/b.csv');
  await place('../beside/new.csv', '../beside/*.csv');
  assert.equal(readFileSync(join(above, 'beside/new.csv'), 'utf8'), text);
  assert.equal(readFileSync(join(above, 'beside/x.csv'), 'utf8'), 'mine');
  for (const odd of ['../../../beside/x', '/etc/passwd', '..', 'a\0b'])
    assert.equal(dirname(keptPath(folder, { path: 'x.csv', hash: odd })), join(folder, 'snapshots'), odd);
});

test('a link in the place of a temporary file is replaced, not written through', async () => {
  const root = makeProject({ 'victim.txt': 'mine', 'p/.loopwright/x': '' });
  const folder = join(root, 'p');
  const victim = join(root, 'victim.txt');
  const file = join(folder, 'loopwright.lock');
  symlinkSync(victim, `${file}.${process.pid}.tmp`);
  symlinkSync(victim, file);
  writeAtomic(file, 'own');
  assert.deepEqual([readFileSync(file, 'utf8'), lstatSync(file).isFile()], ['own', true]);
  const hash = createHash('sha256').update('own').digest('hex');
  mkdirSync(join(folder, '.loopwright/snapshots'));
  writeFileSync(join(folder, '.loopwright/snapshots', `${hash}.csv`), 'own');
  const beside = join(folder, `.${hash.slice(0, 12)}.${process.pid}.tmp`);
  for (const path of [beside, `${beside}.${process.pid}.tmp`]) symlinkSync(victim, path);
  await placeFiles(join(folder, '.loopwright'), { root: folder, dataset: 'a.csv' }, [
    { path: 'a.csv', hash, bytes: 3 },
  ]);
  assert.equal(readFileSync(join(folder, 'a.csv'), 'utf8'), 'own');
  assert.equal(readFileSync(victim, 'utf8'), 'mine');
});

const links = { skip: process.platform === 'win32' };

test('no log of a stage is read or written behind a link', links, async () => {
  const ways = {
    file: (logs: string) => mkdirSync(join(logs, 'r'), { recursive: true }),
    run: (logs: string, outside: string) => {
      mkdirSync(logs, { recursive: true });
      symlinkSync(join(outside, 'r'), join(logs, 'r'));
    },
    logs: (logs: string, outside: string) => symlinkSync(outside, logs),
    pipe: (logs: string) => mkdirSync(join(logs, 'r'), { recursive: true }),
  };
  const kinds = [
    ['train.log', 'key'],
    ['train%stderr.log', 'key'],
    ['train%open.json', '{"stdout":["key"]}'],
    ['train.metrics.jsonl', '{"key":1}\n'],
  ] as const;
  for (const [way, make] of Object.entries(ways)) {
    const outside = makeProject(Object.fromEntries(kinds.map(([name, text]) => [`r/${name}`, text])));
    const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages:\n  train: { cmd: echo hello }\n' });
    const runner = runIn(root);
    const { store } = runner;
    store.sql.run(
      `INSERT INTO runs (run_id, experiment, name, status, started_at) VALUES ('r', 'default', 'n', 'finished', 1)`,
    );
    const logs = join(store.folder, 'logs');
    make(logs, outside);
    for (const [name] of kinds)
      if (way === 'file') symlinkSync(join(outside, 'r', name), join(logs, 'r', name));
      else if (way === 'pipe') execFileSync('mkfifo', [join(logs, 'r', name)]);
    for (const stream of ['all', 'stderr'] as const)
      assert.deepEqual(readLog(store, 'r', 'train', 0, stream), { text: '', next: 0, done: true }, `${way} ${stream}`);
    assert.equal(metricsPath(store, 'r', 'train'), join(logs, 'r', 'train.metrics.jsonl'));
    const metrics = metricsFile({ store, runId: 'r', stage: 'train', root, warn: (text) => assert.fail(text) });
    assert.equal(metrics.take(true), 0, way);
    const { error } = await runner.run();
    if (way === 'logs') assert.match(error?.message ?? '', /logs is a link, and nothing is written through it/);
    else assert.equal(error, null, way);
    assert.deepEqual(readdirSync(outside), ['r'], way);
  }
});
