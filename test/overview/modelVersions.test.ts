import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listModelVersions } from '../../engine/overview/modelVersions.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { modelNamed } from '../../engine/project/models.ts';
import { addNextVersion } from '../../engine/registry/registeredModels.ts';
import { setAlias } from '../../engine/registry/aliases.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const project = runIn(ordersProject());
const config = configFor(loadProject(project.root), 'default');
const own = modelNamed(config, null).name;

/** Registers files as a program does through MLflow. */
function register(model: string, source: string): number {
  const version = {
    model,
    run_id: '',
    path: '',
    created_at: 1,
    updated_at: 1,
    source,
    model_id: null,
    run_link: null,
    user_id: 'me',
    stage: 'None',
    description: '',
    status: 'READY',
    status_message: null,
  };
  return addNextVersion(project.store, version, 'test:me');
}

test('lists what programs registered, with the flavour from its files, after the models of the project', async () => {
  await project.run();
  const files = join(project.root, '.loopwright', 'models', 'm-0a1b');
  mkdirSync(files, { recursive: true });
  cpSync(join(project.root, getVersion(project.store, own, 1).path), files, { recursive: true });
  assert.equal(register(own, 'mlflow-artifacts:/0/models/m-0a1b/artifacts'), 2);
  register('churn', 's3://models/churn');
  const facts = () =>
    listModelVersions(project.store, config).map(({ model, version, isValidated, flavour, runtime, problem }) => [
      `${model}@${version}`,
      isValidated,
      flavour,
      runtime !== null,
      problem,
    ]);
  const elsewhere =
    'The files of `churn` v1 are at s3://models/churn, which is not in this project. Download them, and validate the folder.';
  const listed = [
    [`${own}@2`, false, 'loopwright', false, null],
    [`${own}@1`, true, 'loopwright', true, null],
    ['churn@1', false, null, false, elsewhere],
  ];
  assert.deepEqual(facts(), listed);
  rmSync(files, { recursive: true });
  const [gone] = facts();
  assert.deepEqual(gone?.slice(0, 4), [`${own}@2`, false, null, false]);
  assert.match(String(gone?.[4]), /^The files of `orders` v2 are gone: there is no .*m-0a1b\.$/);
});

test('an alias that a program gives makes no champion of a version that was never validated', () => {
  const change = { kind: 'set', why: 'through the API of MLflow', actor: 'test:me' } as const;
  setAlias(project.store, { model: 'churn', alias: 'champion', version: 1, ...change });
  const churn = listModelVersions(project.store, config).find(({ model }) => model === 'churn');
  assert.deepEqual([churn?.aliases, churn?.isChampion], [['champion'], false]);
});
