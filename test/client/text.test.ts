import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lensText } from '../../client/lenses/lensText.ts';
import { argumentsOf, nameOf, readDefinition } from '../../client/tasks/taskDefinition.ts';
import type { StageStatus } from '../../protocol/lifeCycle.ts';

const now = Date.UTC(2026, 10, 20);
const stage = (more: Partial<StageStatus>): StageStatus => ({
  name: 'train',
  kind: 'train',
  state: 'fresh',
  reasons: [],
  dependsOn: [],
  line: 1,
  last: {
    runId: 'r',
    runName: 'calm-lynx',
    status: 'finished',
    startedAt: now - 7_200_000,
    durationMs: 42_000,
    summary: 'pr_auc 0.912',
  },
  ...more,
});

it('says above a stage how it stands', () => {
  assert.equal(lensText(stage({}), now), '$(pass) fresh · pr_auc 0.912 · 2 hours ago · 42 s');
  assert.equal(
    lensText(stage({ state: 'stale', reasons: ['params.epochs 20 → 30', 'train.py changed'] }), now),
    '$(history) stale: params.epochs 20 → 30 and 1 more',
  );
  assert.equal(
    lensText(
      stage({
        state: 'refused',
        reasons: ['2 of 4 gates failed'],
        last: {
          runId: 'r',
          runName: 'calm-lynx',
          status: 'refused',
          startedAt: now - 20 * 86_400_000,
          durationMs: 42_000,
          summary: 'pr_auc 0.412 · 2 of 4 gates failed · v2',
        },
      }),
      now,
    ),
    '$(thumbsdown) refused · pr_auc 0.412 · 2 of 4 gates failed · v2 · 31 Oct',
  );
  assert.equal(lensText(stage({ state: 'never', last: null }), now), '$(circle-outline) never ran');
});

it('reads task definitions and makes the command line of them', () => {
  assert.equal(readDefinition({ type: 'npm' }), null);
  assert.equal(readDefinition({ type: 'loopwright', command: 'explode' }), null);
  const task = readDefinition({ type: 'loopwright', stage: 'train', experiment: 'wider', other: 1 });
  assert.ok(task);
  assert.deepEqual(argumentsOf(task, '/p'), ['run', 'train', '--project', '/p', '--experiment', 'wider']);
  assert.equal(nameOf(task), 'run train (wider)');
  assert.deepEqual(argumentsOf({ type: 'loopwright', command: 'serve', deployment: 'production' }, '/p'), [
    'serve',
    'production',
    '--project',
    '/p',
  ]);
  assert.equal(nameOf({ type: 'loopwright' }), 'run all');
});
