import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WorkError } from '../../engine/base/errors.ts';
import { lockKey, readLock, updateLock, type LockEntry } from '../../engine/fingerprint/lockFile.ts';
import { writeAtomic } from '../../engine/base/writeAtomic.ts';
import { makeProject } from '../helpers/makeProject.ts';

const entry: LockEntry = {
  spec: { cmd: 'x' },
  params: { lr: 0.1, text: '1' },
  deps: { 'a b.txt': { hash: 'h', bytes: 1 } },
  outs: {},
  run: 'r',
};

test('an entry comes back as it was, the others are kept, in the order of their names', () => {
  const root = makeProject();
  updateLock(root, 'b', entry);
  updateLock(root, 'a', { ...entry, run: 's' });
  assert.deepEqual({ ...readLock(root) }, { a: { ...entry, run: 's' }, b: entry });
  assert.ok(
    readFileSync(join(root, 'loopwright.lock'), 'utf8').indexOf('a:') <
      readFileSync(join(root, 'loopwright.lock'), 'utf8').indexOf('b:'),
  );
  const before = readFileSync(join(root, 'loopwright.lock'), 'utf8');
  updateLock(root, 'b', entry);
  assert.equal(readFileSync(join(root, 'loopwright.lock'), 'utf8'), before, 'the same again changes no byte');
  assert.deepEqual(readdirSync(root), ['loopwright.lock']);
});

test('a lock that cannot be read is as if nothing had run', () => {
  for (const text of [
    '',
    'nonsense: [',
    '<<<<<<< HEAD\nversion: 1\n=======\nversion: 1\n>>>>>>> x\n',
    'version: 2\nstages: {}\n',
    'version: 1\n',
    'version: 1\nstages: 5\n',
    'version: 1\nstages: { a: null, b: 3, c: { spec: {} }, d: { spec: {}, params: {}, deps: { x: 1 }, outs: {} } }\n',
    '\0\0\0',
    '- a\n',
  ]) {
    assert.deepEqual(Object.keys(readLock(makeProject({ 'loopwright.lock': text }))), [], JSON.stringify(text));
  }
  assert.deepEqual(Object.keys(readLock(makeProject())), []);
});

test('an entry of the wrong form does not hide the others', () => {
  const root = makeProject();
  updateLock(root, 'good', entry);
  const text = readFileSync(join(root, 'loopwright.lock'), 'utf8');
  assert.deepEqual(Object.keys(readLock(makeProject({ 'loopwright.lock': `${text}  bad: 5\n` }))), ['good']);
});

test('no stage has run because of a name that every object has', () => {
  for (const name of ['constructor', 'toString', '__proto__']) assert.equal(readLock(makeProject())[name], undefined);
});

test('experiments have keys of their own', () =>
  assert.deepEqual([lockKey('train', 'default'), lockKey('train', 'wide')], ['train', 'train@wide']));

test('a kill in the midst of writing leaves a whole lock', async () => {
  const root = makeProject();
  const module = fileURLToPath(new URL('../../engine/fingerprint/lockFile.ts', import.meta.url));
  const big = {
    ...entry,
    deps: Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`data/${i}.csv`, { hash: 'h'.repeat(64), bytes: i }]),
    ),
  };
  updateLock(root, 'first', big);
  for (let round = 0; round < 6; round++) {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { updateLock } = await import(${JSON.stringify(module)}); const entry = JSON.parse(process.argv[2]); for (let i = 0; ; i++) { updateLock(process.argv[1], 's' + (i % 3), entry); if (i === 0) console.log('go'); }`,
        root,
        JSON.stringify(big),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    for (let spin = 0; spin < round * 3; spin++) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = readLock(root);
    assert.equal(Object.keys(lock['first']?.deps ?? {}).length, 500);
    assert.equal(Object.keys(lock['s0']?.deps ?? {}).length, 500);
  }
});

test('what cannot be written is told with the file, and nothing is left beside it', () => {
  const root = makeProject({ 'folder/x': '' });
  assert.throws(
    () => writeAtomic(join(root, 'folder'), 'text'),
    (error) =>
      error instanceof WorkError &&
      /could not be written/.test(error.message) &&
      error.place?.file === join(root, 'folder'),
  );
  assert.deepEqual(readdirSync(root), ['folder']);
});
