import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTfjsNode, tfjsNodeVariable } from '../../engine/models/tfjsNode.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';
import { isLong } from '../helpers/rounds.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';
import { noTensorflow } from '../models/everyBackend.ts';

const trained = trainedOrders();
const withInputs = (inputs: string) => ordersYaml.replace('batch_size: 32', inputs);
const asMlp = (yaml: string) => yaml.replace('model: logistic', 'model: mlp');

/** Trains the orders with these inputs of the stage, and gives the run or the error. */
async function train(inputs: string, env: Record<string, string | undefined> = {}) {
  const { root: cwd } = trained();
  writeFiles(cwd, { 'loopwright.yaml': asMlp(withInputs(inputs)) });
  const { json } = await runJson<{ runId: string | null; error: { message: string } | null }>(['run', 'train'], {
    cwd,
    env,
  });
  const store = openStore(cwd);
  try {
    const run = json.runId === null ? null : getRun(store, json.runId);
    return { backend: run?.tags['backend'], environment: run?.environment['backend'], error: json.error?.message };
  } finally {
    store.sql.close();
  }
}

for (const backend of isLong ? ['tensorflow', 'wasm', 'cpu'] : ['tensorflow']) {
  test(
    `\`backend: ${backend}\` trains there, and the run records it`,
    {
      skip: backend === 'tensorflow' && noTensorflow,
    },
    async () => {
      assert.deepEqual(await train(`batch_size: 32, backend: ${backend}`), {
        backend,
        environment: backend,
        error: undefined,
      });
    },
  );
}

test('without the key the size of a step decides', { skip: noTensorflow }, async () => {
  assert.equal((await train('batch_size: 32')).backend, 'wasm');
  assert.equal((await train('batch_size: 480, hidden: [1024, 256]')).backend, 'tensorflow');
});

const installedGlobally = findTfjsNode({}) !== null && 'tfjs-node is installed on this machine';
test('a backend that is not installed is an error that says how', { skip: installedGlobally }, async () => {
  const env = { [tfjsNodeVariable]: undefined, NPM_CONFIG_PREFIX: undefined, npm_config_prefix: undefined };
  const { error } = await train('batch_size: 32, backend: tensorflow', env);
  assert.equal(error, 'The backend tensorflow is not installed. `npm install -g @tensorflow/tfjs-node` installs it.');
});

test('a backend that does not exist is an error of the file', async () => {
  const { root } = trained();
  writeFiles(root, { 'loopwright.yaml': withInputs('backend: webgl') });
  const { code, out } = await runCli(['check'], { cwd: root });
  assert.equal(code, 1);
  assert.match(out, /webgl/);
});

test('doctor names the folder of tfjs-node, and one that does not load is broken', { skip: noTensorflow }, async () => {
  const cwd = makeProject();
  assert.match((await runCli(['doctor'], { cwd })).out, /✓ tfjs-node {6}backend tensorflow, for large networks · \S+/);
  const broken = makeProject({
    'node_modules/@tensorflow/tfjs-node/package.json': '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }',
    'node_modules/@tensorflow/tfjs-node/index.js': 'throw new Error("The binding is missing.")',
  });
  const { code, out } = await runCli(['doctor'], { cwd, env: { [tfjsNodeVariable]: broken } });
  assert.equal(code, 1);
  assert.match(out, /✗ tfjs-node .*does not load from \S+tfjs-node: The binding is missing\. Install it again: /);
});
