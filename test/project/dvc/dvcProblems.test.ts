import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProject } from '../../../engine/checks/checkProject.ts';
import { configFor, loadProject } from '../../../engine/project/loadProject.ts';
import { makeProject } from '../../helpers/makeProject.ts';

test('errors and unsupported keys of a dvc.yaml are reported at their place', () => {
  const root = makeProject({
    'params.yaml': 'a: 1\n',
    'dvc.yaml':
      'stages:\n  one:\n    cmd: echo ${gone}\n    deps: [s3://bucket/x]\n    params: [missing, "a"]\n    metrics: [m.toml]\n  two:\n    outs: [x]\n  three:\n    cmd: echo\n    params:\n      - conf.toml:\n          - x\nartifacts:\n  m:\n    path: x\n',
  });
  const project = loadProject(root);
  const told = [...project.file.problems, ...checkProject(project)]
    .filter(({ code }) => code === 'LW117')
    .map(({ file, line, severity, message }) => `${file}:${line} ${severity} ${message}`);
  for (const expected of [
    'dvc.yaml:3 error `${gone}` is not defined',
    'dvc.yaml:4 warning `s3://bucket/x` is a URL',
    'dvc.yaml:5 error There is no param `missing` in `params.yaml`',
    'dvc.yaml:7 error The stage `two` has no `cmd`',
    'dvc.yaml:1 info Loopwright runs this DVC project unchanged',
  ])
    assert.ok(
      told.some((line) => line.startsWith(expected)),
      `${expected}\nis not in\n${told.join('\n')}`,
    );
  assert.throws(() => configFor(project, 'default'), /dvc\.yaml has \d+ problems/);
});

test('a loopwright.yaml beside a dvc.yaml is the project', () => {
  const root = makeProject({
    'dvc.yaml': 'stages:\n  b:\n    cmd: echo\n',
    'loopwright.yaml': 'version: 1\nproject: mine\nstages:\n  a:\n    cmd: echo\n',
  });
  assert.deepEqual(Object.keys(configFor(loadProject(root), 'default').stages), ['a']);
});
