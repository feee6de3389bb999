import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WorkError } from '../../engine/base/errors.ts';
import { holdRunLock } from '../../engine/runner/runLock.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { nextLine } from '../helpers/nextLine.ts';

const lockOf = (root: string) => join(root, '.loopwright/run.lock');
const busy = (error: unknown) =>
  error instanceof WorkError && /Another run of this project is going \(process \d+\)/.test(error.message);

test('one holds it, the next is told, and afterwards it is free', () => {
  const store = openStore(makeProject());
  const release = holdRunLock(store);
  assert.throws(() => holdRunLock(store), busy);
  release();
  holdRunLock(store)();
  assert.ok(!existsSync(lockOf(store.root)));
  store.sql.close();
});

test('what a dead process or a torn write left is taken over', () => {
  for (const left of ['999999 12345', '', 'garbage', `${process.pid} 1`]) {
    const store = openStore(makeProject({ '.loopwright/run.lock': left }));
    holdRunLock(store)();
    assert.ok(!existsSync(lockOf(store.root)), left);
    store.sql.close();
  }
});

test('a lock that cannot be written is told', () => {
  const store = openStore(makeProject({ '.loopwright/run.lock/kept': '' }));
  assert.throws(
    () => holdRunLock(store),
    (error) => error instanceof WorkError && /cannot be written/.test(error.message),
  );
  store.sql.close();
});

test('of many that find a dead owner at once only one gets it', async () => {
  const module = fileURLToPath(new URL('../../engine/runner/runLock.ts', import.meta.url));
  const tracking = fileURLToPath(new URL('../../engine/tracking/openStore.ts', import.meta.url));
  const source = `const { holdRunLock } = await import(${JSON.stringify(module)});
const { openStore } = await import(${JSON.stringify(tracking)});
const store = openStore(process.argv[1]);
const { existsSync } = await import('node:fs');
console.log('ready'); while (!existsSync(process.argv[1] + '/go')) ;
try { holdRunLock(store); console.log('held'); } catch { console.log('refused'); }
process.stdin.resume();`;
  for (let round = 0; round < 10; round++) {
    const folder = makeProject({ '.loopwright/run.lock': '999999 12345' });
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', source, folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    assert.deepEqual(
      await Promise.all(children.map(nextLine)),
      children.map(() => 'ready'),
    );
    const answers = Promise.all(children.map(nextLine));
    writeFileSync(join(folder, 'go'), '');
    const said = await answers;
    children.forEach((child) => child.kill('SIGKILL'));
    assert.deepEqual(said.filter((answer) => answer === 'held').length, 1, said.join(' '));
  }
});
