import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { mlflowVenv } from './mlflowVenv.ts';

test(
  'what the program of a stage logs with MLflow stands in the stage’s own run, later runs are its children',
  { timeout: 900_000 },
  async (t) => {
    const problem = mlflowVenv.prepare();
    if (problem !== null) return t.skip(problem);
    const project = (argument: string) =>
      `version: 1\nproject: staged\nparams: { epochs: 3, learning_rate: 0.1 }\nstages:\n  train:\n    cmd: '"${mlflowVenv.python}" train.py ${argument}'\n    deps: [train.py]\n    params: [epochs]\n`;
    const root = makeProject({ 'loopwright.yaml': project('') });
    copyFileSync(join(import.meta.dirname, 'stageRun.py'), join(root, 'train.py'));
    // A server that the editor's terminal names is not the one of the stage.
    const env = { MLFLOW_TRACKING_URI: undefined, MLFLOW_TRACKING_TOKEN: undefined };
    const done = await runCli(['run'], { cwd: root, env });
    assert.equal(done.code, 0, done.err);
    const store = openStore(root);
    t.after(() => store.sql.close());
    const { runs, total } = listRuns(store);
    assert.equal(total, 3);
    const own = getRun(store, runs.find((run) => run.parent === null)?.runId ?? '');
    assert.deepEqual(
      [own.status, own.experiment, own.stages.map(({ stage, status }) => [stage, status])],
      ['finished', 'default', [['train', 'finished']]],
    );
    assert.deepEqual(
      own.params,
      { epochs: 3, learning_rate: 0.1, 'program.learning_rate': '0.5', optimizer: 'sgd' },
      'the project’s params stay; another value of the program stands beside',
    );
    assert.equal(metricSeries(store, [own.runId], 'loss')[0]?.count, 3);
    assert.deepEqual(
      own.artifacts.map(({ path }) => path),
      ['model.txt'],
    );
    assert.deepEqual(
      own.children.map(({ name, status }) => [name, status]),
      [
        ['inner', 'finished'],
        ['second', 'finished'],
      ],
    );

    const failing = makeProject({ 'loopwright.yaml': project('fail') });
    copyFileSync(join(import.meta.dirname, 'stageRun.py'), join(failing, 'train.py'));
    assert.equal((await runCli(['run'], { cwd: failing, env })).code, 1);
    const other = openStore(failing);
    t.after(() => other.sql.close());
    assert.equal(
      listRuns(other).runs.find((run) => run.parent === null)?.status,
      'failed',
      'MLflow said FINISHED, the exit code says otherwise',
    );
  },
);

test('a tracking server that a person chose themselves is left to them', async () => {
  const root = makeProject({
    'loopwright.yaml':
      "version: 1\nproject: chosen\nstages:\n  a:\n    cmd: 'echo uri=$MLFLOW_TRACKING_URI'\n  b:\n    cmd: 'echo uri=$MLFLOW_TRACKING_URI'\n    env: { MLFLOW_TRACKING_URI: 'http://team.example' }\n",
  });
  const theirs = await runCli(['run'], { cwd: root, env: { MLFLOW_TRACKING_URI: 'http://mine.example' } });
  assert.match(`${theirs.out}${theirs.err}`, /uri=http:\/\/mine\.example[\s\S]*uri=http:\/\/team\.example/);
  const ours = await runCli(['run', 'a', '--force'], {
    cwd: root,
    env: { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9', LOOPWRIGHT_TRACKING_URI: 'http://127.0.0.1:9' },
  });
  assert.match(
    `${ours.out}${ours.err}`,
    /uri=http:\/\/127\.0\.0\.1:\d{3,}/,
    'the one of an editor’s terminal is replaced by the stage’s own',
  );
});
