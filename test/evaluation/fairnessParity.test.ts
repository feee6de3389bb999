import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareGroups } from '../../engine/evaluation/fairness/compareGroups.ts';
import { fairnessInput } from '../../engine/evaluation/fairness/fairnessInput.ts';
import { fairnessMeasures } from '../../engine/evaluation/fairness/fairnessMeasures.ts';
import { groupTable } from '../../engine/evaluation/fairness/groupTable.ts';
import { crossGroups, groupsOf } from '../../engine/evaluation/groups.ts';
import type { Task } from '../../engine/evaluation/predictions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { isLong, rounds } from '../helpers/rounds.ts';
import { answersOf, preparePython } from '../statistics/parityPython.ts';

const missing = preparePython();
const skip = missing !== null && process.env['CI'] === undefined ? missing : false;

interface Case {
  task: Task;
  truth: number[];
  values: number[];
  /** One or two columns. */
  groups: Record<string, (string | null)[]>;
  threshold: number;
  classes: number;
}

const random = seededRandom(20261130);
const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)] as T;
const list = <T>(n: number, value: (i: number) => T) => Array.from({ length: n }, (_, i) => value(i));

/**
 * Tried: one row, one group, groups of one row, as many groups as rows, missing groups, odd names, an intersection with
 * empty cells, one class only, no selection and nothing but selection, ties, scores of 0 and 1, a rate that depends on the
 * group, and large and equal errors.
 */
function draw(): Case {
  const task = pick(['binary', 'binary', 'binary', 'multiclass', 'regression'] as const);
  const n = pick([1, 2, 3, 7, 30, 200]);
  const names = pick([
    ['a', 'b'],
    ['é', '', ' ', 'a, b', '0'],
    list(Math.min(n, 30), (i) => `r${i}`),
    list(8, (i) => `g${i}`),
    ['only'],
  ]);
  const share = pick([0, 0, 0.1, 0.6]);
  const column = () => list<string | null>(n, () => (random.next() < share ? null : pick(names)));
  const groups: Case['groups'] =
    random.next() < 0.7 ? { g: column() } : { g: column(), h: list(n, () => pick(['x', 'y', 'z'])) };
  // A column without a group has nothing to compare.
  const [first] = Object.values(groups);
  if (first && first.filter((value) => value !== null).length === 0) first[0] = 'a';
  const classes = pick([2, 3]);
  const rate = pick([0, 1, 0.5, 0.02, 0.3]);
  const truth = list(n, () =>
    task === 'regression'
      ? pick([0, 1e-3, 5, -7, 1e6])
      : task === 'binary'
        ? Number(random.next() < rate)
        : random.integer(classes),
  );
  const form = pick(['any', 'ends', 'ties', 'truth', 'same']);
  const values = list(n, (i) => {
    const label = truth[i] ?? 0;
    if (task === 'regression')
      return form === 'truth' ? label : form === 'same' ? 3 : label + (random.next() - 0.5) * pick([1, 1e4]);
    if (task === 'multiclass') return form === 'truth' ? label : form === 'same' ? 0 : random.integer(classes);
    if (form === 'ends') return random.integer(2);
    if (form === 'ties') return random.integer(4) / 4;
    if (form === 'same') return 0.5;
    return form === 'truth' ? 0.1 + 0.8 * label : random.next();
  });
  return { task, truth, values, groups, threshold: pick([0.5, 0.5, 0.25, 1.5, 0]), classes };
}

function ours({ task, truth, values, groups, threshold, classes }: Case): Record<string, number> {
  const probabilities =
    task === 'multiclass' ? list(classes, (c) => Float64Array.from(values, (value) => Number(value === c))) : [];
  const input = fairnessInput(
    Float64Array.from(truth),
    { task, values: Float64Array.from(values), probabilities },
    { threshold, minPrecision: 0.9 },
  );
  const [first, second] = Object.values(groups).map((column) => groupsOf(column));
  assert.ok(first);
  const table = groupTable(input, second ? crossGroups(first, second) : first);
  return Object.fromEntries(
    fairnessMeasures
      .filter(({ tasks, rates }) => tasks.includes(task) && rates.every((rate) => table.rates.includes(rate)))
      .filter(({ name }) => task !== 'multiclass' || !name.startsWith('log_loss'))
      .map((measure) => [measure.name, compareGroups(measure, table, 0).worst.value]),
  );
}

test("every measure is that of Fairlearn's MetricFrame, with its methods", { skip }, (t) => {
  assert.equal(missing, null);
  const cases = list(isLong || rounds(1000) >= 1000 ? 2000 : rounds(75), draw);
  const script = join(import.meta.dirname, 'fairnessParity.py');
  // One process for few, since starting costs most.
  const answers = list(Math.ceil(cases.length / 200), (c) =>
    answersOf(script, cases.slice(200 * c, 200 * c + 200)),
  ).flat() as Record<string, number | null>[];
  let [compared, largest] = [0, 0];
  for (const [i, one] of cases.entries()) {
    const found = ours(one);
    const theirs = answers[i] ?? {};
    assert.deepEqual(Object.keys(found).toSorted(), Object.keys(theirs).toSorted());
    for (const [name, value] of Object.entries(found)) {
      const other = theirs[name] ?? null;
      const shown = `${name}: ours ${value}, theirs ${other} of ${JSON.stringify(one).slice(0, 1500)}`;
      // Of rates that are all 0 fairlearn's ratio is NaN. Ours is 1: the groups do not differ.
      if (other === null) assert.ok(name.includes('ratio') && value === 1, shown);
      else {
        const difference = Math.abs(value - other) / Math.max(1, Math.abs(other));
        assert.ok(difference <= 1e-9, shown);
        largest = Math.max(largest, difference);
      }
      compared++;
    }
  }
  t.diagnostic(`${cases.length} inputs, ${compared} measures, largest difference ${largest.toExponential(1)}`);
});
