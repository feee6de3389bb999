import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import type { GateOutcome } from '../../engine/evaluation/gates.ts';
import { championOf } from '../../engine/registry/aliases.ts';
import type { ThresholdRule } from '../../engine/evaluation/threshold.ts';
import { promote } from '../../engine/registry/promote.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import type { ValidationReport } from '../../engine/registry/validationReport.ts';
import { versionReport } from '../helpers/versionReport.ts';

/** A version with a PR-AUC and the gate `pr_auc@champion >= 0`, judged against another version. */
interface Tested {
  prAuc: number;
  /** The champion at the time of the validation; undefined while there was none. */
  against?: { version: number; prAuc: number };
  rows?: string;
  atConfidence?: number;
  /** The metric, which `prAuc` is then the value of. Default `pr_auc`. */
  metric?: string;
  part?: Partial<ValidationReport>;
  /** The rows that the metric is about. */
  behind?: number;
}

function registry(...versions: Tested[]) {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  for (const tested of versions) {
    const { prAuc, rows = 'same rows', against, metric = 'pr_auc' } = tested;
    const value = against ? prAuc - against.prAuc : null;
    const passed = value === null || value >= 0;
    const gate: GateOutcome = {
      gate: `${metric}@champion`,
      min: 0,
      max: null,
      value,
      bound: null,
      atConfidence: tested.atConfidence ?? null,
      n: 5,
      against: against?.version,
      kind: value === null ? 'no_champion' : passed ? 'passed' : 'failed',
      passed,
      note: '',
    };
    const report = versionReport();
    registerVersion(
      store,
      'm',
      'run',
      versionReport({
        gates: [gate],
        performance: {
          [metric]: { value: prAuc, low: null, high: null, confidence: null, n: 50, behind: tested.behind },
        },
        data: { ...report.data, hash: rows },
        ...tested.part,
      }),
      'test:me',
    );
  }
  return {
    promote: (version: number) => promote(store, { name: 'm', version }, { why: 'test', actor: 'test:me' }),
    champion: () => championOf(store, 'm')?.version ?? null,
  };
}

const refused = (message: RegExp) => (error: unknown) => error instanceof WorkError && message.test(error.message);

test('a version that was better than an earlier champion is not promoted over a better one', () => {
  const first = { version: 1, prAuc: 0.7 };
  const { promote: move, champion } = registry(
    { prAuc: 0.7 },
    { prAuc: 0.9, against: first },
    { prAuc: 0.8, against: first },
  );
  move(1);
  move(2);
  assert.throws(
    () => move(3),
    refused(/`m` v3 did not pass 1 of 1 gates, so it is not promoted: pr_auc@champion -0\.1 < 0/),
  );
  assert.equal(champion(), 2);
});

test('a version that lost against an earlier champion may replace a worse one', () => {
  const { promote: move, champion } = registry({ prAuc: 0.7 }, { prAuc: 0.8, against: { version: 9, prAuc: 0.95 } });
  move(1);
  move(2);
  assert.equal(champion(), 2);
});

test('the comparison of the validation counts while its champion is still the champion', () => {
  const { promote: move, champion } = registry(
    { prAuc: 0.9, rows: 'older rows' },
    { prAuc: 0.8, against: { version: 1, prAuc: 0.75 } },
  );
  move(1);
  move(2);
  assert.equal(champion(), 2, 'on the new rows the champion had 0.75');
});

test('a gate that cannot be judged again refuses the promotion, and names the command that helps', () => {
  const cases: [Tested, RegExp][] = [
    [
      { prAuc: 0.9, rows: 'other rows' },
      /validated before there was a champion, but v1 is champion now, and the two were/,
    ],
    [
      { prAuc: 0.9, rows: 'other rows', against: { version: 7, prAuc: 0.5 } },
      /compared with v7, but v1 is champion now, and the two were tested on different rows.*`loopwright run --force STAGE`/,
    ],
    [{ prAuc: 0.9, atConfidence: 0.95 }, /and its gate compares an interval/],
  ];
  for (const [tested, message] of cases) {
    const { promote: move, champion } = registry({ prAuc: 0.7 }, tested);
    move(1);
    assert.throws(() => move(2), refused(message));
    assert.equal(champion(), 1);
  }
});

test('a metric of decisions is judged again only where one rule set both thresholds', () => {
  const by = (rule: ThresholdRule) => ({
    thresholdChoice: { kind: 'chosen' as const, rule, on: 'validation' as const, n: 20, positives: 8 },
  });
  const [bestF1, precise] = [by({ kind: 'best_f1' }), by({ kind: 'precision', minimum: 0.9 })];
  const promoted = (own: Partial<ValidationReport>, other: Partial<ValidationReport>, metric: string) => {
    const { promote: move, champion } = registry(
      { prAuc: 0.7, metric, part: other },
      { prAuc: 0.8, metric, part: own, against: { version: 7, prAuc: 0.75 } },
    );
    move(1);
    move(2);
    return champion();
  };
  assert.equal(promoted(bestF1, bestF1, 'accuracy'), 2);
  assert.throws(() => promoted(bestF1, precise, 'accuracy'), refused(/the two decide by different rules/));
  assert.equal(promoted(bestF1, precise, 'pr_auc'), 2, 'a metric of the ranking has no threshold');
  assert.throws(
    () => promoted({ minPrecision: 0.8 }, { minPrecision: 0.9 }, 'recall_at_precision'),
    refused(/the two decide by different rules/),
  );
});

test('decisions that an earlier release compared at two rules are not trusted', () => {
  const old = (minimum: number) => ({
    thresholdChoice: {
      kind: 'chosen' as const,
      rule: { kind: 'precision' as const, minimum },
      on: 'validation' as const,
      n: null,
      positives: null,
    },
  });
  const promoted = (metric: string, minimum: number) => {
    const { promote: move, champion } = registry(
      { prAuc: 0.7, metric, part: old(0.9) },
      { prAuc: 0.8, metric, part: old(minimum), against: { version: 1, prAuc: 0.7 } },
    );
    move(1);
    move(2);
    return champion();
  };
  assert.throws(
    () => promoted('accuracy', 0.8),
    refused(/was compared with v1, and the two decide by different rules/),
  );
  assert.equal(promoted('accuracy', 0.9), 2);
  assert.equal(promoted('pr_auc', 0.8), 2);
});

test('a difference of too few rows is refused at the promotion too', () => {
  const { promote: move } = registry({ prAuc: 0.7 }, { prAuc: 0.8, behind: 6 });
  move(1);
  assert.throws(() => move(2), refused(/pr_auc@champion: 6 rows are behind it; a difference needs 10/));
});
