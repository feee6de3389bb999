import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersSchema } from '../helpers/ordersProject.ts';
import { pythonOrdersProject } from '../helpers/pythonOrders.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

// Models that come in other ways than by the stage that the validation names.

function commandsIn(cwd: string) {
  return {
    run: (...args: string[]) => runCli(args, { cwd }),
    json: async <T>(...args: string[]): Promise<T> => {
      const { code, json, err } = await runJson<T>(args, { cwd });
      assert.equal(code, 0, `${args.join(' ')}: ${err}`);
      return json;
    },
  };
}

test('a file among the outs is copied into the run, so that a later training does not change the version', async () => {
  const cwd = pythonOrdersProject({ saved: 'joblib', outs: '[model.pkl]' });
  const { run, json } = commandsIn(cwd);
  assert.deepEqual((await json<RunOutcome>('run')).registered, [{ name: 'orders', version: 1 }]);
  const { path, flavour, stated } = await json<{ path: string; flavour: string; stated: { runsCode: boolean } }>(
    'models',
    'inspect',
    '1',
  );
  assert.deepEqual([flavour, stated.runsCode], ['sklearn', true]);
  assert.match(path, /^\.loopwright\/artifacts\/[0-9a-f]{32}\/model-validate\/model\.pkl$/);
  const before = readFileSync(join(cwd, path));
  writeFiles(cwd, {
    'train.py': readFileSync(join(cwd, 'train.py'), 'utf8').replace('n_estimators=40', 'n_estimators=10'),
  });
  assert.deepEqual((await json<RunOutcome>('run')).registered, [{ name: 'orders', version: 2 }]);
  assert.deepEqual(readFileSync(join(cwd, path)), before);

  // The same file by its path, on rows of a file without a split.
  writeFiles(cwd, {
    'holdout.csv': ordersCsv(orders({ rows: 200, seed: 9, prefix: 'h' })),
    'schemas/holdout.dataset.yaml': ordersSchema,
    'loopwright.yaml': readFileSync(join(cwd, 'loopwright.yaml'), 'utf8').replace(
      '\ndatasets:\n',
      '\ndatasets:\n  holdout: { path: holdout.csv, schema: schemas/holdout.dataset.yaml }\n',
    ),
  });
  const lock = readFileSync(join(cwd, 'loopwright.lock'), 'utf8');
  const outcome = await json<RunOutcome>('validate', 'model.pkl', '--data', 'holdout');
  assert.deepEqual(outcome.registered, [{ name: 'orders', version: 3 }]);
  assert.equal(readFileSync(join(cwd, 'loopwright.lock'), 'utf8'), lock, 'the stages know nothing of it');
  const versions = await json<ModelVersionSummary[]>('models');
  assert.deepEqual(
    versions.map(({ version, gatesTotal }) => [version, gatesTotal]).toSorted(),
    [
      [1, 2],
      [2, 2],
      [3, 2],
    ],
    'the gates of the project hold for it too',
  );

  const nothing = await run('validate', 'model.txt', '--data', 'holdout');
  assert.deepEqual([nothing.code, /`model\.txt` names no model/.test(nothing.err)], [1, true], nothing.err);
  const wrong = await run('validate', 'train.py', '--data', 'holdout');
  assert.match(wrong.err, /not a model that Loopwright recognises/);
});

test('a version that a colleague registered becomes champion only after its validation', async () => {
  const cwd = pythonOrdersProject({
    models: 'models:\n  late: { from: train, data: features }\n\n',
  });
  const program = readFileSync(join(cwd, 'train.py'), 'utf8');
  writeFiles(cwd, {
    'train.py': program.replace("name='late',", "name='late', registered_model_name='late',"),
    'loopwright.yaml': readFileSync(join(cwd, 'loopwright.yaml'), 'utf8').replaceAll(
      'model: champion',
      'model: late@champion',
    ),
  });
  const { run, json } = commandsIn(cwd);
  assert.equal((await run('run', 'train')).code, 0);
  const early = await run('models', 'promote', '1');
  assert.equal(early.code, 1);
  assert.match(early.err, /never validated here\. `loopwright validate late@1 --data DATASET` validates it/);
  const outcome = await json<RunOutcome>('validate', 'models:/late/1', '--data', 'features');
  assert.deepEqual(outcome.registered, [{ name: 'late', version: 1 }], 'the version keeps its number');
  assert.equal((await run('models', 'promote', '1')).code, 0);
  const { runs } = await json<{ runs: RunSummary[] }>('runs');
  const [validation, training] = runs;
  assert.equal(validation?.tags['validated'], 'late v1');
  const card = await json<ModelCard>('models', 'card', 'late@champion');
  assert.equal(card.run?.runId, training?.runId, 'the version belongs to the run that trained it');
  const { path } = await json<{ path: string }>('models', 'inspect', 'late@champion');
  assert.ok(existsSync(join(cwd, path, 'MLmodel')));
});
