import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
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
