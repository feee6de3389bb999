import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MonitorSummary, StageStatus } from '../../protocol/lifeCycle.ts';
import { lifeLines } from '../../engine/overview/lifeLines.ts';

test('of several commands that are fresh, the last one that measured something gives the line', () => {
  const config = { version: 1, project: 'orders', stages: {} } as const;
  const command = (name: string, summary: string, measured: boolean): StageStatus => ({
    name,
    kind: 'cmd',
    state: 'fresh',
    reasons: [],
    dependsOn: [],
    line: null,
    last: { runId: 'r', runName: 'n', status: 'finished', startedAt: 1, durationMs: 1, summary, measured },
  });
  const develop = (stages: StageStatus[]) =>
    lifeLines({ config, store: null, stages, datasets: [], models: [], deployments: [], monitors: [] }).find(
      ({ part }) => part === 'develop',
    );
  const fit = command('fit', 'f1 0.9', true);
  const tidy = command('tidy', 'exit code 0', false);
  assert.deepEqual([develop([fit, tidy])?.stage, develop([fit, tidy])?.detail], ['fit', 'f1 0.9']);
  assert.equal(develop([tidy])?.detail, 'exit code 0');
});

test('of several monitors the one with the gravest verdict gives the line, and the others are counted', () => {
  const config = { version: 1, project: 'orders', stages: {} } as const;
  const detail = (...monitors: MonitorSummary[]) =>
    lifeLines({ config, store: null, stages: [], datasets: [], models: [], deployments: [], monitors }).find(
      ({ part }) => part === 'monitor',
    )?.detail;
  const scores: MonitorSummary = { name: 'a', state: 'attention', status: 'score drift', detail: 'the score drifted' };
  const broken: MonitorSummary = {
    name: 'b',
    state: 'attention',
    status: 'expectation broken',
    detail: 'roc_auc 0.504 < 0.6',
  };
  const calm: MonitorSummary = { name: 'c', state: 'ok', status: 'ok', detail: 'no drift in 3 features' };
  assert.equal(detail(scores, broken, calm), 'b: roc_auc 0.504 < 0.6 · and 1 more');
  assert.equal(detail(calm, scores), 'a: the score drifted');
  assert.equal(detail(calm), 'no drift in 3 features');
});
