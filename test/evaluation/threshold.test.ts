import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseThreshold, isSameRule, type ScoreForm, type ThresholdRule } from '../../engine/evaluation/threshold.ts';
import { thresholdRule } from '../../engine/project/schema/threshold.ts';
import { thresholdOutcomeText, thresholdText } from '../../words/threshold.ts';

const bestF1: ThresholdRule = { kind: 'best_f1' };

function choose(
  truth: number[],
  scores: number[],
  {
    rule = bestF1,
    form = 'probability',
    decisions,
  }: { rule?: ThresholdRule; form?: ScoreForm; decisions?: number[] } = {},
) {
  const values = Float64Array.from(scores);
  const predictions = {
    task: 'binary' as const,
    values,
    probabilities: [],
    ...(decisions && { decisions: Float64Array.from(decisions) }),
  };
  const found = chooseThreshold({ truth: Float64Array.from(truth), predictions }, rule, form);
  assert.ok(found);
  const { threshold, choice } = found;
  return { threshold, ...choice };
}

const truth = [1, 1, 0, 1, 0, 0];
const scores = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1];

test('each rule has its threshold', () => {
  const at = (rule: ThresholdRule) => {
    const { threshold, kind } = choose(truth, scores, { rule });
    return [threshold, kind];
  };
  assert.deepEqual(at(bestF1), [0.4, 'chosen'], 'halfway from 0.6 to 0.2');
  assert.deepEqual(at({ kind: 'precision', minimum: 0.9 }), [0.8, 'chosen']);
  assert.deepEqual(at({ kind: 'fixed', value: 0.3 }), [0.3, 'fixed']);
  assert.deepEqual(at({ kind: 'recall', minimum: 0.5 }), [0.75, 'chosen'], 'the highest of the largest precision');
  assert.deepEqual(at({ kind: 'recall', minimum: 1 }), [0.4, 'chosen']);
  assert.deepEqual(at({ kind: 'f_beta', beta: 5 }), [0.4, 'chosen']);
  assert.deepEqual(at({ kind: 'f_beta', beta: 0.1 }), [0.75, 'chosen']);
  assert.deepEqual(at({ kind: 'cost', falsePositive: 1, falseNegative: 20 }), [0.4, 'chosen']);
  assert.deepEqual(at({ kind: 'cost', falsePositive: 20, falseNegative: 1 }), [0.75, 'chosen']);
});

test('a gain of right decisions counts, and the choice says what it gave', () => {
  const cost = { kind: 'cost', falsePositive: 5, falseNegative: 0, truePositive: -2, trueNegative: 0 } as const;
  const { threshold, gave } = choose(truth, scores, { rule: cost });
  assert.equal(threshold, 0.75);
  assert.deepEqual(gave, { precision: 1, recall: 2 / 3, f1: 0.8, decided: 1 / 3, cost: -4 / 6 });
  assert.match(
    thresholdOutcomeText(choose(truth, scores, { rule: cost })),
    /^precision 1, recall 0\.667, F1 0\.800, 33\.3 % decided as positive, a cost of −0\.667 a row$/,
  );
  assert.equal(choose([], [], {}).gave, undefined);
});

test('weights move the threshold as repeated rows do', () => {
  const weights = [1, 1, 30, 1, 1, 0];
  const repeated = weights.flatMap((weight, i) => Array.from({ length: weight }, () => i));
  const of = (values: number[]) => repeated.map((i) => values[i] ?? 0);
  for (const rule of [
    bestF1,
    { kind: 'cost', falsePositive: 1, falseNegative: 3 },
    { kind: 'recall', minimum: 0.9 },
  ] as const) {
    const predictions = {
      task: 'binary' as const,
      values: Float64Array.from(scores),
      probabilities: [],
      weights: Float64Array.from(weights),
    };
    const weighted = chooseThreshold({ truth: Float64Array.from(truth), predictions }, rule, 'probability');
    const { threshold, gave } = choose(of(truth), of(scores), { rule });
    assert.equal(weighted?.threshold, threshold, rule.kind);
    assert.deepEqual(weighted?.choice.gave, gave, rule.kind);
  }
});

test('no positive decision is worth its cost: the threshold is just above all scores', () => {
  for (const [worst, form] of [
    [[0.5, 0.9], 'probability'],
    [[-3, -1], 'decision'],
    [[-1, 0], 'decision'],
  ] as const) {
    const { threshold } = choose([1, 0], [...worst], {
      rule: { kind: 'cost', falsePositive: 9, falseNegative: 1 },
      form,
    });
    const highest = Math.max(...worst);
    assert.ok(threshold !== null && threshold > highest && threshold - highest < 1e-12, `${threshold}`);
  }
});

test('of equally good thresholds the highest is taken, and rows of one score are decided alike', () => {
  assert.equal(
    choose([1, 0, 1, 0], [0.9, 0.7, 0.5, 0.1], { rule: { kind: 'cost', falsePositive: 1, falseNegative: 1 } })
      .threshold,
    0.8,
  );
  assert.equal(choose([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]).threshold, 0.5);
});

test('where a rule cannot choose, the middle of the scores decides, and the kind says why', () => {
  const of = (y: number[], s: number[], form: ScoreForm = 'probability', rule: ThresholdRule = bestF1) => {
    const { threshold, kind } = choose(y, s, { form, rule });
    return [threshold, kind];
  };
  assert.deepEqual(of([], []), [0.5, 'no_rows']);
  assert.deepEqual(of([NaN, 1], [0.4, NaN], 'decision'), [0, 'no_rows']);
  assert.deepEqual(of([0, 0], [0.4, 0.9]), [0.5, 'one_class']);
  assert.deepEqual(of([1, 1], [0.4, 0.9], 'decision'), [0, 'one_class']);
  assert.deepEqual(of([1, 0], [0.1, 0.9], 'probability', { kind: 'precision', minimum: 0.9 }), [0.5, 'not_reached']);
});

test('a model that decides by itself keeps its decisions', () => {
  assert.deepEqual(
    [choose([1, 0], [1, 0], { form: 'none' }).kind, choose([1, 0], [1, 0], { form: 'none' }).threshold],
    ['decided', 0.5],
  );
  const followed = choose([1, 0, 0], [0.9, 0.4, 0.1], { decisions: [1, 1, 0] });
  assert.deepEqual([followed.kind, followed.threshold], ['decided', 0.4]);
  assert.equal(choose([1, 0], [0.9, 0.4], { decisions: [0, 1] }).threshold, null);
  const regression = { task: 'regression' as const, values: new Float64Array(1), probabilities: [] };
  assert.equal(chooseThreshold({ truth: new Float64Array(1), predictions: regression }, bestF1, 'none'), null);
});

test('a choice counts rows with a label and a score, and says the rule in words', () => {
  const choice = choose([1, 0, NaN], [0.9, 0.1, 0.5]);
  assert.deepEqual([choice.n, choice.positives], [2, 1]);
  assert.equal(thresholdText(choice), 'best F1 on 2 validation rows');
  assert.equal(thresholdText(choose([], [])), 'the middle of the scores, because there are no validation rows');
});

test('the keys of a validation give the rule; min_precision alone asks for that precision', () => {
  assert.deepEqual(thresholdRule({}), bestF1);
  assert.deepEqual(thresholdRule({ min_precision: 0.8 }), { kind: 'precision', minimum: 0.8 });
  assert.deepEqual(thresholdRule({ min_precision: 0.8, threshold: 'best_f1' }), bestF1);
  assert.deepEqual(thresholdRule({ threshold: 0.5 }), { kind: 'fixed', value: 0.5 });
  assert.deepEqual(thresholdRule({ threshold: { precision: 0.7 } }), { kind: 'precision', minimum: 0.7 });
  assert.deepEqual(thresholdRule({ threshold: { cost: { false_positive: 1, false_negative: 20 } } }), {
    kind: 'cost',
    falsePositive: 1,
    falseNegative: 20,
  });
});

test('two thresholds compare when one rule set both in one way', () => {
  const a = choose(truth, scores);
  assert.ok(isSameRule(a, choose([1, 0], [0.9, 0.1])));
  assert.ok(!isSameRule(a, choose(truth, scores, { rule: { kind: 'fixed', value: 0.5 } })));
  assert.ok(!isSameRule(a, choose([], [])));
});
