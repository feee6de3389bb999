import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluatePolicy } from '../../engine/loop/decisions.ts';
import { retrain } from '../../engine/loop/retrain.ts';
import { driftDetail, driftReport } from '../../engine/monitoring/driftReport.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const day = 86_400_000;
const firstDay = Date.UTC(2026, 2, 1);
const at = (days: number) => firstDay + days * day;

interface Row {
  id: string;
  at: string;
  amount: number;
  country: string;
  made: string | null;
  score: number | null;
  truth: string | null;
}

/** Rows that another program scored over some days. `shift` moves the amounts, `wrong` is the share of bad answers. */
function scored(options: {
  days: number;
  from: number;
  rows: number;
  seed: number;
  shift?: number;
  wrong?: number;
}): Row[] {
  const { days, from, rows, seed, shift = 0, wrong = 0.1 } = options;
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => {
    const amount = random.next() * 100 + shift;
    const score = Math.min(1, Math.max(0, random.next() * 0.3 + amount / 160));
    const truth = random.next() < wrong ? score < 0.5 : score >= 0.5;
    return {
      id: `${seed}-${i}`,
      at: new Date(at(from) + ((i + 0.5) / rows) * days * day).toISOString().slice(0, 19),
      amount: Number(amount.toFixed(2)),
      country: ['de', 'fr', 'pl'][random.integer(3)] ?? '',
      made: score >= 0.5 ? 'fraud' : 'fine',
      score: Number(score.toFixed(4)),
      truth: truth ? 'fraud' : 'fine',
    };
  });
}

const csvOf = (rows: readonly Row[]) =>
  `id,at,amount,country,made,score,truth\n${rows
    .map((row) =>
      Object.values(row)
        .map((value) => value ?? '')
        .join(','),
    )
    .join('\n')}\n`;

const schema = `fields:
  - { name: id, type: string, loopwright: { role: id } }
  - { name: at, type: datetime, loopwright: { role: timestamp } }
  - { name: amount, type: number, loopwright: { role: feature, drift: { threshold: 0.3 } } }
  - { name: country, type: string, loopwright: { role: feature, drift: { threshold: 0.3 } } }
  - { name: made, type: string, loopwright: { role: prediction } }
  - { name: score, type: number, loopwright: { role: score, drift: { threshold: 0.3 } } }
  - { name: truth, type: string, categories: [fine, fraud], loopwright: { role: target, positive: fraud } }
`;
const labelsSchema = `fields:
  - { name: id, type: string, loopwright: { role: id } }
  - { name: truth, type: string, loopwright: { role: target } }
`;

/** A project that knows nothing but a validated table and the log that a program elsewhere writes. */
async function watched(log: readonly Row[], more = '') {
  const root = makeProject({
    'past/march.csv': csvOf(scored({ from: -30, days: 30, rows: 3000, seed: 1 })),
    'log/april.csv': csvOf(log),
    'scored.dataset.yaml': schema,
    'labels.dataset.yaml': labelsSchema,
    'labels/a.csv': 'id,truth\n',
    'loopwright.yaml': `version: 1
project: elsewhere
datasets:
  past: { path: past/*.csv, schema: scored.dataset.yaml }
  log: { path: log/*.csv, schema: scored.dataset.yaml }
  labels: { path: labels/*.csv, schema: labels.dataset.yaml }
stages:
  validate: { uses: validate, with: { predictions: past } }
monitors:
  theirs:
    predictions: log
    reference: validate
    window: { every: 1d, min_rows: 100 }
    expect: { accuracy: { min: 0.85 } }
${more}`,
  });
  const runner = runIn(root);
  assert.equal((await runner.run()).error, null);
  const loaded = () => {
    const project = loadProject(root);
    return { project, config: configFor(project, 'default') };
  };
  const evaluate = (days: number) =>
    evaluateMonitor({ ...loaded(), store: runner.store, monitor: 'theirs', now: at(days) });
  const write = (rows: readonly Row[], file = 'log/april.csv') => writeFileSync(join(root, file), csvOf(rows));
  return { ...runner, loaded, evaluate, write };
}

test('a quiet log of another program has no drift, and the performance of its own decisions', async () => {
  const rows = scored({ from: 0, days: 5, rows: 2000, seed: 2 }).map((row, i) => ({
    ...row,
    // Decisions that no threshold of the score gives.
    made: i % 5 === 0 ? 'fine' : row.made,
  }));
  const { evaluate, store, loaded } = await watched(rows);
  const windows = await evaluate(5);
  assert.deepEqual(
    windows.map(({ status, rows: n, labelled, errorRate }) => [status, n, labelled, errorRate]),
    Array.from({ length: 5 }, () => ['ok', 400, 400, 0]),
  );
  for (const [i, window] of windows.entries()) {
    const inside = rows.slice(i * 400, (i + 1) * 400);
    assert.equal(window.performance['accuracy'], inside.filter(({ made, truth }) => made === truth).length / 400);
    const [positive, negative] = ['fraud', 'fine'].map((label) => inside.filter(({ truth }) => truth === label));
    let above = 0;
    for (const a of positive ?? [])
      for (const b of negative ?? []) above += (a.score ?? 0) > (b.score ?? 0) ? 1 : a.score === b.score ? 0.5 : 0;
    const auc = above / ((positive?.length ?? 0) * (negative?.length ?? 0));
    assert.ok(Math.abs((window.performance['roc_auc'] ?? 0) - auc) < 1e-12);
    assert.deepEqual(
      window.values.map(({ column }) => column),
      ['amount', 'country', '_score'],
    );
  }
  const report = driftReport(store, loaded().config, 'theirs');
  assert.deepEqual([report.deployment, report.model, report.windows.length], ['log', 'elsewhere', 5]);
  const detail = await driftDetail(store, loaded(), 'theirs', report.windows[0]?.id ?? 0, '_score');
  assert.equal(detail.nCurrent, 400);
});

test('a step in the inputs drifts from its window on, and only then is retraining due', async () => {
  const before = scored({ from: 0, days: 3, rows: 1200, seed: 3 });
  const after = scored({ from: 3, days: 3, rows: 1200, seed: 4, shift: 60 });
  const policy = 'retraining: { when: [{ monitor: theirs, drift: dataset, for: 2 windows }] }\n';
  const { evaluate, store, loaded, write } = await watched([...before, ...after], policy);
  assert.deepEqual(
    (await evaluate(4)).map(({ status }) => status),
    ['ok', 'ok', 'ok', 'drift'],
  );
  assert.equal(evaluatePolicy(store, loaded().config, at(4), 'test').verdict, 'not due');
  assert.deepEqual(
    (await evaluate(6)).map(({ status }) => status),
    ['drift', 'drift'],
  );
  const decision = evaluatePolicy(store, loaded().config, at(6), 'test');
  assert.equal(decision.verdict, 'retrain');
  write(after, 'past/april.csv');
  const { reason, monitor } = decision;
  const outcome = await retrain({ ...loaded(), store, reason, monitor, actor: 'test:me', now: at(6) });
  assert.equal(outcome.status, 'proposed', outcome.message);
});

test('true values and rows that come later have their windows judged again, and no others', async () => {
  const rows = scored({ from: 0, days: 3, rows: 900, seed: 5 });
  const unknown = (row: Row, i: number) => (i < 300 && i % 3 > 0 ? row : { ...row, truth: null });
  const { evaluate, write, store } = await watched(rows.map(unknown));
  assert.deepEqual(
    (await evaluate(3)).map(({ labelled }) => labelled),
    [200, 0, 0],
  );
  assert.deepEqual(await evaluate(3), []);
  write(rows.map((row, i) => (i < 600 ? row : { ...row, truth: null })));
  const again = await evaluate(3);
  assert.deepEqual(
    again.map(({ start, labelled }) => [start, labelled]),
    [
      [at(0), 300],
      [at(1), 300],
    ],
  );
  write(scored({ from: 2.5, days: 0.4, rows: 50, seed: 6 }), 'log/late.csv');
  assert.deepEqual(
    (await evaluate(3)).map(({ start, rows: n, labelled }) => [start, n, labelled]),
    [[at(2), 350, 50]],
  );
  assert.equal(store.sql.numbers('SELECT count(*) FROM windows')[0], 3);
});

test('labels of another dataset join by key', async () => {
  const rows = scored({ from: 0, days: 1, rows: 300, seed: 7 });
  const { evaluate, root } = await watched(
    rows.map((row) => ({ ...row, truth: null })),
    '    labels: { dataset: labels, key: id, delay: 2d }\n',
  );
  assert.deepEqual(
    (await evaluate(1)).map(({ labelled }) => labelled),
    [0],
  );
  writeFileSync(join(root, 'labels/a.csv'), `id,truth\n${rows.map(({ id, truth }) => `${id},${truth}\n`).join('')}`);
  const [window] = await evaluate(3.5);
  assert.equal(window?.labelled, 300);
  assert.equal(window?.performance['accuracy'], rows.filter(({ made, truth }) => made === truth).length / 300);
  assert.deepEqual(await evaluate(3.6), []);
});

test('rows without a prediction are errors, and a short window is not judged', async () => {
  const rows = scored({ from: 0, days: 2, rows: 240, seed: 8 }).map((row, i) =>
    i < 30 ? { ...row, made: null, score: null } : row,
  );
  const [first, second] = await (await watched(rows)).evaluate(2);
  assert.deepEqual([first?.status, first?.rows, first?.errorRate], ['too few rows', 90, 0.25]);
  assert.deepEqual([second?.status, second?.rows, second?.errorRate], ['ok', 120, 0]);
});

test('a monitor without a validated reference says what to run', async () => {
  const { store, root } = await watched(scored({ from: 0, days: 1, rows: 200, seed: 9 }));
  store.sql.run('DELETE FROM model_versions');
  const project = loadProject(root);
  const request = { project, config: configFor(project, 'default'), store, monitor: 'theirs', now: at(2) };
  await assert.rejects(evaluateMonitor(request), /no version yet.*`loopwright run validate`/);
});
