import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readValidationReport } from '../../engine/registry/validationReport.ts';

const gate = {
  gate: 'f1',
  min: 0.5,
  max: null,
  value: 0.6,
  bound: null,
  atConfidence: null,
  n: 9,
  passed: true,
  note: '',
};
const version1 = {
  version: 1,
  gates: [
    gate,
    { ...gate, value: 0.4, passed: false },
    { ...gate, value: null, passed: false, note: 'the test rows hold only one class' },
    { ...gate, gate: 'f1@champion', value: null, note: 'words of another time' },
  ],
  fairness: [
    {
      attribute: 'sex',
      measure: 'equalized_odds_difference',
      value: 0.3,
      groups: [{ group: 'f', n: 5, value: 0.1 }],
      warnings: ['few rows'],
    },
    {
      attribute: 'sex',
      measure: 'equal_opportunity_difference',
      value: 0.3,
      groups: [{ group: 'f', n: 5, value: 0.8 }],
      warnings: [],
    },
  ],
  data: { rows: { train: 1, validation: 1, test: 120_000 } },
  referencePath: 'a/reference-validate.json',
};

test('a report of version 1 is read: gates get a kind, fairness its rates, the reference its count of rows', () => {
  const report = readValidationReport(JSON.stringify(version1));
  assert.equal(report.version, 5);
  assert.deepEqual(
    report.gates.map(({ kind }) => kind),
    ['passed', 'failed', 'no_value', 'no_champion'],
  );
  assert.deepEqual(report.fairness[0], {
    attribute: 'sex',
    measure: 'equalized_odds_difference',
    value: 0.3,
    low: null,
    high: null,
    confidence: null,
    rates: [
      { rate: 'tpr', groups: [{ group: 'f', n: 5, value: 0.8 }] },
      { rate: 'fpr', groups: [{ group: 'f', n: 5, value: 0.1 }] },
    ],
    warnings: ['few rows'],
  });
  assert.deepEqual(
    report.fairness[1]?.rates.map(({ rate }) => rate),
    ['tpr'],
  );
  assert.equal(report.referenceRows, 40_000, 'every third row');
});

test('a report of version 2 is that of a network of Loopwright', () => {
  const data = { rows: { train: 1, validation: 0, test: 9 } };
  const stored = {
    version: 2,
    task: 'binary',
    classes: ['no', 'yes'],
    gates: [],
    minPrecision: 0.9,
    threshold: 0.4,
    data,
  };
  const { version, positive, flavour, modelHash, scores } = readValidationReport(JSON.stringify(stored));
  assert.deepEqual([version, positive, flavour, modelHash, scores], [5, 'yes', null, null, 'probability']);
});

test('a report of the present version is read as it is', () => {
  const report = { version: 5, gates: [{ ...gate, kind: 'passed' }] };
  assert.deepEqual(readValidationReport(JSON.stringify(report)), report);
});

test('a report of version 3 always asked its threshold for a precision', () => {
  const choiceOf = (part: object) => {
    const data = { rows: { train: 1, validation: 3, test: 9 } };
    const stored = {
      version: 3,
      gates: [],
      task: 'binary',
      scores: 'probability',
      threshold: 0.4,
      minPrecision: 0.8,
      data,
      ...part,
    };
    return readValidationReport(JSON.stringify(stored)).thresholdChoice;
  };
  const rule = { kind: 'precision', minimum: 0.8 };
  assert.deepEqual(choiceOf({}), { kind: 'chosen', rule, on: 'validation', n: null, positives: null });
  assert.equal(choiceOf({ data: { rows: { train: 0, validation: 0, test: 9 } } })?.on, 'test');
  assert.equal(choiceOf({ scores: 'none' })?.kind, 'decided');
  assert.equal(choiceOf({ threshold: null })?.kind, 'decided');
  assert.equal(choiceOf({ task: 'regression' }), null);
});

test('latency in reports up to version 4 was the time of the model, and is named so', () => {
  const stored = {
    version: 4,
    performance: {
      latency_p95_ms: { value: 0.4, n: 200 },
      latency_p50_ms: { value: 0.3, n: 200 },
      f1: { value: 0.5, n: 9 },
    },
    gates: [{ ...gate, kind: 'passed', gate: 'latency_p95_ms', min: null, max: 5, value: 0.4 }],
  };
  const report = readValidationReport(JSON.stringify(stored));
  assert.deepEqual(Object.keys(report.performance), ['predict_p95_ms', 'predict_p50_ms', 'f1']);
  assert.equal(report.gates[0]?.gate, 'predict_p95_ms');
});
