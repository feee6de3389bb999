import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeExpectations, type WindowMeasurements } from '../../engine/monitoring/expectations.ts';
import type { MonitorConfig } from '../../engine/project/schema/monitors.ts';
import type { MeasuredValue } from '../../protocol/drift.ts';

const monitor: MonitorConfig = { deployment: 'd', reference: 'v', window: { every: '1d' } };
const measured = (part: Partial<WindowMeasurements> = {}): WindowMeasurements => ({
  rows: 1000,
  answered: part.rows ?? 1000,
  errors: 0,
  performance: new Map(),
  labelled: 0,
  rarerLabels: 0,
  latency: null,
  values: [],
  labelsAreDue: true,
  hasLabels: true,
  ...part,
});
const judge = (expect: MonitorConfig['expect'], part: Partial<WindowMeasurements>, labels?: MonitorConfig['labels']) =>
  judgeExpectations({ ...monitor, expect, labels }, measured(part));
const states = (...given: Parameters<typeof judge>) => judge(...given).map(({ state }) => state);
const auc = (value: number, low: number | null, high: number | null, n = 400): Partial<WindowMeasurements> => ({
  performance: new Map<string, MeasuredValue>([['roc_auc', { value, low, high, n }]]),
  labelled: n,
  rarerLabels: 100,
});
const atLeast = { roc_auc: { min: 0.75 } };

test('a bound is broken when the whole interval is outside', () => {
  assert.deepEqual(states(atLeast, auc(0.8, 0.7, 0.9)), ['met']);
  assert.deepEqual(states(atLeast, auc(0.75, 0.7, 0.8)), ['met'], 'a bound is inclusive');
  assert.deepEqual(states(atLeast, auc(0.74, 0.7, 0.78)), ['uncertain']);
  assert.deepEqual(states(atLeast, auc(0.7, 0.66, 0.74)), ['broken']);
  assert.deepEqual(states({ roc_auc: { max: 0.6 } }, auc(0.7, 0.66, 0.74)), ['broken']);
  assert.deepEqual(states({ roc_auc: { max: 0.6 } }, auc(0.7, 0.59, 0.81)), ['uncertain']);
  const [found] = judge(atLeast, auc(0.7, 0.66, 0.74));
  assert.deepEqual(found, {
    metric: 'roc_auc',
    min: 0.75,
    max: null,
    state: 'broken',
    value: 0.7,
    low: 0.66,
    high: 0.74,
    n: 400,
    of: 'labels',
    needed: 50,
    rarer: { n: 100, needed: 10 },
  });
});

test('six labels are too few, and so are labels of one class', () => {
  assert.deepEqual(states(atLeast, auc(0.1, 0, 0.2, 6)), ['too few']);
  assert.deepEqual(states(atLeast, {}), ['too few'], 'labels that never arrived');
  assert.deepEqual(states(atLeast, { ...auc(0.1, 0, 0.2), rarerLabels: 9 }), ['too few']);
  const accuracy = new Map([['accuracy', { value: 0.5, low: 0.4, high: 0.6, n: 400 }]]);
  assert.deepEqual(
    states({ accuracy: { min: 0.9 } }, { performance: accuracy, labelled: 400, rarerLabels: 0 }),
    ['broken'],
    'accuracy needs no labels of both classes',
  );
  const declared = { dataset: 'l', key: 'k', min: 500 };
  assert.deepEqual(states(atLeast, auc(0.1, 0, 0.2), declared), ['too few']);
  assert.deepEqual(states(atLeast, auc(0.1, 0, 0.2, 500), declared), ['broken']);
});

test('performance is not judged before its labels are due, however bad the first ones are', () => {
  assert.deepEqual(states(atLeast, { ...auc(0.1, 0, 0.2), labelsAreDue: false }), ['waiting']);
  assert.deepEqual(states(atLeast, { hasLabels: false }), ['no value']);
});

test('a metric without an interval needs more labels', () => {
  assert.deepEqual(states(atLeast, auc(0.1, null, null, 400)), ['too few']);
  assert.deepEqual(states(atLeast, auc(0.1, null, null, 1000)), ['broken']);
});

test('the share of errors counts all requests, also those of a window without answers', () => {
  const max = { error_rate: { max: 0.1 } };
  assert.deepEqual(states(max, { rows: 0, errors: 300 }), ['broken']);
  assert.deepEqual(states(max, { rows: 88, errors: 12 }), ['uncertain']);
  assert.deepEqual(states(max, { rows: 80, errors: 20 }), ['broken']);
  assert.deepEqual(states(max, { rows: 0, errors: 19 }), ['too few']);
  assert.deepEqual(states(max, { rows: 0, errors: 0 }), ['no value']);
});

test('latency and missing shares are judged with their intervals', () => {
  const latency = (value: number, low: number | null, high: number | null, n = 200) => ({
    latency: { value, low, high, n },
  });
  const max = { latency_p95_ms: { max: 20 } };
  assert.deepEqual(states(max, latency(30, 25, 60)), ['broken']);
  assert.deepEqual(states(max, latency(30, 15, null)), ['uncertain']);
  assert.deepEqual(states(max, latency(30, 25, null)), ['broken']);
  assert.deepEqual(states(max, latency(30, 25, 60, 19)), ['too few']);
  assert.deepEqual(states(max, {}), ['no value'], 'a batch has no latencies');
  const missing = (share: number) => ({ values: [{ column: 'a', missingCurrent: share } as never] });
  const least = { 'missing[a]': { max: 0.01 } };
  assert.deepEqual(states(least, missing(0.01)), ['met']);
  assert.deepEqual(states(least, missing(0.013)), ['uncertain']);
  assert.deepEqual(states(least, missing(0.03)), ['broken']);
  assert.deepEqual(states({ 'missing[b]': { max: 0.01 } }, missing(0.03)), ['no value']);
  assert.deepEqual(states(least, { rows: 40 }), ['too few']);
});
