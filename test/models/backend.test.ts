import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { chooseBackend, loadBackend } from '../../engine/models/backend.ts';
import { findTfjsNode, tfjsNodeVariable } from '../../engine/models/tfjsNode.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { noTensorflow } from './everyBackend.ts';

test('small steps are trained on WebAssembly, large ones on tfjs-node', { skip: noTensorflow }, async () => {
  assert.equal((await chooseBackend(1e6)).name, 'wasm');
  const large = await chooseBackend(500e6);
  assert.deepEqual([large.name, large.note], ['tensorflow', undefined]);
});

test('where the variable leads to no package, large steps and the backend tensorflow are refused', async () => {
  const before = process.env[tfjsNodeVariable];
  process.env[tfjsNodeVariable] = '/nowhere';
  try {
    const says = (error: unknown) =>
      error instanceof WorkError && /^`LOOPWRIGHT_TFJS_NODE` is `\/nowhere`, which has no/.test(error.message);
    await assert.rejects(chooseBackend(500e6), says);
    assert.throws(() => findTfjsNode(), says);
    assert.equal((await chooseBackend(1e6)).name, 'wasm', 'a small network does not need it');
  } finally {
    if (before === undefined) delete process.env[tfjsNodeVariable];
    else process.env[tfjsNodeVariable] = before;
  }
});

test('the shared engine goes back and forth between backends', { skip: noTensorflow }, async () => {
  const backends = await Promise.all((['tensorflow', 'wasm', 'cpu'] as const).map(loadBackend));
  for (const backend of [...backends, ...backends]) assert.equal(backend.use().getBackend(), backend.name);
});

const manifest = { 'package.json': '{ "name": "@tensorflow/tfjs-node" }' };
const at = (...parts: string[]) => join(...parts, '@tensorflow/tfjs-node');

test('tfjs-node is found where npm installs global packages', { skip: process.platform === 'win32' }, () => {
  const prefix = makeProject();
  const installed = at(prefix, 'lib/node_modules');
  mkdirSync(installed, { recursive: true });
  makePackage(installed);
  const elsewhere = makeProject();
  mkdirSync(join(prefix, 'bin'));
  symlinkSync(process.execPath, join(prefix, 'bin/node'));
  for (const env of [
    { NPM_CONFIG_PREFIX: prefix },
    { npm_config_prefix: prefix },
    { PATH: `${elsewhere}:${join(prefix, 'bin')}` },
    { [tfjsNodeVariable]: installed },
    { [tfjsNodeVariable]: join(prefix, 'lib') },
  ])
    assert.equal(findTfjsNode(env), installed, JSON.stringify(env));
});

function makePackage(folder: string): void {
  symlinkSync(join(makeProject(manifest), 'package.json'), join(folder, 'package.json'));
}
