import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';

const yml =
  'version: 1\nproject: p\nparams: { hidden: [8] }\nstages:\n  s: { cmd: "echo ${params.hidden} > out.txt", outs: [out.txt] }\n';

test('a loopwright.yml with a .yml experiment is a project: check, run, status, from below and by --project', async () => {
  const root = makeProject({
    'loopwright.yml': yml,
    'experiments/a.experiment.yml': 'describe: other\nparams: { hidden: [16] }\n',
    '.gitignore': '.loopwright/\n',
    'sql/x.sql': '',
  });
  assert.equal((await runCli(['check', '--severity', 'LW702=off'], { cwd: join(root, 'sql') })).code, 0);
  const ran = await runCli(['run', '--experiment', 'a'], { cwd: root });
  assert.deepEqual([ran.code, readFileSync(join(root, 'out.txt'), 'utf8').trim()], [0, '[16]']);
  for (const given of [root, join(root, 'loopwright.yml')])
    assert.match((await runCli(['status', '--project', given])).out, /^p\n/);
});

test('init writes no second file beside a loopwright.yml', async () => {
  const root = makeProject({ 'loopwright.yml': yml });
  const { code, err } = await runCli(['init'], { cwd: root });
  assert.equal(code, 2);
  assert.match(err, /loopwright\.yml already exists; nothing was changed/);
  assert.ok(!existsSync(join(root, 'loopwright.yaml')));
});

test('of both names in one folder the .yaml is read, and one finding names both; so for an experiment', async () => {
  const root = makeProject({
    'loopwright.yml': yml.replace('project: p', 'project: other'),
    'loopwright.yaml': yml,
    'experiments/a.experiment.yml': 'params: { hidden: [1] }\n',
    'experiments/a.experiment.yaml': 'describe: read\nparams: { hidden: [2] }\n',
  });
  const { out } = await runCli(['check', '--format', 'json'], { cwd: root });
  const twins = (JSON.parse(out) as { code: string; file: string; message: string }[]).filter(
    ({ code }) => code === 'LW118',
  );
  assert.deepEqual(
    twins.map(({ file, message }) => [file, message]),
    [
      [
        'experiments/a.experiment.yml',
        '`experiments/a.experiment.yml` is ignored because `experiments/a.experiment.yaml` exists. Delete one of the two.',
      ],
      ['loopwright.yml', '`loopwright.yml` is ignored because `loopwright.yaml` exists. Delete one of the two.'],
    ],
  );
  assert.match((await runCli(['status'], { cwd: root })).out, /^p\n/);
});

test("dvc.yml is not DVC's, and a loopwright.yml comes before a dvc.yaml", async () => {
  const dvc = 'stages:\n  d:\n    cmd: echo 1\n';
  assert.match(
    (await runCli(['status'], { cwd: makeProject({ 'dvc.yml': dvc }) })).err,
    /There is no loopwright\.yaml here or above/,
  );
  assert.match(
    (await runCli(['status'], { cwd: makeProject({ 'dvc.yaml': dvc, 'loopwright.yml': yml }) })).out,
    /^p\n/,
  );
});

test('findings name files from the working folder, so that a terminal opens them', async () => {
  const bad = yml.replace('project: p', 'project: p\nseed: x');
  const root = makeProject({ 'services/a/loopwright.yml': bad });
  mkdirSync(join(root, 'services/a/sql'));
  const place = async (cwd: string, args: string[] = []): Promise<string> =>
    (await runCli(['check', ...args], { cwd })).out.split(':')[0] ?? '';
  assert.equal(await place(root, ['--project', 'services/a']), join('services', 'a', 'loopwright.yml'));
  assert.equal(await place(join(root, 'services/a')), 'loopwright.yml');
  assert.equal(await place(join(root, 'services/a/sql')), join('..', 'loopwright.yml'));
  assert.equal(
    await place(makeProject(), ['--project', join(root, 'services/a')]),
    join(root, 'services/a/loopwright.yml'),
  );
  const failed = await runCli(['run', '--project', 'services/b'], {
    cwd: makeProject({ 'services/b/loopwright.yml': yml.replace('echo ${params.hidden} > out.txt', 'exit 3') }),
  });
  assert.match(failed.err, /services.b.loopwright\.yml:5:3: error: s: /);
});

test('at the top of a monorepo the error names the projects below, a few of many, none of the ignored', async () => {
  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`services/s${i}/loopwright.yml`, yml]));
  const err = async (cwd: string): Promise<string> => (await runCli(['check'], { cwd })).err;
  assert.match(
    await err(makeProject({ ...names(2), 'node_modules/x/loopwright.yaml': yml })),
    /Projects below it: `services.s0`, `services.s1`. Choose one with `--project`\.\n$/,
  );
  assert.match(await err(makeProject(names(7))), /`services.s4` and more\. Choose one/);
  assert.match(await err(makeProject()), /`--project DIR` for another folder\.\n$/);
});
