import assert from 'node:assert/strict';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { noTensorflow } from '../models/everyBackend.ts';

test('doctor checks each part of the machine and the project that is named', { skip: noTensorflow }, async () => {
  const root = ordersProject();
  const { code, json } = await runJson<{ name: string; state: string; detail: string }[]>(
    ['doctor', '--project', root],
    { cwd: makeProject() },
  );
  assert.equal(code, 0);
  assert.deepEqual(
    json.map(({ name }) => name),
    ['Node', 'SQLite', 'DuckDB', 'TensorFlow.js', 'tfjs-node', 'git', 'Python', 'Disk', 'Project'],
  );
  for (const { name, state, detail } of json) assert.ok(state === 'ok' && detail !== '', `${name} ${detail}`);
  assert.equal(json.at(-1)?.detail, root);
  const bare = await runCli(['doctor'], { cwd: makeProject(), env: { PATH: '/nowhere' } });
  assert.equal(bare.code, 0);
  assert.match(bare.out, /○ Python .*install Python 3/);
  assert.match(bare.out, /○ Project .*loopwright init/);
});

test('doctor starts no interpreter that is in the folder', async () => {
  const folder = makeProject({
    '.venv/bin/python': '#!/bin/sh\ntouch started\n',
    '.venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.12.4\n',
  });
  chmodSync(join(folder, '.venv/bin/python'), 0o755);
  assert.match((await runCli(['doctor'], { cwd: folder })).out, /✓ Python {9}Python 3\.12\.4 · \.venv\/bin\/python/);
  rmSync(join(folder, '.venv/pyvenv.cfg'));
  const nameless = await runCli(['doctor'], { cwd: folder });
  assert.match(nameless.out, /✗ Python {9}\.venv\/bin\/python .* does not say its version/);
  assert.deepEqual([nameless.code, existsSync(join(folder, 'started'))], [1, false]);
});

test('doctor prints the first error of a project that cannot be used', async () => {
  const broken: [string, RegExp][] = [
    ['', /✗ Project .*loopwright\.yaml:1:1: /],
    ['version: 1\nproject: a\nstages: { s: { cmd: 3, dep: [a] } }\n', /✗ Project .*loopwright\.yaml:3:/],
  ];
  for (const [text, expected] of broken) {
    const { code, out } = await runCli(['doctor'], { cwd: makeProject({ 'loopwright.yaml': text }) });
    assert.equal(code, 1, text);
    assert.match(out, expected);
  }
});
