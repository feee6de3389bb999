import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgedGate } from '../../protocol/gates.ts';
import { judgeGate, type GateBound } from '../../engine/evaluation/gates.ts';
import { noFacts, type Facts, type HistoryFacts } from '../../engine/facts/facts.ts';
import { edit, expectFixed, expectMarks, type Texts } from '../helpers/checking.ts';

const yaml = 'loopwright.yaml';
const gates = (...lines: string[]): Texts =>
  edit(yaml, [
    '      roc_auc: { min: 0.6 }\n      pr_auc@champion: { min: -0.2 }\n',
    lines.map((line) => `      ${line}\n`).join(''),
  ]);

/** Runs with one gate each, the newest last; a run is as of its day in May 2026. */
function judged(...runs: [gate: string, bound: GateBound, value: number, low?: number, high?: number][]): Facts {
  const history: JudgedGate[] = runs.map(([gate, bound, value, low = value, high = value], day) => ({
    stage: 'validate',
    runId: `r${day}`,
    runName: `run-${day}`,
    startedAt: Date.UTC(2026, 4, day + 1, 12),
    result: judgeGate(gate, bound, { kind: 'value', value, interval: { low, high }, n: 100 }),
  }));
  const registered = [{ name: 'late-orders', version: 4 }];
  const [first] = [{ runId: 'r0', registered }] as unknown as HistoryFacts['runs'];
  return {
    ...noFacts,
    history: () => ({
      runs: first ? [first] : [],
      judged: history.toReversed(),
      primary: [],
      stages: [],
      models: [],
      aliases: [],
    }),
  };
}

test('LW524 a gate that asks for less than when it refused a model', () => {
  const facts = judged(['roc_auc', { min: 0.8 }, 0.76]);
  const [problem] = expectMarks('LW524', gates('«roc_auc»: { min: 0.7 }'), { facts });
  assert.equal(
    problem?.message,
    '`roc_auc` asked for at least 0.8 when it refused v4 of `late-orders`, the run run-0 on 1 May, which had 0.760. It asks for 0.7 now. Restore it, or say why with `# loopwright-ignore LW524`.',
  );
  assert.match(expectFixed('LW524', gates('roc_auc: { min: 0.7 }'), yaml, facts), /roc_auc: \{ min: 0\.8 \}/);
  expectMarks('LW524', gates('«roc_auc»: { max: 0.9 }'), { facts });
  expectMarks('LW524', gates('roc_auc: { min: 0.7 } # loopwright-ignore LW524: the labels were wrong'), { facts });
  for (const right of ['roc_auc: { min: 0.8 }', 'roc_auc: { min: 0.9 }', 'roc_auc: { min: 0.8, max: 0.9 }'])
    expectMarks('LW524', gates(right), { facts });
});

test('LW524 a gate that is gone after it refused a model', () => {
  const facts = judged(['recall', { min: 0.8 }, 0.76]);
  const marked = edit(yaml, ['    gates:\n      roc_auc', '    «gates»:\n      roc_auc']);
  assert.match(expectMarks('LW524', marked, { facts })[0]?.message ?? '', /It is gone now\./);
});

test('LW524 an upper bound, a confidence and the third outcome are loosened too', () => {
  const at = { max: 0.2, at_confidence: 0.95 };
  const facts = judged(['brier', at, 0.19, 0.17, 0.22]);
  for (const wrong of [
    '«brier»: { max: 0.3, at_confidence: 0.95 }',
    '«brier»: { max: 0.2, at_confidence: 0.8 }',
    '«brier»: { max: 0.2 }',
    '«brier»: { max: 0.2, at_confidence: 0.95, undecidable: allow }',
  ])
    assert.match(expectMarks('LW524', gates(wrong), { facts })[0]?.message ?? '', /could not pass v4/);
  expectMarks('LW524', gates('brier: { max: 0.2, at_confidence: 0.99 }'), { facts });
  assert.match(
    expectFixed('LW524', gates('brier: { max: 0.2, at_confidence: 0.95, undecidable: allow }'), yaml, facts),
    /undecidable: refuse/,
  );
});

test('LW524 ends when a later model meets the old bound, and only then', () => {
  const looser = '«roc_auc»: { min: 0.7 }';
  const refused: Parameters<typeof judged>[0] = ['roc_auc', { min: 0.8 }, 0.76];
  expectMarks('LW524', gates(looser), { facts: judged(refused, ['roc_auc', { min: 0.7 }, 0.76]) });
  expectMarks('LW524', gates('roc_auc: { min: 0.7 }'), { facts: judged(refused, ['roc_auc', { min: 0.7 }, 0.81]) });
  expectMarks('LW524', gates(looser), { facts: judged(['roc_auc', { min: 0.7 }, 0.81], refused) });
  expectMarks('LW524', gates('roc_auc: { min: 0.7 }'), { facts: judged(['roc_auc', { min: 0.8 }, 0.81]) });
});

test('LW525 undecidable without a confidence', () => {
  const over = gates('pr_auc: { min: 0.5, «undecidable»: allow }');
  expectMarks('LW525', over);
  assert.match(expectFixed('LW525', over), /pr_auc: \{ min: 0\.5 \}/);
  expectMarks('LW525', gates('pr_auc: { min: 0.5, at_confidence: 0.9, undecidable: allow }'));
});
