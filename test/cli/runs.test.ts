import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../protocol/problem.ts';
import type { RunDetail, RunPage } from '../../protocol/runs.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

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
