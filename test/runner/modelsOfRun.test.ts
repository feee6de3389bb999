import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspectNamed } from '../../engine/cards/inspectNamed.ts';
import { buildCard } from '../../engine/cards/buildCard.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { addNextVersion } from '../../engine/registry/registeredModels.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { modelsOfRun } from '../../engine/runner/modelsOfRun.ts';
import { pythonOrdersProject } from '../helpers/pythonOrders.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const cwd = pythonOrdersProject();
const store = openStore(cwd);
after(() => store.sql.close());
const loaded = loadProject(cwd);
const config = configFor(loaded, 'default');
const inspect = (text: string) => inspectNamed({ project: loaded, store, text, open: false, python: {} });

test('a model that a program logged is found with its run, before and after it is registered and validated', async () => {
  const { runId } = (await runJson<RunOutcome>(['run', 'train'], { cwd })).json;
  assert.ok(runId !== null);
  const [model, ...others] = modelsOfRun(store, runId);
  assert.ok(model);
  assert.deepEqual([others, model.name, model.flavour, model.registered], [[], 'late', 'mlflow', null]);
  assert.match(model.algorithm ?? '', /Pipeline/);
  assert.match(model.address, /^m-/);
  const { facts, missing, install, validation, ref } = await inspect(model.address);
  assert.deepEqual([missing, install, ref], [[], null, null]);
  assert.deepEqual(validation, { names: ['orders'], usual: 'features', datasets: ['orders', 'features', 'labels'] });
  assert.deepEqual([facts.runsCode, facts.needsPython], [true, true]);
  assert.match(facts.python ?? '', /models-venv/);
  assert.deepEqual(
    facts.inputs?.map(({ name, type }) => `${name} ${type}`),
    ['amount number', 'hour integer', 'country text', 'at datetime'],
  );

  const now = Date.now();
  addNextVersion(
    store,
    {
      model: 'orders',
      run_id: '',
      path: '',
      created_at: now,
      updated_at: now,
      source: `models:/${model.address}`,
      model_id: model.address,
      run_link: null,
      user_id: 'me',
      stage: 'None',
      description: 'from a notebook',
      status: 'READY',
      status_message: null,
    },
    'test:me',
  );
  assert.deepEqual(modelsOfRun(store, runId)[0]?.registered, {
    name: 'orders',
    version: 1,
    isValidated: false,
  });
  const card = buildCard(store, config, { name: 'orders', version: 1 });
  assert.ok(!card.isValidated);
  assert.deepEqual(
    [card.run, card.description, card.facts.flavour, card.facts.problems],
    [null, 'from a notebook', 'mlflow', []],
  );
  assert.doesNotMatch(JSON.stringify(card), /undefined/);

  assert.equal((await runCli(['run'], { cwd })).code, 0);
  const [validated] = modelsOfRun(store, runId);
  assert.deepEqual(validated?.registered, { name: 'orders', version: 2, isValidated: true });
  const after = buildCard(store, config, { name: 'orders', version: 2 });
  assert.ok(after.isValidated);
  assert.match(after.facts.runtime ?? '', /scikit-learn/);
  assert.match(after.facts.hash ?? '', /^[0-9a-f]{64}$/);
  assert.ok(after.facts.packages.some(({ name, used }) => name === 'scikit-learn' && used !== null));
  assert.equal(after.facts.outputs?.scores, 'probability');
});
