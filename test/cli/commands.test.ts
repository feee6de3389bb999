import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelVersionSummary, ProjectOverview } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { RunDetail, RunPage } from '../../protocol/runs.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersProject, ordersStart, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';

const day = 86_400_000;
const root = ordersProject();
const cwd = root;
type Failure = { error: { message: string; problems: Problem[]; file?: string; line?: number } };

test('before the first run: status, runs and models have nothing, and make no store', async () => {
  const status = await runJson<ProjectOverview>(['status'], { cwd });
  assert.deepEqual(
    [
      status.code,
      status.json.project,
      status.json.root,
      status.json.life.length,
      status.json.stages.map(({ state }) => state),
    ],
    [0, 'orders', root, 8, ['never', 'never', 'never', 'never']],
  );
  assert.deepEqual(await runJson(['runs'], { cwd }), { code: 0, json: { runs: [], total: 0 }, err: '' });
  assert.deepEqual(await runJson(['models'], { cwd }), { code: 0, json: [], err: '' });
  assert.ok(!existsSync(join(root, '.loopwright')));
});

test('check: no problems is [] and 0', async () => {
  assert.deepEqual(await runJson(['check'], { cwd }), { code: 0, json: [], err: '' });
  assert.equal(
    (await runCli(['check'], { cwd: join(root, 'incoming') })).out,
    'No problems.\n',
    'the project is found from a folder below',
  );
});

test('check: problems are an array with 1-based places, and 1', async () => {
  const bad = ordersProject({
    yaml: ordersYaml.replace('slices: [country]', 'slices: [contry]').replace('files: incoming', 'files: outgoing'),
  });
  const { code, json } = await runJson<Problem[]>(['check'], { cwd: bad });
  assert.equal(code, 1);
  const line = ordersYaml.split('\n').findIndex((text) => text.includes('slices:')) + 1;
  const column = (ordersYaml.split('\n')[line - 1] ?? '').indexOf('country') + 1;
  assert.deepEqual(
    json.map(({ code: rule }) => rule),
    ['LW204', 'LW301'],
  );
  assert.deepEqual(json[1], {
    file: 'loopwright.yaml',
    line,
    column,
    endLine: line,
    endColumn: column + 'contry'.length,
    code: 'LW301',
    severity: 'error',
    message: 'The schema of `features` has no column `contry`. Did you mean `country`?',
  });
  const plain = await runCli(['check'], { cwd: bad });
  assert.match(
    plain.out,
    new RegExp(`^loopwright\\.yaml:${line}:${column}: error: The schema of .* \\[LW301\\]$`, 'm'),
  );
  assert.match(plain.out, /1 error, 1 warning\.\n$/);
  const warned = ordersProject({ yaml: ordersYaml.replace('files: incoming', 'files: outgoing') });
  assert.equal((await runCli(['check'], { cwd: warned })).code, 0, 'a warning alone is no failure');
});

test('wrong use is 2, with words', async () => {
  const nowhere = makeProject();
  const uses: [string[], RegExp][] = [
    [['frobnicate'], /unknown command/],
    [['statsu'], /Did you mean status/],
    [['run', '--nope'], /unknown option/],
    [['check', '--project', '/no/such'], /There is no loopwright\.yaml in/],
    [['run', '--param', 'lr'], /must be written as name=value/],
    [['run', '--param', 'epohcs=3'], /no param `epohcs`\. Declared: epochs, learning_rate/],
    [['run', '--param', 'toString=3'], /no param `toString`/],
    [['run', '--experiment', 'none'], /There is no experiment `none`/],
    [['run', 'trian'], /There is no stage `trian`/],
    [['run', '--param', 'epochs=many'], /1 problem/],
    [['models', 'promote', 'x'], /is not a version/],
    [['models', 'card', 'x'], /is not a version/],
    [['predict'], /Say what to predict/],
    [['predict', '--deployment', 'production'], /no batch deployment/],
    [['predict', '--input', 'incoming/*.csv', '--output', 'x.csv'], /must end in \.parquet/],
    [['predict', '--input', 'incoming/*.csv', '--model-version', 'abc'], /is not a version/],
    [['monitor', 'none'], /There is no monitor `none`/],
    [['monitor', 'toString'], /There is no monitor `toString`/],
    [['monitor', '--now', 'tomorrow'], /is not a time/],
    [['retrain', '--now', 'x'], /is not a time/],
    [['serve', 'none'], /There is no deployment `none`/],
    [['serve', '--port', 'x'], /is not a port/],
    [['loop', '--replay', 'none/*.csv'], /Nothing to replay/],
    [['loop', '--from', 'x'], /is not a time/],
    [['loop', '--from', '2026-01-01'], /need `--replay FILES`/],
    [['runs', '--limit', 'x'], /is not a number/],
    [['init', 'sub', '--target', 'y'], /needs `--data FILE`/],
  ];
  const results = await inTurns(uses, async ([args, about]) => ({ args, about, ...(await runCli(args, { cwd })) }));
  for (const { args, about, code, err, out } of results) {
    assert.match(err, about, args.join(' '));
    assert.doesNotMatch(err, /internal error|^\s+at /m, args.join(' '));
    assert.deepEqual([code, out], [2, ''], `${args.join(' ')}: ${err}`);
  }
  assert.match((await runCli(['status'], { cwd: nowhere })).err, /no loopwright\.yaml here or above.*loopwright init/);
});

/** Two at a time, for two cores. */
async function inTurns<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (let i = 0; i < items.length; i += 2) results.push(...(await Promise.all(items.slice(i, i + 2).map(work))));
  return results;
}

test('run: the outcome as JSON on standard output, the going on standard error', async () => {
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

test('what is piped holds no escape codes; FORCE_COLOR and NO_COLOR are heard', async () => {
  for (const args of [['status'], ['run', '--force', 'train'], ['runs'], ['models']]) {
    const { out, err } = await runCli(args, { cwd });
    assert.ok(!`${out}${err}`.includes('\u001b'), args.join(' '));
  }
  assert.ok((await runCli(['status'], { cwd, env: { FORCE_COLOR: '1' } })).out.includes('\u001b'));
  assert.ok(!(await runCli(['status'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).out.includes('\u001b'));
});

test('a failed run is 1 with the place; as JSON too', async () => {
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

test('a project with problems does not run: 2, with every problem', async () => {
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
  assert.match(status.out, /^○ validate {2}never {2}never run$/m, 'what can be read stays in sight');
});

test('runs: a page, one run, and what cannot be found', async () => {
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

test('an experiment and a param', async () => {
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

test('models: list, promote, card, rollback', async () => {
  const list = await runJson<ModelVersionSummary[]>(['models'], { cwd });
  assert.deepEqual(
    list.json.map(({ version, aliases, gatesPassed }) => ({ version, aliases, gatesPassed })),
    [{ version: 1, aliases: ['challenger'], gatesPassed: 2 }],
  );
  assert.deepEqual((await runJson(['models', 'promote', '1'], { cwd })).json, {
    name: 'orders',
    version: 1,
    previous: null,
  });
  assert.match((await runCli(['models', 'promote', 'v1'], { cwd })).out, /v1 is the champion already/);
  const card = await runJson<ModelCard>(['models', 'card'], { cwd });
  assert.deepEqual(
    [card.code, card.json.version, card.json.aliases, card.json.verdict.passed],
    [0, 1, ['champion'], 2],
  );
  assert.equal((await runJson<ModelCard>(['models', 'card', 'v1'], { cwd })).json.version, 1);
  const back = await runJson<Failure>(['models', 'rollback'], { cwd });
  assert.deepEqual(
    [back.code, back.json.error.message],
    [1, 'Version 1 is the first champion; there is none to go back to.'],
  );
});

test('predict: files to Parquet, from anywhere, and a batch deployment', async () => {
  const { code, json } = await runJson<{ rows: number; output: string; version: number }>(
    ['predict', '--input', 'incoming/*.csv', '--output', 'out/p.parquet'],
    { cwd },
  );
  assert.deepEqual(
    [code, json.rows, json.version, json.output, existsSync(json.output)],
    [0, 800, 1, join(root, 'out/p.parquet'), true],
  );
  const batch = await runJson<{ rows: number; output: string }>(['predict', '--deployment', 'nightly'], { cwd });
  assert.equal(batch.json.rows, 800);
  assert.ok(batch.json.output.startsWith(join(root, 'data/scored/')));
  writeFiles(root, { 'sql/few.sql': 'SELECT * FROM rows LIMIT 7 -- a few' });
  assert.equal(
    (
      await runJson<{ rows: number }>(
        ['predict', '--input', 'incoming/*.csv', '--output', 'out/q.parquet', '--sql', 'sql/few.sql'],
        { cwd },
      )
    ).json.rows,
    7,
  );
  const none = await runCli(['predict', '--input', 'none/*.csv'], { cwd });
  assert.deepEqual([none.code, none.err], [1, 'error: No file matches `none/*.csv`.\n']);
  const wrong = await runCli(['predict', '--input', 'labels/*.csv'], { cwd });
  assert.match(wrong.err, /lacks the columns `amount`, `hour`, `country`/);
});

test('monitor and retrain: nothing yet, then drift that is due', async () => {
  assert.equal((await runCli(['monitor'], { cwd })).out, 'No window has ended yet.\n');
  assert.deepEqual((await runJson(['retrain', '--if-due'], { cwd })).json, {
    status: 'not due',
    reason: 'no trigger holds',
  });
  const store = openStore(root);
  for (const from of [70, 71]) {
    logPredictions(
      store,
      answeredRequest('production'),
      orders({ rows: 150, firstDay: from, days: 1, shift: 80, prefix: `d${from}` }).map((row) => ({
        at: Date.parse(row.at),
        key: row.id,
        features: { amount: row.amount, hour: row.hour, country: row.country },
        score: 0.5,
        prediction: '1',
        latencyMs: 1,
        error: null,
      })),
    );
  }
  store.sql.close();
  const now = new Date(ordersStart + 72 * day).toISOString();
  const { code, json } = await runJson<{ monitor: string; windows: { status: string }[]; broken: unknown[] }>(
    ['monitor', '--now', now],
    { cwd },
  );
  assert.deepEqual(
    [code, json.monitor, json.windows.map(({ status }) => status), json.broken],
    [1, 'production', ['drift', 'drift'], []],
  );
  assert.match(
    (await runCli(['monitor', '--now', now.replace('.000Z', '')], { cwd, env: { TZ: 'America/New_York' } })).out,
    /^window\s+rows\s+status/,
  );
  writeFiles(root, {
    'incoming/orders-2.csv': ordersCsv(orders({ rows: 300, firstDay: 61, days: 10, seed: 9, prefix: 'n' })),
  });
  const due = await runJson<{ status: string; version: number; previous: number }>(
    ['retrain', '--if-due', '--now', now],
    { cwd },
  );
  assert.deepEqual([due.code, due.json.status, due.json.version, due.json.previous], [0, 'promoted', 2, 1]);
  assert.match((await runCli(['retrain', '--if-due', '--now', now], { cwd })).out, /^Not due: /);
  assert.deepEqual((await runJson(['models', 'rollback'], { cwd })).json, { name: 'orders', version: 1, previous: 2 });
});

test('status after all this, for people', async () => {
  const { code, out } = await runCli(['status'], { cwd });
  assert.equal(code, 0);
  for (const line of [
    /Collect/,
    /Deploy {4}stopped/,
    /▲ Monitor {3}drift in \d of 3 features/,
    /Retrain/,
    /stage\s+state\s+why/,
  ])
    assert.match(out, line);
});

test('doctor tells what works, and knows the project that is named', async () => {
  const { code, json } = await runJson<{ name: string; state: string; detail: string }[]>(
    ['doctor', '--project', root],
    { cwd: makeProject() },
  );
  assert.equal(code, 0);
  assert.deepEqual(
    json.map(({ name }) => name),
    ['Node', 'SQLite', 'DuckDB', 'TensorFlow.js', 'git', 'Python', 'Disk', 'Project'],
  );
  for (const { name, state, detail } of json) assert.ok(state === 'ok' && detail !== '', `${name} ${detail}`);
  assert.equal(json.at(-1)?.detail, root);
  const bare = await runCli(['doctor'], { cwd: makeProject(), env: { PATH: '/nowhere' } });
  assert.equal(bare.code, 0);
  assert.match(bare.out, /○ Python .*install Python 3/);
  assert.match(bare.out, /○ Project .*loopwright init/);
});

test('doctor starts no interpreter that lies in the folder', async () => {
  const folder = makeProject({
    '.venv/bin/python': '#!/bin/sh\ntouch started\n',
    '.venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.12.4\n',
  });
  chmodSync(join(folder, '.venv/bin/python'), 0o755);
  assert.match((await runCli(['doctor'], { cwd: folder })).out, /✓ Python {9}Python 3\.12\.4 · \.venv\/bin\/python/);
  rmSync(join(folder, '.venv/pyvenv.cfg'));
  const nameless = await runCli(['doctor'], { cwd: folder });
  assert.match(nameless.out, /✗ Python {9}\.venv\/bin\/python .* does not say its version/);
  assert.deepEqual([nameless.code, existsSync(join(folder, 'started'))], [1, false]);
});

test('doctor tells the first error of a project that cannot be used', async () => {
  const broken: [string, RegExp][] = [
    ['', /✗ Project .*loopwright\.yaml:1:1: /],
    ['version: 1\nproject: a\nstages: { s: { cmd: 3, dep: [a] } }\n', /✗ Project .*loopwright\.yaml:3:/],
  ];
  for (const [text, expected] of broken) {
    const { code, out } = await runCli(['doctor'], { cwd: makeProject({ 'loopwright.yaml': text }) });
    assert.equal(code, 1, text);
    assert.match(out, expected);
  }
});

test('init in an empty folder copies the example with its data; nothing is overwritten', async () => {
  const folder = join(makeProject(), 'my project');
  const { code, json } = await runJson<{ root: string; files: string[] }>(['init', folder]);
  assert.deepEqual([code, json.root, json.files.includes('loopwright.yaml')], [0, folder, true]);
  assert.ok(existsSync(join(folder, 'incoming')));
  assert.equal((await runCli(['check', '--no-data'], { cwd: folder })).code, 0);
  appendFileSync(join(folder, 'loopwright.yaml'), '# mine\n');
  const again = await runCli(['init', folder]);
  assert.equal(again.code, 2);
  assert.match(again.err, /exists already; nothing was changed/);
  assert.match(readFileSync(join(folder, 'loopwright.yaml'), 'utf8'), /# mine/);
});

test('init without flags takes what lies in the folder and says so', async () => {
  const table = makeProject({ 'orders.csv': ordersCsv(orders({ rows: 60 })) });
  const dry = await runCli(['init', '--dry-run'], { cwd: table });
  assert.match(dry.out, /Found orders\.csv[^]*Predicting `late`[^]*── loopwright\.yaml[^]*Nothing was written\./);
  assert.ok(!existsSync(join(table, 'loopwright.yaml')));
  const program = makeProject({ 'train.py': 'import mlflow\nmlflow.log_metric("a", 1)\n', 'orders.csv': 'a\n1\n' });
  const made = await runCli(['init'], { cwd: program });
  assert.match(
    made.out,
    /Found train\.py \(named `train\.py`, logs to MLflow\); `--data orders\.csv` makes one for the table/,
  );
  assert.equal((await runCli(['check'], { cwd: program })).out.trim(), 'No problems.');
  const dvc = await runCli(['init'], { cwd: makeProject({ 'dvc.yaml': 'stages: {}\n' }) });
  assert.match(dvc.out, /dvc\.yaml is used as it is/);
  const both = await runCli(['init', '--data', 'a.csv', '--script', 'b.py'], { cwd: program });
  assert.deepEqual([both.code, /exists already/.test(both.err)], [2, true]);
});

test('init for data: the project runs as it stands', async () => {
  const rows = orders({ rows: 400 });
  const cases: [string, string, string][] = [
    ['binary', ordersCsv(rows), 'late'],
    [
      'classes',
      `amount,hour,size\n${rows.map(({ amount, hour }) => `${amount},${hour},${amount < 33 ? 'small' : amount < 66 ? 'middle' : 'large'}\n`).join('')}`,
      'size',
    ],
    [
      'number',
      `hour,country,amount\n${rows.map(({ amount, hour, country }) => `${hour},${country},${amount + hour * 10}\n`).join('')}`,
      'amount',
    ],
  ];
  for (const [name, csv, target] of cases) {
    const folder = makeProject({ [`raw/${name}.csv`]: csv });
    const made = await runCli(
      ['init', '--data', `raw/${name}.csv`, ...(target === 'size' ? [] : ['--target', target])],
      { cwd: folder },
    );
    assert.equal(made.code, 0, made.err);
    const { code, err } = await runJson(['run'], { cwd: folder });
    assert.equal(code, 0, `${name}: ${err}`);
  }
  const folder = makeProject({ 'x.csv': 'a,b\n1,2\n' });
  const missing = await runCli(['init', '--data', 'x.csv', '--target', 'c'], { cwd: folder });
  assert.deepEqual([missing.code, missing.err], [2, 'error: The data has no column `c`; it has a, b.\n']);
  assert.ok(!existsSync(join(folder, 'loopwright.yaml')));
  const none = await runCli(['init', '--data', 'none.csv'], { cwd: folder });
  assert.equal(none.code, 1);
  assert.match(none.err, /none\.csv: the file does not exist/);
  mkdirSync(join(folder, 'sql'));
});

test('help and version are 0; nothing at all is wrong use', async () => {
  const help = await runCli(['--help']);
  assert.deepEqual([help.code, help.out.includes('Exit codes: 0 done, 1')], [0, true]);
  assert.match((await runCli(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  assert.equal((await runCli([])).code, 2);
});
