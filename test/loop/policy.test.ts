import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DriftWindow } from '../../protocol/drift.ts';
import type { Attempt } from '../../engine/loop/hold.ts';
import { decideRetraining } from '../../engine/loop/policy.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import { driftWindow, expectation } from '../helpers/driftWindow.ts';

const day = 86_400_000;
const window = (i: number, part: Partial<DriftWindow> = {}): DriftWindow => ({
  id: i,
  changed: [],
  ...driftWindow({ start: i * day, end: (i + 1) * day, ...part }),
});

const config: ProjectConfig = {
  version: 1,
  project: 'p',
  stages: {},
  monitors: {
    m: {
      deployment: 'd',
      reference: 'v',
      window: { every: '1d' },
      expect: {
        pr_auc: { min: 0.7 },
        latency_p95_ms: { max: 20 },
        error_rate: { max: 0.1 },
        'missing[a]': { max: 0.2 },
      },
    },
  },
  retraining: {
    when: [
      { monitor: 'm', drift: 'dataset', for: '2 windows' },
      { monitor: 'm', below: 'pr_auc', for: '2 windows' },
    ],
    // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's
    then: 'promote',
    cooldown: '5d',
  },
};
const decide = (
  windows: DriftWindow[],
  now = 100 * day,
  lastRetrained: number | null = null,
  attempts: Attempt[] = [],
) => decideRetraining({ config, windowsOf: () => windows, lastRetrained, now, attempts });
const drift = { status: 'drift', inputs: 'drifted' } as const;
const few = { status: 'too few rows', inputs: 'not judged', score: 'not judged' } as const;
const low = { expectations: [expectation({ state: 'broken', value: 0.6, low: 0.55, high: 0.65 })] };
const met = { expectations: [expectation()] };

test('drift has to hold for its count of windows in a row', () => {
  assert.equal(decide([]).verdict, 'not due');
  assert.equal(decide([window(0, drift)]).verdict, 'not due');
  assert.deepEqual(decide([window(0, drift), window(1, drift)]), {
    verdict: 'retrain',
    reason: 'the inputs drifted for 2 windows',
    monitor: 'm',
    since: 0,
    hold: null,
  });
  assert.equal(decide([window(0, drift), window(1), window(2, drift)]).verdict, 'not due');
  assert.equal(decide([window(0, drift), window(1, drift), window(2)]).verdict, 'not due', 'it has to hold now');
  assert.equal(
    decide([window(0, drift), window(1, few), window(2, drift)]).verdict,
    'retrain',
    'a window without a verdict breaks no series',
  );
});

test('the score has a trigger of its own', () => {
  const scored: ProjectConfig = {
    ...config,
    // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's
    retraining: { when: [{ monitor: 'm', drift: 'score', for: '2 windows' }], then: 'promote' },
  };
  const of = (windows: DriftWindow[]) =>
    decideRetraining({ config: scored, windowsOf: () => windows, lastRetrained: null, now: 100 * day, attempts: [] });
  const moved = { score: 'drifted', status: 'score drift' } as const;
  assert.deepEqual(of([window(0), window(1, moved), window(2, few), window(3, moved)]), {
    verdict: 'retrain',
    reason: 'the score drifted for 2 windows',
    monitor: 'm',
    since: day,
    hold: null,
  });
  assert.equal(of([window(0, moved), window(1)]).verdict, 'not due');
  assert.equal(of([window(0, drift), window(1, drift)]).verdict, 'not due', 'drift of the inputs is another trigger');
  assert.equal(decide([window(0, moved), window(1, moved)]).verdict, 'not due');
});

test('performance has to be judged and broken', () => {
  const { reason, since } = decide([window(0, met), window(1, low), window(2, low)]);
  assert.equal(
    reason,
    'pr_auc was below 0.7 for 2 windows, last: pr_auc 0.600 (95 % interval 0.550 to 0.650, 400 labels), expected at least 0.700',
  );
  assert.equal(since, day);
  assert.equal(decide([window(0, low), window(1, met)]).verdict, 'not due');
  for (const state of ['waiting', 'too few', 'uncertain', 'no value'] as const) {
    const unjudged = { expectations: [expectation({ state, value: 0.6 })] };
    assert.equal(decide([window(0, low), window(1, unjudged), window(2, low)]).verdict, 'retrain', state);
    assert.equal(decide([window(0, unjudged), window(1, unjudged)]).verdict, 'not due', state);
  }
  const above = { expectations: [expectation({ state: 'broken', min: null, max: 0.5 })] };
  assert.equal(decide([window(0, above), window(1, above)]).verdict, 'not due', 'a broken max is not below');
});

test('windows that other settings judged count for no trigger', () => {
  const other = { ...drift, changed: ['drift.share'] };
  assert.equal(decide([window(0, drift), window(1, other)]).verdict, 'not due');
  assert.equal(decide([window(0, drift), window(1, other), window(2, drift)]).verdict, 'retrain');
});

test('windows after now and windows before the last retraining do not count', () => {
  const two = [window(0, drift), window(1, drift)];
  assert.equal(decide(two, 1.5 * day).verdict, 'not due');
  assert.equal(decide(two, 100 * day, 1.5 * day).verdict, 'not due');
  assert.equal(decide([...two, window(2, drift), window(3, drift)], 100 * day, 2 * day).verdict, 'retrain');
});

test('a change begins with the first window of the series, also where a retraining did not end it', () => {
  const series = [window(0, drift), window(1), window(2, drift), window(3, few), window(4, drift), window(5, drift)];
  assert.equal(decide(series).since, 2 * day);
  assert.equal(decide(series, 100 * day, 4 * day).since, 2 * day);
  assert.equal(decide(series, 5.5 * day).since, 2 * day, 'the last window has not ended');
  const replaced = series.map((one) => (one.id < 4 ? one : { ...one, referenceVersion: 2 }));
  assert.equal(decide(replaced).since, 4 * day, 'windows of another reference are another comparison');
  assert.equal(decide([window(0, low), window(1), window(2, low)]).since, 0);
  assert.equal(decide([window(0)]).since, null);
});

test('a cooldown holds it back, and says until when', () => {
  const windows = [window(2, drift), window(3, drift)];
  const held = decide(windows, 4 * day, day);
  assert.deepEqual(
    [held.verdict, held.reason],
    ['cooling down', 'the inputs drifted for 2 windows, but the cooldown of 5d runs until 1970-01-07 00:00 UTC'],
  );
  assert.equal(decide(windows, 6 * day, day).verdict, 'retrain');
});

test('without a policy nothing is due', () => {
  const { retraining: _, ...rest } = config;
  assert.equal(
    decideRetraining({ config: rest, windowsOf: () => [], lastRetrained: null, now: 0, attempts: [] }).reason,
    'no retraining policy is declared',
  );
});

test('a schedule holds once its time has come since the last retraining, or since the first window', () => {
  // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's
  const scheduled: ProjectConfig = { ...config, retraining: { when: [{ schedule: '0 3 * * 1' }], then: 'propose' } };
  const at = (now: string, last: string | null, windows: DriftWindow[] = []) =>
    decideRetraining({
      config: scheduled,
      windowsOf: () => windows,
      lastRetrained: last === null ? null : Date.parse(last),
      now: Date.parse(now),
      attempts: [],
    });
  assert.deepEqual(at('2026-03-02T03:00:00Z', '2026-02-27T00:00:00Z'), {
    verdict: 'retrain',
    reason: 'the schedule 0 3 * * 1 was due at 2026-03-02 03:00 UTC',
    monitor: null,
    since: null,
    hold: null,
  });
  assert.equal(at('2026-03-02T02:59:00Z', '2026-02-27T00:00:00Z').verdict, 'not due');
  assert.equal(at('2026-03-08T00:00:00Z', '2026-03-02T03:00:01Z').verdict, 'not due', 'not twice for one time');
  assert.equal(at('2026-03-09T04:00:00Z', null).verdict, 'not due', 'nothing is watched yet');
  assert.equal(
    at('2026-03-09T04:00:00Z', null, [window(Math.floor(Date.parse('2026-03-08T00:00:00Z') / day) - 1)]).verdict,
    'retrain',
  );
});

const labels = { dataset: 'labels', key: 'id' };
const labelled: ProjectConfig = {
  ...config,
  monitors: { m: { deployment: 'd', reference: 'v', window: { every: '1d' }, labels } },
};
const decideLabelled = (windows: DriftWindow[], attempts: Attempt[] = [], base = labelled) =>
  decideRetraining({ config: base, windowsOf: () => windows, lastRetrained: null, now: 100 * day, attempts });
const drifting = (...counts: number[]) => counts.map((n, i) => window(i + 1, { ...drift, rows: 500, labelled: n }));

test('a retraining waits until enough labelled rows are from after the change', () => {
  const early = [window(0, { rows: 500, labelled: 500 }), ...drifting(140, 0)];
  assert.deepEqual(decideLabelled(early), {
    verdict: 'waiting',
    reason: 'the inputs drifted for 2 windows, but 140 of 300 labelled rows from 1970-01-02 on are there',
    monitor: 'm',
    since: day,
    hold: { kind: 'too few new rows', since: day, rows: 140, needed: 300 },
  });
  assert.equal(decideLabelled([window(0), ...drifting(200, 100)]).verdict, 'retrain');
});

test('rows that a retraining needs: `min_new_rows`, else `min_rows` of the monitor, at least 300', () => {
  const needed = (base: ProjectConfig) => {
    const { hold } = decideLabelled(drifting(0, 0), [], base);
    return hold?.kind === 'too few new rows' ? hold.needed : null;
  };
  const large = { m: { deployment: 'd', reference: 'v', window: { every: '1d', min_rows: 500 }, labels } };
  assert.equal(needed(labelled), 300);
  assert.equal(needed({ ...labelled, monitors: large }), 500);
  const retraining = labelled.retraining && { ...labelled.retraining, min_new_rows: 40 };
  assert.equal(needed({ ...labelled, monitors: large, retraining }), 40);
});

test('the triggers of a monitor answer one change, which begins with the earliest of them', () => {
  const broken = { ...low, rows: 500, labelled: 200 };
  const windows = [window(0, broken), window(1, { ...broken, ...drift }), window(2, { ...broken, ...drift })];
  const { since, reason } = decideLabelled(windows, [], {
    ...labelled,
    monitors: {
      m: { deployment: 'd', reference: 'v', window: { every: '1d' }, labels, expect: { pr_auc: { min: 0.7 } } },
    },
  });
  assert.deepEqual([since, reason], [0, 'the inputs drifted for 2 windows']);
});

const rejected: Attempt = {
  at: 3 * day,
  monitor: 'm',
  since: day,
  status: 'rejected',
  hold: null,
  version: 2,
  rows: 1000,
};

test('a challenger that failed its gates is tried again for the same change with a fifth more rows', () => {
  const { verdict, reason, hold } = decideLabelled(drifting(500, 500, 199), [rejected]);
  assert.equal(verdict, 'waiting');
  assert.match(
    reason,
    /v2 failed its gates for the same change of 1970-01-02, and 1199 of the 1200 rows .* are there$/,
  );
  assert.deepEqual(hold, { kind: 'failed before', since: day, rows: 1199, needed: 1200, version: 2 });
  assert.equal(decideLabelled(drifting(500, 500, 200), [rejected]).verdict, 'retrain');
  for (const other of [{ since: 0 }, { monitor: 'other' }, { status: 'promoted' as const }])
    assert.equal(decideLabelled(drifting(500, 500), [{ ...rejected, ...other }]).verdict, 'retrain');
});

test('a retraining that stopped before the training keeps its reason until more rows are there', () => {
  const hold = { kind: 'too few new rows', since: day, rows: 20, needed: 300 } as const;
  const stopped: Attempt = { ...rejected, status: 'waiting', hold, version: null };
  assert.deepEqual(decideLabelled(drifting(500, 500), [stopped]).hold, hold);
  assert.equal(decideLabelled(drifting(500, 700), [stopped]).verdict, 'retrain');
});

test('without labels the rows of the windows say when another try is worth it', () => {
  const failed = { ...rejected, since: 0, rows: 200 };
  const windows = [window(0, drift), window(1, drift)];
  assert.equal(decide(windows, 100 * day, null, [failed]).verdict, 'waiting');
  assert.equal(decide([...windows, window(2, drift)], 100 * day, null, [failed]).verdict, 'retrain');
});

test('a schedule starts while a change waits, and not twice when there was nothing new', () => {
  const schedule = { schedule: '0 3 * * *' };
  const both: ProjectConfig = {
    ...labelled,
    retraining: labelled.retraining && { ...labelled.retraining, when: [...labelled.retraining.when, schedule] },
  };
  const { verdict, since } = decideLabelled(drifting(0, 0), [], both);
  assert.deepEqual([verdict, since], ['retrain', null]);
  const nothing: Attempt = { ...rejected, at: 100 * day, monitor: null, since: null, status: 'waiting' };
  assert.equal(decideLabelled(drifting(0, 0), [nothing], both).verdict, 'waiting');
});

test('after a run that failed, a retraining for the same change waits for 20 % more rows', () => {
  const failed: Attempt = { at: 1, monitor: 'm', since: day, status: 'failed', hold: null, version: null, rows: 300 };
  const { verdict, hold, reason } = decideLabelled([window(0), ...drifting(200, 150)], [failed]);
  assert.deepEqual([verdict, hold], ['waiting', { kind: 'run failed', since: day, rows: 350, needed: 360 }]);
  assert.match(reason, /the last retraining for the same change of 1970-01-02 failed, and 350 of the 360 rows/);
  assert.equal(decideLabelled([window(0), ...drifting(200, 160)], [failed]).verdict, 'retrain');
});
