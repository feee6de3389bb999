import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { ownMetrics, runsOf } from '../helpers/runsOf.ts';

/** A program that logs to MLflow's endpoint, prints what it reads back, and writes a metrics file. */
const program = `
import { writeFileSync } from 'node:fs';
const [, , score, file] = process.argv;
const call = async (path, body) => {
  const answer = await fetch(process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/' + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: 'Bearer ' + process.env.MLFLOW_TRACKING_TOKEN },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
};
const { run } = await call('runs/create', { experiment_id: '0' });
const run_id = run.info.run_id;
for (const step of [0, 1])
  await call('runs/log-metric', { run_id, key: 'acc', value: Number(score) + step, timestamp: step, step });
await call('runs/log-batch', { run_id, metrics: [{ key: 'loss', value: 'NaN', timestamp: 1, step: 0 }] });
const read = await call('runs/get?run_id=' + run_id);
const { metrics } = await call('metrics/get-history?run_id=' + run_id + '&metric_key=acc');
console.log('READ', read.run.data.metrics.find(({ key }) => key === 'acc').value, metrics.length, metrics[0].key);
writeFileSync(file, JSON.stringify({ f1: Number(score) }));
`;

test('what two programs log under one name is kept apart, and each reads its own', async () => {
  const cwd = makeProject({
    'loopwright.yaml': `version: 1
project: p
stages:
  us: { cmd: '"${process.execPath}" log.mjs 0.5 us.json', deps: [log.mjs], metrics: [us.json], gates: { f1: { min: 0.4 } } }
  uk: { cmd: '"${process.execPath}" log.mjs 0.25 uk.json', deps: [log.mjs, us.json], metrics: [uk.json] }
`,
    'log.mjs': program,
  });
  const { code, out, err } = await runCli(['run'], { cwd });
  assert.equal(code, 0, err);
  assert.deepEqual(out.match(/READ .*/g), ['READ 1.5 2 acc', 'READ 1.25 2 acc']);
  assert.match(`${out}${err}`, /note: `acc` is reported more than once, so it is stored as `us:acc` and `uk:acc`/);
  const [run] = runsOf(cwd);
  assert.deepEqual(ownMetrics(run), { 'us:acc': 1.5, 'uk:acc': 1.25, 'us:f1': 0.5, 'uk:f1': 0.25 });
  assert.deepEqual(run?.notFinite, { 'us:loss': 'NaN', 'uk:loss': 'NaN' });
  // The next run of one stage alone has the same names.
  assert.equal((await runCli(['run', 'us', '--force'], { cwd })).code, 0);
  assert.deepEqual(ownMetrics(runsOf(cwd)[0]), { 'us:acc': 1.5, 'us:f1': 0.5 });
});
