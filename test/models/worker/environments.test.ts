import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openModel } from '../../../engine/models/openModel.ts';
import { mlflowVenv } from '../../mlflow/mlflowVenv.ts';
import { answersAsPython, toolsIn } from '../flavours/flavourParity.ts';
import { longTest } from '../../helpers/rounds.ts';
import { plainAnswers, trainModels, type TrainedModel } from '../flavours/trainedModel.ts';
import { modelsVenv } from '../modelsVenv.ts';

const names = ['sklearn_linear', 'mlflow_skops', 'mlflow_function', 'lightgbm_binary'] as const;

describe('the environment of a model', () => {
  let folder = '';
  let models: Record<(typeof names)[number], TrainedModel>;
  before(() => {
    for (const venv of [modelsVenv, mlflowVenv]) {
      const problem = venv.prepare();
      if (problem !== null) throw new Error(problem);
    }
    folder = mkdtempSync(join(tmpdir(), 'loopwright-environments-'));
    models = trainModels(modelsVenv, folder, names);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says what to do when there is no Python', async () => {
    const tools = { ...toolsIn(folder, modelsVenv), python: () => null };
    await assert.rejects(openModel(models.sklearn_linear.path, tools), {
      name: 'WorkError',
      message:
        '`sklearn_linear.pkl` is scored by Python, and this machine has none. Install Python 3, or set `python` in loopwright.yaml.',
    });
  });

  it('names the package that is missing and the command that installs it', async () => {
    const bare = join(folder, 'bare');
    execFileSync('python3', ['-m', 'venv', '--without-pip', bare]);
    const python = { path: join(bare, 'bin/python'), environment: null, why: '`python` of the project' };
    const tools = { ...toolsIn(folder, modelsVenv), python: () => python };
    const expected: [(typeof names)[number], string][] = [
      ['sklearn_linear', 'scikit-learn'],
      ['lightgbm_binary', 'lightgbm'],
      ['mlflow_skops', 'skops'],
      ['mlflow_function', 'mlflow'],
    ];
    for (const [name, package_] of expected)
      await assert.rejects(openModel(models[name].path, tools), (error: Error) => {
        assert.equal(error.name, 'WorkError');
        assert.match(
          error.message,
          /cannot be scored\. The Python of the project, bare\/bin\/python \(`python` of the project\), has no module/,
        );
        assert.ok(error.message.endsWith(`\`bare/bin/python -m pip install ${package_}\` installs it.`), error.message);
        return true;
      });
  });

  it('warns of each package in another version than the model was saved with, and names both', async () => {
    const requirements = join(models.mlflow_function.path, 'requirements.txt');
    const text = readFileSync(requirements, 'utf8');
    writeFileSync(requirements, text.replace(/^mlflow==.*$/m, 'mlflow==2.1.0').concat('\nnot-installed==1.0\n'));
    try {
      const { opened } = await openModel(models.mlflow_function.path, toolsIn(folder, modelsVenv));
      await opened.close();
      assert.deepEqual(opened.description.warnings, [
        `The model was saved with mlflow 2.1.0; mlflow ${opened.description.packages['mlflow']} scores it.`,
      ]);
    } finally {
      writeFileSync(requirements, text);
    }
  });

  it('warns of the version that scikit-learn noted in a pickle', async () => {
    const { opened: same } = await openModel(models.sklearn_linear.path, toolsIn(folder, modelsVenv));
    await same.close();
    const version = same.description.packages['scikit-learn'] ?? '';
    const older = version.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
    const path = join(folder, 'older.pkl');
    writeFileSync(
      path,
      Buffer.from(readFileSync(models.sklearn_linear.path).toString('latin1').replaceAll(version, older), 'latin1'),
    );
    const { opened } = await openModel(path, toolsIn(folder, modelsVenv));
    await opened.close();
    assert.deepEqual(opened.description.warnings, [
      `The model was saved with scikit-learn ${older}; scikit-learn ${version} scores it.`,
    ]);
  });

  for (const name of ['mlflow_skops', 'mlflow_function'] as const)
    it(`opens ${name} with the paths of Windows in its MLmodel`, async () => {
      const { path } = models[name];
      mkdirSync(join(path, 'files'));
      const moved = { mlflow_skops: 'model.skops', mlflow_function: 'python_model.pkl' }[name];
      renameSync(join(path, moved), join(path, 'files', moved));
      const mlmodel = join(path, 'MLmodel');
      writeFileSync(mlmodel, readFileSync(mlmodel, 'utf8').replaceAll(`: ${moved}`, `: files\\${moved}`));
      assert.match(readFileSync(mlmodel, 'utf8'), /: files\\/);
      await answersAsPython(models[name], toolsIn(folder, modelsVenv));
    });

  it('scores two models with different environments at once', async () => {
    const { lightgbm_binary: first, sklearn_linear: second } = models;
    const [a, b] = await Promise.all([
      openModel(first.path, toolsIn(folder, modelsVenv)),
      openModel(second.path, toolsIn(folder, mlflowVenv)),
    ]);
    try {
      const [ofFirst, ofSecond] = await Promise.all([
        a.opened.answer(first.table, first.inputs),
        b.opened.answer(second.table, second.inputs),
      ]);
      assert.deepEqual(plainAnswers(ofFirst), first.together);
      assert.equal(plainAnswers(ofSecond).length, 2);
      assert.ok(a.opened.description.packages['lightgbm'] && !b.opened.description.packages['lightgbm']);
    } finally {
      await Promise.all([a.opened.close(), b.opened.close()]);
    }
  });

  longTest('loads a model of 500 MB', { timeout: 300_000 }, async () => {
    const path = join(folder, 'large.joblib');
    modelsVenv.run(join(import.meta.dirname, 'largeModel.py'), path);
    const { opened } = await openModel(path, toolsIn(folder, modelsVenv));
    try {
      const inputs = [{ name: 'x', type: 'number' as const }];
      const table = { rows: 1, columns: { x: { kind: 'number' as const, values: Float64Array.of(0.1) } } };
      const [[value]] = plainAnswers(await opened.answer(table, inputs)) as [Float64Array];
      assert.equal(value, 3);
    } finally {
      await opened.close();
      rmSync(path);
    }
  });
});
