import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GateTest } from '../../protocol/gates.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { gateTests } from '../../engine/runner/gateTests.ts';
import { stageStatuses } from '../../engine/runner/stageStatus.ts';
import type { Store } from '../../engine/store/store.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

function setGates(root: string, ...lines: string[]): void {
  const file = join(root, 'loopwright.yaml');
  const text = lines.map((line) => `      ${line}\n`).join('');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/( {4}gates:\n)(?: {6}.*\n)+/, `$1${text}`));
}

function testsOf(root: string, store: Store | null): GateTest[] {
  const project = loadProject(root);
  return gateTests(project, store, stageStatuses(project, store));
}

const outcomes = (tests: GateTest[]) => Object.fromEntries(tests.map(({ gate, outcome }) => [gate, outcome]));

test('a gate that was never judged is missing, with its place and what to run', () => {
  const root = ordersProject();
  const [first, second] = testsOf(root, null);
  assert.deepEqual([first?.outcome, first?.expected, first?.place.line], ['missing', 'at least 0.6', 31]);
  assert.equal(first?.message, 'It was never judged. Run `loopwright run validate` to judge it.');
  assert.deepEqual([second?.gate, second?.outcome, second?.place.line], ['pr_auc@champion', 'missing', 32]);
});

test('a gate passes, fails or is undecidable by its newest run, and outdated once something changed', async () => {
  const { root, store, run } = trained();
  const [first] = testsOf(root, store);
  assert.deepEqual(outcomes(testsOf(root, store)), { roc_auc: 'passed', 'pr_auc@champion': 'passed' });
  const value = first?.history[0]?.result.value ?? 0;
  setGates(
    root,
    `roc_auc: { min: ${value.toFixed(4)}, at_confidence: 0.95 }`,
    'brier: { min: 0.5, max: 1 }',
    'accuracy: { min: 0.1 }',
  );
  assert.deepEqual(outcomes(testsOf(root, store)), {
    roc_auc: 'outdated',
    brier: 'missing',
    accuracy: 'missing',
  });
  assert.match(
    testsOf(root, store)[0]?.message ?? '',
    /^Its bound was at least 0\.6, which changed since [a-z-]+ judged it\. Run `loopwright run validate` to/,
  );
  await run();
  const judged = testsOf(root, store);
  assert.deepEqual(outcomes(judged), { roc_auc: 'undecidable', brier: 'failed', accuracy: 'passed' });
  const [auc, brier, accuracy] = judged;
  assert.deepEqual([brier?.expected, brier?.place.line, brier?.history.length], ['between 0.5 and 1', 32, 1]);
  assert.match(brier?.message ?? '', /^brier 0\.\d+ < 0\.5 \([a-z-]+\)$/);
  assert.match(auc?.actual ?? '', /^0\.\d+ \(0\.\d+ to [01]\.\d+\)$/);
  assert.match(auc?.message ?? '', /more rows? would tell|too near to the bound/);
  assert.deepEqual([auc?.history.length, accuracy?.history.length], [2, 1]);
  // The lock knows nothing of the refused stage; the gates are outdated by their own bounds and by what comes before.
  setGates(root, 'accuracy: { min: 0.1 }', 'brier: { max: 0.5 }');
  assert.deepEqual(outcomes(testsOf(root, store)), { accuracy: 'passed', brier: 'outdated' });
  assert.match(testsOf(root, store)[1]?.message ?? '', /^Its bound was between 0\.5 and 1, which changed since/);
  writeFileSync(join(root, 'sql/features.sql'), `${readFileSync(join(root, 'sql/features.sql'), 'utf8')}\n-- more\n`);
  assert.match(testsOf(root, store)[0]?.message ?? '', /^`prepare`, which it depends on, is stale since/);
});
