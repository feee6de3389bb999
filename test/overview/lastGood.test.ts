import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { driftReport } from '../../engine/monitoring/driftReport.ts';
import { projectOverview } from '../../engine/overview/projectOverview.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { shownProject } from '../../engine/project/shownProject.ts';
import { newestModel } from '../../engine/registry/modelVersions.ts';
import { buildCard } from '../../engine/cards/buildCard.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';

const project = runIn(ordersProject());
const write = (text: string) => writeFiles(project.root, { 'loopwright.yaml': text });
const overview = () => projectOverview(loadProject(project.root), project.store);

/** Ways in which a file is wrong while somebody types, and the line that is to say so. */
const typed: [what: string, text: string, line: number][] = [
  ['a bracket that is open', ordersYaml.replace('stages:\n', 'stages: [\n'), 14],
  ['a quote that is open', ordersYaml.replace('project: orders', 'project: "orders'), 2],
  ['a key without its colon', ordersYaml.replace('\nstages:\n', '\nstages\n'), 14],
  ['a name that is gone', ordersYaml.replace('project: orders\n', ''), 1],
  ['a name of another type', ordersYaml.replace('project: orders', 'project: 3'), 2],
  ['a stage that is half typed', ordersYaml.replace('  train:\n', '  tra\n  train:\n'), 24],
  ['an unknown kind of stage', ordersYaml.replace('uses: train', 'uses: trainx'), 25],
  ['a number of another type', ordersYaml.replace('port: 18080', 'port: x'), 35],
  ['a file that is empty', '', 1],
  ['a file that is no mapping', '- a\n- b\n', 1],
];

test('while the file cannot be used, everything stays as it last was, with the reason and its line', async () => {
  await project.run();
  const before = overview();
  assert.deepEqual([before.problem, before.models.length, before.stages.length], [null, 1, 4]);
  for (const [what, text, line] of typed) {
    write(text);
    const { problem, problems, stages, ...now } = overview();
    const { problem: _, problems: __, stages: stagesBefore, ...then } = before;
    assert.deepEqual(now, then, what);
    assert.deepEqual(
      [problem?.file, problem?.line, stages.map(({ name }) => name)],
      ['loopwright.yaml', line, stagesBefore.map(({ name }) => name)],
      what,
    );
    assert.ok(problems.length >= 1, what);
    const shown = shownProject(loadProject(project.root), () => newestModel(project.store)).project;
    assert.equal(
      buildCard(project.store, configFor(shown, 'default'), { name: null, version: 'latest' }).version,
      1,
      what,
    );
    assert.equal(driftReport(project.store, configFor(shown, 'default'), 'production').monitor, 'production', what);
  }
  write(ordersYaml);
  assert.deepEqual(overview(), before, 'a file that is whole again');
});

test('the last good state outlives the process, and the command line shows it too', async () => {
  assert.ok(existsSync(join(project.root, '.loopwright/last-good.json')));
  write(ordersYaml.replace('stages:\n', 'stages: [\n'));
  const { code, out, err } = await runCli(['status', '--project', project.root]);
  assert.equal(code, 2);
  assert.match(err, /loopwright\.yaml:14:9: error: This `\[` is not closed/);
  assert.match(out, /^orders\n/);
  assert.match(out, /Validate/);
  write(ordersYaml);
});

test('without any good state known, what can be read is shown, under the name of its models', () => {
  rmSync(join(project.root, '.loopwright/last-good.json'));
  const copy = makeProject({
    'loopwright.yaml': ordersYaml.replace('project: orders', 'project: "orders').replace('uses: trainx', 'uses: train'),
  });
  const { project: name, stages, models, problem } = projectOverview(loadProject(copy), project.store);
  assert.deepEqual([name, stages.length, models.length, problem?.line], ['orders', 4, 1, 2]);
  assert.equal(existsSync(join(copy, '.loopwright')), false, 'looking at a project leaves nothing in it');
});

test('an experiment or a schema that is broken is shown so at its place, and the rest is whole', async () => {
  write(ordersYaml);
  writeFiles(project.root, {
    'experiments/broken.experiment.yaml': 'describe: "x\n',
    'schemas/labels.dataset.yaml': 'fields: [\n',
  });
  const { problem, experiments, datasets, stages, models } = overview();
  assert.deepEqual([problem, stages.length, models.length], [null, 4, 1]);
  assert.deepEqual(
    experiments.map((one) => [one.name, one.problem?.line ?? null]),
    [
      ['default', null],
      ['broken', 1],
      ['longer', null],
    ],
  );
  assert.deepEqual(
    datasets.map((one) => [one.name, one.problem?.file ?? null]),
    [
      ['orders', null],
      ['features', null],
      ['labels', 'schemas/labels.dataset.yaml'],
    ],
  );
  await project.run({ stages: ['train'], force: true });
  const refused = await runCli(['run', '--experiment', 'broken', '--project', project.root]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /experiments\/broken\.experiment\.yaml:1:11: error: This double quote is not closed/);
  const other = await runCli(['run', 'train', '--experiment', 'longer', '--project', project.root]);
  assert.equal(other.code, 0, other.err);
});
