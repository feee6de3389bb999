import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lensText, modelLensText } from '../../client/lenses/lensText.ts';
import { argumentsOf, nameOf, readDefinition } from '../../client/tasks/taskDefinition.ts';
import { overview } from '../fixtures/views/overview.ts';
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

it('says above a stage which version its model is', () => {
  const [champion] = overview.models.filter(({ isChampion }) => isChampion);
  assert.ok(champion);
  assert.equal(modelLensText(champion), '$(package) model: loopwright · v3 champion');
  const other = { ...champion, isChampion: false, flavour: 'sklearn', version: 4 };
  assert.equal(modelLensText(other), '$(package) model: sklearn · v4 validated');
  assert.equal(modelLensText({ ...other, gatesPassed: 1 }), '$(package) model: sklearn · v4 refused by its gates');
  assert.equal(modelLensText({ ...other, isValidated: false, flavour: null }), '$(package) model: v4 not validated');
});

it('tells the command line which model to validate and to serve', () => {
  const validate = { type: 'loopwright' as const, command: 'validate' as const, path: 'm-0a1b', data: 'features' };
  assert.deepEqual(argumentsOf({ ...validate, model: 'card-fraud' }, '/p'), [
    'validate',
    'm-0a1b',
    '--project',
    '/p',
    '--data',
    'features',
    '--model',
    'card-fraud',
  ]);
  assert.equal(nameOf(validate), 'validate m-0a1b');
  const serve = { type: 'loopwright' as const, command: 'serve' as const, model: 'card-fraud@3' };
  assert.deepEqual(argumentsOf(serve, '/p'), ['serve', '--project', '/p', '--model', 'card-fraud@3']);
  assert.equal(
    nameOf(serve),
    nameOf({ type: 'loopwright', command: 'serve', deployment: 'card-fraud@3' }),
    'one stops the other',
  );
});
