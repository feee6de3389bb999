import assert from 'node:assert/strict';
import { it } from 'node:test';
import { headlineOf, referenceChanges, referenceText } from '../../webviews/drift/model.ts';
import { timelineOption } from '../../webviews/drift/timeline.ts';
import { colorsOf } from '../../webviews/ui/theme.ts';
import { makeReport } from '../fixtures/views/drift.ts';

const report = makeReport();

it('finds where the windows begin to be compared with another reference', () => {
  assert.deepEqual(referenceChanges(report), [{ at: 9, version: 3 }]);
  assert.deepEqual(
    referenceChanges({ ...report, windows: report.windows.slice(9) }),
    [],
    'the first window is no change',
  );
  const unknown = {
    ...report,
    windows: report.windows.map((window, at) => (at < 3 ? { ...window, referenceVersion: null } : window)),
  };
  assert.deepEqual(
    referenceChanges(unknown).map(({ at }) => at),
    [9],
    'a window of no known reference is no change',
  );
  assert.deepEqual(referenceChanges({ ...report, windows: [] }), []);
});

it('says what a reference is, also of a version that is gone', () => {
  assert.equal(referenceText(report, 3), 'test rows of v3, 30,617 rows of 2026-05-01 to 2026-10-31');
  assert.equal(referenceText(report, 7), 'test rows of v7');
  assert.equal(referenceText(report, null), 'none');
  assert.equal(
    referenceText({ ...report, references: [{ version: 3, rows: 1, period: null, createdAt: 0 }] }, 3),
    'test rows of v3, 1 row',
  );
});

it('keeps the axis of a bounded metric in its bounds, with the expected value on it', () => {
  const colors = colorsOf('light', (_name, otherwise) => otherwise);
  const ends = (metric: string, values: { min: number; max: number }): number[] => {
    const [axis] = timelineOption(report, metric, null, colors, null)['yAxis'] as [
      { min(value: object): number; max(value: object): number },
    ];
    return [axis.min(values), axis.max(values)];
  };
  assert.deepEqual(ends('pr_auc', { min: 0.93, max: 0.999 }), [0.7, 1]);
  assert.deepEqual(
    ends('recall', { min: 0.001, max: 0.03 }).map((end) => end >= 0),
    [true, true],
  );
  assert.ok((ends('rmse', { min: 12, max: 30 })[1] ?? 0) >= 30);
});

it('draws the metric that was chosen while there is one of its name', () => {
  assert.equal(headlineOf(report, 'recall'), 'recall');
  assert.equal(headlineOf(report, 'gone'), 'pr_auc');
  assert.equal(headlineOf({ ...report, headlineMetric: null }, null), 'pr_auc');
});
