import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../protocol/problem.ts';
import type { RunDetail } from '../../protocol/runs.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

type Failure = { error: { message: string; problems: Problem[] } };

test('the outcome is JSON on standard output, and progress goes to standard error', async () => {
  const cwd = ordersProject();
  const { code, json, err } = await runJson<RunOutcome>(['run'], { cwd });
  assert.equal(code, 0, err);
  assert.equal(json.status, 'finished');
  assert.deepEqual(
    json.stages.map(({ stage, status }) => [stage, status]),
    [
      ['collect', 'finished'],
      ['prepare', 'finished'],
      ['train', 'finished'],
      ['validate', 'finished'],
    ],
  );
  assert.match(err, /✓ validate/);
  const again = await runJson<RunOutcome>(['run'], { cwd });
  assert.deepEqual([again.code, again.json.status, again.json.runId, again.err], [0, 'fresh', null, '']);
  assert.equal((await runCli(['run'], { cwd })).out, 'Everything is fresh: collect, prepare, train, validate.\n');
});

test('piped output contains no escape codes; FORCE_COLOR and NO_COLOR are respected', async () => {
  const cwd = trained().root;
  for (const args of [['status'], ['run', '--force', 'train'], ['runs'], ['models']]) {
    const { out, err } = await runCli(args, { cwd });
    assert.ok(!`${out}${err}`.includes('\u001b'), args.join(' '));
  }
  assert.ok((await runCli(['status'], { cwd, env: { FORCE_COLOR: '1' } })).out.includes('\u001b'));
  assert.ok(!(await runCli(['status'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).out.includes('\u001b'));
});

test('a failed run exits with 1 and names the place, in JSON too', async () => {
  const bad = ordersProject({ files: { 'sql/features.sql': 'SELECT id,\n nosuch FROM orders\n' } });
  const plain = await runCli(['run'], { cwd: bad });
  assert.equal(plain.code, 1);
  assert.match(plain.err, /^sql\/features\.sql:2:1: error: prepare: `sql\/features\.sql` failed: /m);
  const { code, json } = await runJson<RunOutcome>(['run'], { cwd: bad });
  assert.deepEqual(
    [code, json.status, json.error?.stage, json.error?.place?.file, json.error?.place?.line],
    [1, 'failed', 'prepare', 'sql/features.sql', 2],
  );
  const gate = ordersProject({
    yaml: ordersYaml.replace('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.99999 }\n      pr'),
  });
  const refused = await runCli(['run'], { cwd: gate });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /loopwright\.yaml:\d+:\d+: error: validate: 1 of 2 gates failed/);
  assert.match((await runCli(['models', 'promote', '1'], { cwd: gate })).err, /did not pass 1 of 2 gates/);
  assert.equal((await runCli(['models', 'promote', '1'], { cwd: gate })).code, 1);
});

test('a project with problems does not run: exit code 2 and every problem', async () => {
  const bad = ordersProject({ yaml: ordersYaml.replace('seed: 3', 'seed: x') });
  const { code, json } = await runJson<Failure>(['run'], { cwd: bad });
  assert.equal(code, 2);
  assert.deepEqual(
    json.error.problems.map(({ code: rule, line, column }) => [rule, line, column]),
    [['LW104', 3, 7]],
  );
  const status = await runCli(['status'], { cwd: bad });
  assert.equal(status.code, 2);
  assert.match(
    status.err,
    /^loopwright\.yaml:3:7: error: `seed` must be a whole number, found the text "x"\. \[LW104\]$/m,
  );
  assert.match(status.out, /^○ validate {2}never {2}never run$/m, 'what can be read is still shown');
});

test('an experiment and a param change what a stage reads', async () => {
  const cwd = trained().root;
  const { json } = await runJson<RunOutcome>(
    ['run', 'train', '--experiment', 'longer', '--param', 'learning_rate=0.01'],
    { cwd },
  );
  assert.match(
    json.stages.find(({ stage }) => stage === 'train')?.reasons.join('; ') ?? '',
    /params\.epochs 3 → 5; params\.learning_rate 0\.05 → 0\.01/,
  );
  const run = await runJson<RunDetail>(['runs', json.runId ?? ''], { cwd });
  assert.deepEqual(
    [run.json.experiment, run.json.params, run.json.command],
    [
      'longer',
      { epochs: 5, learning_rate: 0.01 },
      "loopwright run train --experiment longer --param 'learning_rate=0.01'",
    ],
  );
});
