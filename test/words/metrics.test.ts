import assert from 'node:assert/strict';
import { it } from 'node:test';
import { comparisonText, differenceText, gatesText, metricText } from '../../words/metrics.ts';

it('a metric has three digits and its unit', () => {
  const texts: [string, number, string][] = [
    ['pr_auc', 0.91249, '0.912'],
    ['pr_auc', 0.5, '0.500'],
    ['accuracy', 1, '1'],
    ['log_loss', 0, '0'],
    ['rmse', 12.3456, '12.3'],
    ['rmse', 999.96, '1000'],
    ['rmse', 12_345.6, '12,346'],
    ['mse', 0.00123456, '0.00123'],
    ['lr', 0.0000123, '1.23e−5'],
    ['loss', 2.5e12, '2.50e12'],
    ['latency_p95_ms', 3.214, '3.21 ms'],
    ['fit_seconds', 42.42, '42.4 s'],
    ['model_bytes', 45_120, '44.1 KB'],
    ['model_bytes', 12, '12 B'],
    ['model_bytes', 1_034_752, '1,011 KB'],
    ['model_bytes', 1_048_550, '1.00 MB'],
    ['model_bytes', Number.POSITIVE_INFINITY, '∞'],
    ['bytes', -2048, '−2.00 KB'],
    ['r2', -0.25, '−0.250'],
    ['loss', Number.NaN, 'NaN'],
    ['loss', Number.NEGATIVE_INFINITY, '−∞'],
  ];
  for (const [name, value, text] of texts) assert.equal(metricText(name, value), text, `${name} ${value}`);
  assert.deepEqual(
    [differenceText('pr_auc', 0.0512), differenceText('latency_p95_ms', -1.2), differenceText('f1', 0)],
    ['+0.0512', '−1.20 ms', '0'],
  );
});

it('a comparison reads right whichever way the metric gets better', () => {
  assert.equal(comparisonText('pr_auc', 0.921, 0.912, 'maximize', 'v3'), '0.009 better than v3');
  assert.equal(comparisonText('rmse', 3.1, 3.6, 'minimize', 'v1'), '0.5 better than v1');
  assert.equal(comparisonText('rmse', 4, 3.5, 'minimize', 'v1'), '0.5 worse than v1');
  assert.equal(comparisonText('f1', 0.4, 0.5, 'maximize', 'v1'), '0.1 worse than v1');
  assert.equal(comparisonText('f1', 0.5, 0.5, 'maximize', 'v1'), 'same as v1');
});

it('gates are counted in words', () => {
  const of = (passed: number, total: number) => gatesText({ passed, total });
  assert.deepEqual(
    [of(0, 0), of(1, 1), of(0, 1), of(4, 4), of(2, 4), of(3, 4), of(0, 2)],
    [
      'no gates',
      '1 gate passed',
      '1 gate failed',
      '4 gates passed',
      '2 of 4 gates failed',
      '1 of 4 gates failed',
      '2 of 2 gates failed',
    ],
  );
  assert.equal(gatesText({ passed: 0, total: 1, undecidable: 1 }), '1 gate undecidable');
  assert.equal(gatesText({ passed: 2, total: 4, undecidable: 2 }), '2 of 4 gates undecidable');
  assert.equal(gatesText({ passed: 1, total: 4, undecidable: 1 }), '2 of 4 gates failed, 1 undecidable');
});
