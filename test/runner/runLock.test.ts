import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WorkError } from '../../engine/errors.ts';
import { holdRunLock, takeAway } from '../../engine/runner/runLock.ts';
import type { Store } from '../../engine/tracking/store.ts';
import { makeProject } from '../helpers/makeProject.ts';

const storeIn = (folder: string) => ({ root: folder, folder, sql: undefined }) as unknown as Store;
const busy = (error: unknown) => error instanceof WorkError && /Another run of this project is going \(process \d+\)/.test(error.message);

test('one holds it, the next is told, and afterwards it is free', () => {
  const store = storeIn(makeProject());
  const release = holdRunLock(store);
  assert.throws(() => holdRunLock(store), busy);
  release();
  holdRunLock(store)();
  assert.deepEqual(readdirSync(store.folder), []);
});

test('what a dead process or a torn write left is taken over', () => {
  for (const left of ['999999 12345', '', 'garbage', `${process.pid} 1`]) {
    const store = storeIn(makeProject({ 'run.lock': left }));
    holdRunLock(store)();
    assert.deepEqual(readdirSync(store.folder), [], left);
  }
});

test('who took a dead owner for the holder does not take a new holder away', () => {
  const folder = makeProject({ 'run.lock': `${process.pid} 1` });
  takeAway(join(folder, 'run.lock'), 999_999);
  assert.equal(readFileSync(join(folder, 'run.lock'), 'utf8'), `${process.pid} 1`);
  takeAway(join(folder, 'run.lock'), process.pid);
  assert.deepEqual(readdirSync(folder), []);
});

test('a state folder that cannot be written is told', () => {
  const root = makeProject({ file: '' });
  assert.throws(() => holdRunLock(storeIn(join(root, 'file'))), (error) => error instanceof Error);
});

test('of many that find a dead owner at once only one gets it', async () => {
  const module = fileURLToPath(new URL('../../engine/runner/runLock.ts', import.meta.url));
  const source = `const { holdRunLock } = await import(${JSON.stringify(module)});
const { existsSync } = await import('node:fs');
console.log('ready'); while (!existsSync(process.argv[1] + '/go')) ;
try { holdRunLock({ folder: process.argv[1] }); console.log('held'); } catch { console.log('refused'); }
process.stdin.resume();`;
  for (let round = 0; round < 3; round++) {
    const folder = makeProject({ 'run.lock': '999999 12345' });
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', source, folder], { stdio: ['pipe', 'pipe', 'inherit'] }));
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    const answers = Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()));
    writeFileSync(join(folder, 'go'), '');
    const said = await answers;
    children.forEach((child) => child.kill('SIGKILL'));
    assert.deepEqual(said.filter((answer) => answer === 'held').length, 1, said.join(' '));
  }
});
