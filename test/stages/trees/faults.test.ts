import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CancelledError } from '../../../engine/base/errors.ts';
import type { ProjectRunner } from '../../helpers/runIn.ts';
import { isRunning, startCli } from '../../helpers/runCli.ts';
import { until } from '../../helpers/until.ts';
import { mlflowVenv } from '../../mlflow/mlflowVenv.ts';
import { treesProject } from './treesProject.ts';

const one = (inputs: string) => [{ name: 'train', target: 'flag', inputs }];

/** Trees that take minutes. */
const long = one('model: boosted_trees, library: lightgbm, trees: 100000, patience: 0, learning_rate: 0.0001');

async function errorOf(project: ProjectRunner): Promise<string> {
  const { status, error } = await project.run();
  assert.equal(status, 'failed');
  return error?.message ?? '';
}

/** The process id of the training program, once it trains. */
async function trainingProcess(project: ProjectRunner): Promise<number> {
  const pid = () =>
    project.store.sql.get<{ pid: number }>(
      "SELECT child_pid AS pid FROM run_stages WHERE stage = 'train' AND child_pid IS NOT NULL AND EXISTS (SELECT 1 FROM points)",
    )?.pid;
  return until('the program trains', pid, 120_000);
}

/** Nothing of a training that did not end is left. */
function assertNothingLeft(project: ProjectRunner): void {
  const artifacts = join(project.root, '.loopwright/artifacts');
  const left = existsSync(artifacts) ? readdirSync(artifacts, { recursive: true }).map(String) : [];
  assert.deepEqual(
    left.filter((name) => name.includes('model')),
    [],
  );
  assert.deepEqual(readdirSync(join(project.root, '.loopwright/tmp')), []);
}

test('without Python the error says what to install and which models need none', async () => {
  const project = treesProject('mixed', one('model: boosted_trees'));
  const { error } = await project.run({ python: () => null });
  assert.match(
    error?.message ?? '',
    /^`boosted_trees` trains in Python, and no Python was found\. Install Python 3\.9 or later, then run `python3 -m venv \.venv` and `\S+ -m pip install scikit-learn lightgbm pandas pyarrow` in the project\. `mlp`, `logistic` and `linear` need no Python\.$/,
  );
});

test('a Python without packages is named with all that it lacks', { timeout: 120_000 }, async () => {
  const project = treesProject('mixed', one('model: random_forest'), { python: '.venv' });
  execFileSync('python3', ['-m', 'venv', '--without-pip', join(project.root, '.venv')]);
  assert.equal(
    await errorOf(project),
    '`random_forest` trains in Python. The Python of the project, .venv/bin/python (`python` of the project), has no module `pandas` and no module `sklearn`: `.venv/bin/python -m pip install pandas scikit-learn` installs them. `mlp`, `logistic` and `linear` need no Python.',
  );
  assertNothingLeft(project);
});

test(
  'a Python without LightGBM: asked for, it is missing; else the next library trains',
  { timeout: 300_000 },
  async () => {
    assert.equal(mlflowVenv.prepare(), null);
    const { python } = mlflowVenv;
    const asked = treesProject('mixed', one('model: boosted_trees, library: lightgbm'), { python });
    assert.match(await errorOf(asked), /has no module `lightgbm`: `\S+ -m pip install lightgbm` installs it\. `mlp`/);
    const auto = treesProject('mixed', one('model: boosted_trees, trees: 20'), { python });
    const { error, stages } = await auto.run();
    assert.equal(error, null, error?.message);
    assert.match(stages[0]?.summary ?? '', / · XGBoost \d/);
  },
);

test('a setting that the chosen library lacks is named', { timeout: 120_000 }, async () => {
  const blocked = 'raise ImportError("a library of the system is gone")\n';
  const project = treesProject('mixed', one('model: boosted_trees, subsample: 0.5'), {
    env_file: '.env',
    '.env': 'PYTHONPATH=blocked\n',
    'blocked/lightgbm.py': blocked,
    'blocked/xgboost.py': blocked,
  });
  assert.match(
    await errorOf(project),
    /^`subsample` is not a setting of the boosted trees of scikit-learn\. Remove it, or install LightGBM: `\S+ -m pip install lightgbm`\.$/,
  );
  assert.ok(
    project.logs.includes('train| LightGBM cannot be imported and is skipped: a library of the system is gone'),
    project.logs.join('\n'),
  );
  const asked = treesProject('mixed', one('model: boosted_trees, library: lightgbm'), {
    env_file: '.env',
    '.env': 'PYTHONPATH=blocked\n',
    'blocked/lightgbm.py': blocked,
  });
  assert.match(await errorOf(asked), /cannot import `lightgbm`: a library of the system is gone\. Install it again/);
});

test('what the library refuses is told in its words', { timeout: 120_000 }, async () => {
  const project = treesProject('huge', one('model: random_forest'));
  assert.match(
    await errorOf(project),
    /^scikit-learn \d[\d.]+ could not train: ValueError: Input X contains infinity or a value too large for dtype\('float32'\)\.$/,
  );
  assertNothingLeft(project);
});

test('text in a column of numbers, and a target that does not fit, are told before Python starts', async () => {
  const text = treesProject('mixed', one('model: boosted_trees, features: [country]'));
  execFileSync('sed', [
    '-i',
    's/name: country, type: string/name: country, type: number/',
    join(text.root, 'schemas/features.dataset.yaml'),
  ]);
  assert.match(await errorOf(text), /^country: declared as a number but holds text, such as "(de|fr|pl)"/);
  const target = treesProject('mixed', one('model: boosted_trees'));
  execFileSync('sed', [
    '-i',
    's/target: flag/target: hour/; s/features: .*, model/features: [amount], model/',
    join(target.root, 'loopwright.yaml'),
  ]);
  execFileSync('sed', [
    '-i',
    's/name: hour, type: integer/name: hour, type: integer, loopwright: { positive: 1 }/',
    join(target.root, 'schemas/features.dataset.yaml'),
  ]);
  assert.match(await errorOf(target), /^hour: a binary target has two values, and this column holds 0, /);
});

test('cancelling ends the program and leaves nothing', { timeout: 180_000 }, async () => {
  const project = treesProject('mixed', long);
  const abort = new AbortController();
  const run = project.run({ signal: abort.signal });
  const pid = await trainingProcess(project);
  abort.abort();
  const outcome = await run.catch((error: unknown) => error);
  assert.ok(
    outcome instanceof CancelledError || (outcome as { status?: string }).status === 'cancelled',
    String(outcome),
  );
  assert.equal(await isRunning(pid), false);
  assertNothingLeft(project);
});

test('a program that is killed fails the stage and leaves nothing', { timeout: 180_000 }, async () => {
  const project = treesProject('mixed', long);
  const run = project.run();
  process.kill(await trainingProcess(project), 'SIGKILL');
  const { status, error } = await run;
  assert.equal(status, 'failed');
  assert.match(error?.message ?? '', /killed by SIGKILL/);
  assertNothingLeft(project);
});

test('the program ends when Loopwright is killed', { timeout: 180_000 }, async () => {
  const project = treesProject('mixed', long);
  const cli = startCli(['run'], { cwd: project.root });
  const pid = await trainingProcess(project);
  cli.child.kill('SIGKILL');
  await cli.ended;
  await until('the program has ended', async () => !(await isRunning(pid)), 30_000);
  const left = readdirSync(join(project.root, '.loopwright/artifacts'), { recursive: true }).map(String);
  assert.ok(!left.some((name) => /(^|\/)model-train(\/|$)/.test(name)), 'no model is half written');
});
