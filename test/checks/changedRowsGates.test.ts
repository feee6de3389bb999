import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedRowsProblem } from '../../engine/checks/changedRowsProblem.ts';
import { parseMetric } from '../../engine/evaluation/metricName.ts';
import type { Validation } from '../../engine/project/schema/validateStage.ts';

const problem = (gate: string, robustness: Validation['robustness']): string | null => {
  const metric = parseMetric(gate);
  assert.ok(metric, gate);
  return changedRowsProblem(metric, robustness, 'binary');
};

test('gates of changed rows are taken apart', () => {
  const parts = (text: string) => {
    const metric = parseMetric(text);
    return (
      metric && [metric.name, metric.test?.kind, metric.test?.column, metric.clean, metric.attribute, metric.champion]
    );
  };
  assert.deepEqual(parts('roc_auc{missing=amount}'), ['roc_auc', 'missing', 'amount', false, null, false]);
  assert.deepEqual(parts('roc_auc{missing}@clean'), ['roc_auc', 'missing', null, true, null, false]);
  assert.deepEqual(parts('roc_auc{typo=a column}, {b=c}}'), [
    'roc_auc',
    'typo',
    'a column}, {b=c}',
    false,
    null,
    false,
  ]);
  assert.deepEqual(parts('recall[country=DE]'), ['recall', undefined, undefined, false, 'country=DE', false]);
  for (const text of [
    'roc_auc{}',
    'roc_auc{missing=}',
    'roc_auc@clean',
    'roc_auc{missing}@champion',
    'roc_auc[a]{missing}',
  ])
    assert.equal(parseMetric(text), null, text);
});

test('a gate that is never measured is told, and one that is measured is not', () => {
  const declared = { invariant_to: ['gender', { column: 'country' }], increasing: ['amount'] };
  for (const [gate, robustness] of [
    ['roc_auc{missing=amount}', true],
    ['log_loss{noise}@clean', true],
    ['refused_share{missing=amount}', { columns: ['amount'] }],
    ['roc_auc{noise=hour}', { columns: ['amount'], perturbations: [{ kind: 'noise', columns: ['hour'] }] }],
    ['changed_share{invariant_to=country}', declared],
    ['largest_change{invariant_to}', declared],
    ['wrong_way_share{increasing=amount}', declared],
  ] as [string, Validation['robustness']][])
    assert.equal(problem(gate, robustness), null, gate);
  for (const [gate, robustness, why] of [
    ['roc_auc{missing=amount}', undefined, /add `robustness`/],
    ['roc_auc{missing=amount}', false, /add `robustness`/],
    ['roc_auc{mising=amount}', true, /no way to change rows.*`missing`/],
    ['roc_ac{missing=amount}', true, /not measured of missing.*`roc_auc`/],
    ['rmse{missing=amount}', true, /not measured of missing/],
    ['roc_auc{increasing=amount}', declared, /Write `wrong_way_share`/],
    ['wrong_way_share{increasing=amount}@clean', declared, /no `@clean`/],
    ['wrong_way_share{decreasing=amount}', declared, /has no `decreasing`/],
    ['changed_share{invariant_to=gendr}', declared, /not under `invariant_to`.*`gender`/],
    ['roc_auc{typo}', { perturbations: ['noise'] }, /not under `perturbations`/],
    ['roc_auc{noise=hour}', { columns: ['amount'] }, /`hour` is not perturbed by noise/],
  ] as [string, Validation['robustness'], RegExp][])
    assert.match(problem(gate, robustness) ?? '', why, gate);
});
