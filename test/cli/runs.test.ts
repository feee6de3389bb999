import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../protocol/problem.ts';
import type { RunDetail, RunPage } from '../../protocol/runs.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { runsOf } from '../helpers/runsOf.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('metrics that are NaN or infinite show in the list and in one run', async () => {
  // Tried: NaN, both infinities, from a file, from $LOOPWRIGHT_METRICS; beside finite ones, and alone.
  const cwd = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages:\n  t:\n    cmd: printf \'{"loss":NaN,"gap":-Infinity,"n":1e-7}\' > m.json; echo \'{"acc":Infinity}\' >> $LOOPWRIGHT_METRICS\n    metrics: [m.json]\n',
  });
  const run = await runCli(['run'], { cwd });
  assert.equal(run.code, 0, run.err);
  const list = await runCli(['runs'], { cwd });
  assert.match(list.out, /^run\s+acc\s+loss\s/);
  assert.match(list.out, /\n\S+\s+∞\s+NaN\s/);
  const one = (await runCli(['runs', runsOf(cwd)[0]?.runId ?? ''], { cwd })).out;
  for (const line of ['acc = Infinity', 'gap = -Infinity', 'loss = NaN', 'n = 1e-7'])
    assert.ok(one.includes(`  metric ${line}\n`), `${line}\n${one}`);
});

type Failure = { error: { message: string; problems: Problem[] } };

test('runs prints a page or one run, and an error for an unknown run', async () => {
  const project = trained();
  await project.run({ stages: ['train'], force: true });
  const cwd = project.root;
  const { json } = await runJson<RunPage>(['runs', '--limit', '1'], { cwd });
  assert.deepEqual([json.runs.length, json.total], [1, 2]);
  const one = await runJson<RunDetail>(['runs', json.runs[0]?.name ?? ''], { cwd });
  assert.deepEqual([one.code, one.json.runId], [0, json.runs[0]?.runId]);
  assert.match((await runCli(['runs'], { cwd })).out, /^run\s+roc_auc\s+pr_auc\s+id\s+experiment\s+status/);
  assert.match(
    (await runCli(['runs', json.runs[0]?.runId.slice(0, 8) ?? ''], { cwd })).out,
    /command: +loopwright run[^]*reproduce: loopwright reproduce [0-9a-f]{8}/,
  );
  const none = await runJson<Failure>(['runs', 'nothing'], { cwd });
  assert.deepEqual(
    [none.code, none.json.error.message],
    [1, 'There is no run `nothing`. `loopwright runs` lists them.'],
  );
});
