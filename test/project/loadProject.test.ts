import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProjectError } from '../../engine/base/errors.ts';
import { configFor, experimentName, loadProject, shapeProblems } from '../../engine/project/loadProject.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject } from '../helpers/ordersProject.ts';

const failure =
  (about: RegExp, problems: RegExp[] = []) =>
  (error: unknown) => {
    assert.ok(error instanceof ProjectError, String(error));
    assert.match(error.message, about);
    problems.forEach((problem, i) => assert.match(error.problems[i]?.message ?? '', problem));
    return true;
  };

test('a project is read with its experiments and schemas', () => {
  const project = loadProject(ordersProject(), undefined, {});
  assert.deepEqual(shapeProblems(project), []);
  assert.deepEqual([...project.experiments.keys()], ['longer']);
  assert.deepEqual([...project.schemas.keys()].toSorted(), [
    'schemas/labels.dataset.yaml',
    'schemas/orders.dataset.yaml',
  ]);
  assert.equal(configFor(project, 'longer').params?.['epochs'], 5);
  assert.equal(configFor(project, 'default').params?.['epochs'], 3);
  assert.equal(configFor(project, 'longer', { params: { epochs: 6 } }).params?.['epochs'], 6);
});

test('a folder without a project has one problem', () => {
  const project = loadProject(makeProject());
  assert.deepEqual(
    project.file.problems.map(({ code, message }) => [code, message]),
    [['LW204', 'There is no file `loopwright.yaml`.']],
  );
  assert.throws(() => configFor(project, 'default'), failure(/no file/));
});

test('a project file that is a folder or is unreadable is a problem, not a crash', (t) => {
  const root = makeProject();
  mkdirSync(join(root, 'loopwright.yaml'));
  assert.match(loadProject(root).file.problems[0]?.message ?? '', /is a folder, not a file/);
  if (process.platform === 'win32' || process.getuid?.() === 0)
    return t.diagnostic('files of Windows have no modes, and root may read everything: permissions are not tried');
  const closed = makeProject({ 'loopwright.yaml': 'version: 1\n' });
  chmodSync(join(closed, 'loopwright.yaml'), 0);
  assert.match(loadProject(closed).file.problems[0]?.message ?? '', /cannot be read/);
});

test('the error contains the problems with their places', () => {
  const project = loadProject(
    makeProject({
      'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "echo ${params.x}" } }\nparams: { x: 1 }\n',
      'experiments/bad.experiment.yaml': 'params: { x: { y: 1 } }\n',
      'experiments/empty.experiment.yaml': '',
      'experiments/other.experiment.yaml': 'params: { x: [1] }\n',
    }),
  );
  assert.throws(() => configFor(project, 'nope'), failure(/no experiment `nope`\. Known: default, bad, empty, other/));
  assert.throws(() => configFor(project, 'bad'), failure(/has problems/, [/`x` must be/]));
  assert.throws(() => configFor(project, 'empty'), failure(/has problems/, [/The file is empty/]));
  assert.equal((configFor(project, 'other').stages['s'] as { cmd: string }).cmd, 'echo [1]');
  assert.throws(() => configFor(project, 'default', { params: { x: { y: 1 } } }), failure(/1 problem\./));
});

test('an experiment has the name of its file', () =>
  assert.deepEqual(['experiments/a b.experiment.yaml', 'x.experiment.yml'].map(experimentName), ['a b', 'x']));

test('after a syntax error the rest is checked: one missing bracket is one finding', () => {
  const problemsOf = (text: string) =>
    loadProject(
      '/nowhere',
      { read: (path) => (path === 'loopwright.yaml' ? text : null), exists: () => false, glob: () => [] },
      {},
    ).file.problems.map(({ code, line }) => `${code} ${line}`);
  assert.deepEqual(
    problemsOf(
      'version: 1\nproject: p\nparams: { a: [1, 2 }\nstages:\n  train: { uses: train, with: { data: x, model: mlp } }\n',
    ),
    ['LW100 3'],
  );
  assert.deepEqual(
    problemsOf(
      'version: 1\nproject: p\nparams: { a: [1, 2 }\nstages:\n  train: { uses: train, with: { data: x, model: mlp } }\nnonsense: 1\n',
    ),
    ['LW100 3', 'LW102 6'],
  );
});

test('a .yml file is read without a .yaml file of its name, and reported as LW118 otherwise', () => {
  const project = 'version: 1\nproject: p\nstages: { s: { cmd: x } }\n';
  const named = (names: readonly string[]) =>
    loadProject(
      makeProject(
        Object.fromEntries(names.map((name) => [name, name.startsWith('experiments') ? 'describe: x\n' : project])),
      ),
    );
  const twins = (names: readonly string[]) =>
    shapeProblems(named(names))
      .filter(({ code }) => code === 'LW118')
      .map(({ file }) => file);
  assert.deepEqual(
    [named(['loopwright.yml']).file.path, named(['loopwright.yml', 'loopwright.yaml']).file.path],
    ['loopwright.yml', 'loopwright.yaml'],
  );
  assert.deepEqual(
    [...named(['loopwright.yml', 'experiments/b.experiment.yml', 'experiments/a.experiment.yaml']).experiments.keys()],
    ['a', 'b'],
  );
  assert.deepEqual(twins(['loopwright.yml', 'experiments/b.experiment.yml']), []);
  assert.deepEqual(
    twins(['loopwright.yml', 'loopwright.yaml', 'experiments/b.experiment.yml', 'experiments/b.experiment.yaml']),
    ['loopwright.yml', 'experiments/b.experiment.yml'],
  );
});
