import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ModelVersionSummary, ProjectOverview } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import type { RunDetail, RunSummary } from '../../protocol/runs.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersStart } from '../helpers/ordersProject.ts';
import { runCli, runJson, startCli } from '../helpers/runCli.ts';
import { twoModelsProject } from '../helpers/twoModels.ts';
import { until } from '../helpers/until.ts';

// One project with two models, used through the commands as a person would: each test continues where the one before
// ended, so that the models share a store with a history.

const cwd = twoModelsProject();
const day = 86_400_000;
const now = new Date(ordersStart + 72 * day).toISOString();
const cli = (...args: string[]) => runCli(args, { cwd });
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, json: printed, err } = await runJson<T>(args, { cwd });
  assert.equal(code, 0, err);
  return printed;
};
const models = () => json<ModelVersionSummary[]>('models');
const aliases = async () =>
  (await models()).map(({ model, version, aliases: of }) => `${model} ${version} ${of.join(' ')}`.trim());

before(async () => {
  assert.equal((await cli('check')).code, 0);
  const outcome = await json<RunOutcome>('run');
  assert.deepEqual(outcome.registered, [
    { name: 'lateness', version: 1 },
    { name: 'worth', version: 1 },
  ]);
});

test('a run that registered both models lists both, with the gates of both', async () => {
  const { runs } = await json<{ runs: RunSummary[] }>('runs');
  assert.deepEqual(
    runs.map(({ registered, verdict }) => ({ registered, verdict })),
    [
      {
        registered: [
          { name: 'lateness', version: 1 },
          { name: 'worth', version: 1 },
        ],
        verdict: { passed: 5, total: 5 },
      },
    ],
  );
  const run = await json<RunDetail>('runs', runs[0]?.runId ?? '');
  assert.deepEqual(
    run.gates.map(({ gate, max, min }) => [gate, max ?? min]),
    [
      ['roc_auc', 0.6],
      ['roc_auc@champion', -0.2],
      ['latency_p95_ms', 1000],
      ['mae', 1000],
      ['latency_p95_ms', 2000],
    ],
  );
  assert.match((await cli('runs')).out, /lateness v1, worth v1/);
});

test('the list of models shows each with a metric of its own', async () => {
  assert.deepEqual(await aliases(), ['lateness 1 challenger', 'worth 1 challenger']);
  const { out } = await cli('models');
  assert.match(out, /^lateness +v1 +roc_auc 0\.\d+ +challenger/m);
  assert.match(out, /^worth +v1 +mae \d+\.\d+ +challenger/m);
});

test('before the first promotion the status names both versions that wait', async () => {
  assert.match((await cli('status')).out, /Deploy +lateness v1, worth v1 passed their gates and wait for promotion/);
});

test('without a name a command refuses, and lists the names', async () => {
  for (const [args, message] of [
    [['models', 'promote', '1'], /The project has 2 models: lateness, worth\. Name one of them\./],
    [['models', 'promote', 'worth'], /`worth` is a model; write a version of it, such as `worth@3`\./],
    [['models', 'rollback'], /The project has 2 models: lateness, worth\. Name one of them\./],
    [['models', 'card'], /The project has 2 models: lateness, worth\. Name one of them\./],
    [['predict', '--input', 'incoming/*.csv'], /The project has 2 models: lateness, worth\. Name one of them\./],
    [['monitor'], /The monitors watch several models: late-watch, worth-watch\. Name one of them\./],
    [['drift'], /The monitors watch several models: late-watch, worth-watch\. Name one of them\./],
    [['loop', '--replay', 'incoming/*.csv'], /The monitors watch several models: late-watch, worth-watch\. Name one/],
    [['serve', '--port', '0'], /The api deployments serve several models: late-api, worth-api\. Name one of them\./],
    [['models', 'promote', 'wroth@1'], /There is no model `wroth`\. Did you mean `worth`\?/],
  ] as const) {
    const { code, err } = await cli(...args);
    assert.match(err, message, args.join(' '));
    assert.equal(code, 2, args.join(' '));
  }
});

test('a deployment waits for a champion of its own model', async () => {
  assert.equal((await cli('models', 'promote', 'lateness@1')).out, 'lateness v1 is champion.\n');
  const none = await cli('serve', 'worth-api', '--port', '0');
  assert.deepEqual([none.code, /`worth` has no champion to serve/.test(none.err)], [1, true]);
  const batch = await cli('predict', '--deployment', 'worth-file');
  assert.deepEqual([batch.code, /`worth` has no champion to predict with/.test(batch.err)], [1, true]);
  assert.match((await cli('status')).out, /Deploy +worth v1 passed its gates and waits for promotion/);
  assert.equal((await cli('models', 'promote', 'worth@1')).out, 'worth v1 is champion.\n');
  assert.match((await cli('status')).out, /Champion {2}lateness v1 with roc_auc .*\n.*Champion {2}worth v1 with mae/);
});

test('each deployment serves its model', async () => {
  const row = { id: 'q1', amount: 90, hour: 3, country: 'pl' };
  for (const [deployment, model, answer] of [
    ['late-api', 'lateness', /"prediction":"?(?:true|false)/],
    ['worth-api', 'worth', /"prediction":"?-?\d/],
  ] as const) {
    const running = startCli(['serve', deployment, '--port', '0', '--json'], { cwd });
    after(() => void running.child.kill('SIGKILL'));
    const line = await until('the server prints its address', () =>
      running.out().includes('\n') ? running.out() : null,
    );
    const { url, model: served } = JSON.parse(line) as { url: string; model: string };
    assert.equal(served, model);
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [row] }),
    });
    const text = await response.text();
    assert.match(text, new RegExp(`"model":"${model}","model_version":1`));
    assert.match(text, answer);
    running.child.kill('SIGTERM');
    assert.equal((await running.ended).code, 0);
  }
  const { deployments } = await json<ProjectOverview>('status');
  assert.deepEqual(
    deployments.map(({ name, model, modelVersion, predictions }) => [name, model, modelVersion, predictions]),
    [
      ['late-api', 'lateness', 1, 1],
      ['worth-api', 'worth', 1, 1],
      ['worth-file', 'worth', null, 0],
    ],
  );
});

test('predict scores with the model of the deployment, or the one that is named', async () => {
  const batch = await json<{ model: string; version: number; rows: number }>('predict', '--deployment', 'worth-file');
  assert.deepEqual([batch.model, batch.version, batch.rows], ['worth', 1, 800]);
  const named = await cli(
    'predict',
    '--input',
    'incoming/*.csv',
    '--output',
    'late.parquet',
    '--model-version',
    'lateness@1',
  );
  assert.match(named.out, /^800 rows scored by lateness v1 into /);
});

test('a card shows the health of its own deployments alone', async () => {
  const health = async (model: string) => {
    const card = await json<ModelCard>('models', 'card', `${model}@champion`);
    return [
      card.model,
      card.task,
      card.headlineMetric,
      card.health.map((one) => [one.deployment, one.monitor, one.predictions]),
    ];
  };
  assert.deepEqual(await health('lateness'), ['lateness', 'binary', 'roc_auc', [['late-api', 'late-watch', 1]]]);
  assert.deepEqual(await health('worth'), [
    'worth',
    'regression',
    'mae',
    [
      ['worth-api', 'worth-watch', 1],
      ['worth-file', null, 800],
    ],
  ]);
});

test('each monitor watches its model; the retraining of one leaves the other alone', async () => {
  const store = openStore(cwd);
  for (const [deployment, model, shift] of [
    ['late-api', 'lateness', 0],
    ['worth-api', 'worth', 30],
  ] as const)
    logPredictions(
      store,
      { deployment, model, version: 1, role: 'stable', requestId: 'r', trace: null },
      orders({ rows: 400, firstDay: 70, days: 1, seed: 4, prefix: 'd' }).map((order) => ({
        at: Date.parse(order.at),
        key: order.id,
        features: { amount: order.amount, hour: order.hour + shift, country: order.country },
        score: order.late ? 0.9 : 0.1,
        prediction: String(order.late),
        predictMs: 1,
        error: null,
      })),
    );
  store.sql.close();
  const watch = async (monitor: string) => {
    const { json: found } = await runJson<{ windows: { status: string; values: { column: string }[] }[] }>(
      ['monitor', monitor, '--now', now],
      { cwd },
    );
    return found.windows.map(({ status, values }) => [status, values.some(({ column }) => column === 'amount')]);
  };
  assert.deepEqual(await watch('late-watch'), [['score drift', true]], 'no model gave these scores');
  assert.deepEqual(await watch('worth-watch'), [['drift', false]], 'the target of a model is not among its features');
  const { monitors, life } = await json<ProjectOverview>('status');
  assert.deepEqual(
    monitors.map(({ name, state }) => [name, state]),
    [
      ['late-watch', 'attention'],
      ['worth-watch', 'attention'],
    ],
  );
  assert.match(
    life.find(({ part }) => part === 'monitor')?.detail ?? '',
    /^worth-watch: drift in 1 of \d features · the score drifted · and 1 more$/,
  );
  writeFiles(cwd, {
    'incoming/orders-2.csv': ordersCsv(orders({ rows: 400, firstDay: 70, days: 2, seed: 9, prefix: 'n' })),
  });
  const retrained = await cli('retrain', '--if-due', '--now', now);
  assert.equal(retrained.code, 0, retrained.err);
  assert.match(retrained.out, /^promoted: worth v2 is champion\n$/m);
  assert.deepEqual(await aliases(), ['lateness 1 champion', 'worth 2 champion', 'worth 1']);
});

test('a rollback concerns its model alone', async () => {
  assert.equal((await cli('models', 'rollback', 'worth')).out, 'worth v1 is champion again; v2 was rolled back.\n');
  assert.match((await cli('models', 'rollback', 'lateness')).err, /`lateness` v1 is its first champion/);
  assert.deepEqual(await aliases(), ['lateness 1 champion', 'worth 2', 'worth 1 champion']);
  const again = await cli('models', 'promote', 'worth@2');
  assert.match(again.out, /^worth v2 is champion; before it was v1\. `loopwright models rollback worth` goes back\.$/m);
});

test('both models go to MLflow and come back', async () => {
  await json('export', '--to', 'mlruns:mlruns');
  const other = twoModelsProject();
  const { code, err } = await runCli(['import', join(cwd, 'mlruns')], { cwd: other });
  assert.equal(code, 0, err);
  const store = openStore(other);
  after(() => store.sql.close());
  assert.deepEqual(
    store.sql.all('SELECT model, version FROM model_versions ORDER BY model, version').map((row) => Object.values(row)),
    [
      ['lateness', 1],
      ['worth', 1],
      ['worth', 2],
    ],
  );
  assert.deepEqual(
    store.sql.all('SELECT model, alias, version FROM aliases ORDER BY model, alias').map((row) => Object.values(row)),
    [
      ['lateness', 'champion', 1],
      ['worth', 'champion', 2],
    ],
  );
});
