import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluatePolicy } from '../../engine/loop/decisions.ts';
import { retrain } from '../../engine/loop/retrain.ts';
import { driftDetail, driftReport } from '../../engine/monitoring/driftReport.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { at, scored, watchedLog, type ScoredRow } from '../helpers/watchedLog.ts';

test('a quiet log of another program has no drift, and the performance of its own decisions', async () => {
  const rows = scored({ from: 0, days: 5, rows: 2000, seed: 2 }).map((row, i) => ({
    ...row,
    // Decisions that no threshold of the score gives.
    made: i % 5 === 0 ? 'fine' : row.made,
  }));
  const { evaluate, store, loaded } = await watchedLog(rows);
  const windows = await evaluate(5);
  assert.deepEqual(
    windows.map(({ inputs, score, rows: n, labelled, errorRate }) => [inputs, score, n, labelled, errorRate]),
    Array.from({ length: 5 }, () => ['stable', 'stable', 400, 400, 0]),
  );
  // The decisions are right in about 0.82 of the rows, and 0.85 is expected.
  for (const { status, expectations } of windows) {
    const [accuracy] = expectations;
    const isBroken = (accuracy?.high ?? 1) < 0.85;
    assert.equal(accuracy?.state, isBroken ? 'broken' : (accuracy?.value ?? 0) < 0.85 ? 'uncertain' : 'met');
    assert.equal(status, isBroken ? 'expectation broken' : 'ok');
  }
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
  const { evaluate, store, loaded, write } = await watchedLog([...before, ...after], policy);
  assert.deepEqual(
    (await evaluate(4)).map(({ inputs }) => inputs),
    ['stable', 'stable', 'stable', 'drifted'],
  );
  assert.equal(evaluatePolicy(store, loaded().config, at(4), 'test').verdict, 'not due');
  assert.deepEqual(
    (await evaluate(6)).map(({ inputs }) => inputs),
    ['drifted', 'drifted'],
  );
  const decision = evaluatePolicy(store, loaded().config, at(6), 'test');
  assert.equal(decision.verdict, 'retrain');
  write(after, 'past/april.csv');
  const outcome = await retrain({ ...loaded(), store, decision, actor: 'test:me', now: at(6) });
  assert.equal(outcome.status, 'proposed', outcome.message);
});

test('true values and rows that come later have their windows judged again, and no others', async () => {
  const rows = scored({ from: 0, days: 3, rows: 900, seed: 5 });
  const unknown = (row: ScoredRow, i: number) => (i < 300 && i % 3 > 0 ? row : { ...row, truth: null });
  const { evaluate, write, store } = await watchedLog(rows.map(unknown));
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
  const { evaluate, root } = await watchedLog(
    rows.map((row) => ({ ...row, truth: null })),
    '    labels: { dataset: labels, key: id, delay: 2d }\n',
  );
  assert.deepEqual(
    (await evaluate(3.2)).map(({ labelled }) => labelled),
    [0],
  );
  writeFileSync(join(root, 'labels/a.csv'), `id,truth\n${rows.map(({ id, truth }) => `${id},${truth}\n`).join('')}`);
  const [window] = await evaluate(3.5);
  assert.equal(window?.labelled, 300, 'they come after their delay');
  assert.equal(window?.performance['accuracy'], rows.filter(({ made, truth }) => made === truth).length / 300);
  assert.deepEqual(await evaluate(3.6), []);
});

test('rows without a prediction are errors, and a short window is not judged', async () => {
  const rows = scored({ from: 0, days: 2, rows: 240, seed: 8 }).map((row, i) =>
    i < 30 ? { ...row, made: null, score: null } : row,
  );
  const [first, second] = await (await watchedLog(rows)).evaluate(2);
  assert.deepEqual([first?.status, first?.rows, first?.errorRate], ['too few rows', 90, 0.25]);
  assert.deepEqual([second?.inputs, second?.rows, second?.errorRate], ['stable', 120, 0]);
});

test('a monitor without a validated reference says what to run', async () => {
  const { store, root } = await watchedLog(scored({ from: 0, days: 1, rows: 200, seed: 9 }));
  store.sql.run('DELETE FROM model_versions');
  const project = loadProject(root);
  const request = { project, config: configFor(project, 'default'), store, monitor: 'theirs', now: at(2) };
  await assert.rejects(evaluateMonitor(request), /no version yet.*`loopwright run validate`/);
});
