import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateTest } from '../../protocol/gates.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('check --gates passes when every gate passed in the newest run, and fails without one', async () => {
  const { code, json } = await runJson<GateTest[]>(['check', '--gates'], { cwd: trained().root });
  assert.deepEqual([code, json.map(({ outcome }) => outcome)], [0, ['passed', 'passed']]);
  const never = await runCli(['check', '--gates'], { cwd: ordersProject() });
  assert.equal(never.code, 1);
  assert.match(never.out, /^validate\n○ missing {5}roc_auc: must be at least 0\.6\n {2}loopwright\.yaml:31:7: It was/);
  assert.match(never.out, /0 of 2 gates passed\.\n$/);
});

test('a format of gates asks for --gates', async () => {
  const wrong = await runCli(['check', '--format', 'junit'], { cwd: ordersProject() });
  assert.deepEqual([wrong.code, /The format junit is for gates/.test(wrong.err)], [2, true]);
});
