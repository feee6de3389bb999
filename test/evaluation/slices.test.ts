import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossGroups, groupsOf } from '../../engine/evaluation/groups.ts';
import { sliceMeasurer } from '../../engine/evaluation/sliceGates.ts';
import { evaluateSlices, type SlicedRows } from '../../engine/evaluation/slices.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const random = seededRandom(5);
const n = 600;
const list = <T>(value: (i: number) => T) => Array.from({ length: n }, (_, i) => value(i));
const country = list((i) => (i % 7 === 0 ? null : (['DE', 'FR', 'PL'][i % 3] ?? '')));
// Three rows of a group of its own, which is too small to judge.
const device = list((i) => (i < 3 ? 'car' : i % 2 === 0 ? 'mobile' : 'desk'));
const truth = Float64Array.from(list(() => random.integer(2)));
// DE on a mobile is decided wrongly much more often.
const values = truth.map((label, i) => {
  const isBad = country[i] === 'DE' && device[i] === 'mobile';
  return random.next() < (isBad ? 0.5 : 0.1) ? 1 - label : label;
});
const sliced: SlicedRows = {
  truth,
  predictions: { task: 'binary', values, probabilities: [] },
  options: { threshold: 0.5, minPrecision: 0.9 },
  seed: 1,
};
const groups = { country: groupsOf(country), device: groupsOf(device) };
const crossed = crossGroups(groups.country, groups.device);
const measure = sliceMeasurer({
  groupings: [
    { grouping: 'country', groups: groups.country },
    { grouping: ['country', 'device'], groups: crossed },
  ],
  sliced,
});
const asked = { confidence: 0.95, isAsked: true };

/** Accuracy and rows of the rows that satisfy a condition. */
function of(condition: (i: number) => boolean): [accuracy: number, rows: number] {
  const rows = [...truth.keys()].filter(condition);
  return [rows.filter((i) => truth[i] === values[i]).length / rows.length, rows.length];
}

test('slices of a column and of a crossing of two have the metrics of their rows, most rows first', () => {
  const byCountry = evaluateSlices([{ grouping: 'country', groups: groups.country }], sliced);
  assert.deepEqual(byCountry.map(({ value }) => value).toSorted(), ['(missing)', 'DE', 'FR', 'PL']);
  const pairs = evaluateSlices([{ grouping: ['country', 'device'], groups: crossed }], sliced);
  const bad = pairs.find(({ value }) => value === 'DE, mobile');
  const [accuracy, rows] = of((i) => country[i] === 'DE' && device[i] === 'mobile');
  assert.deepEqual([bad?.column, bad?.n, bad?.metrics['accuracy']?.value], ['country, device', rows, accuracy]);
  const { low, high } = bad?.metrics['accuracy'] ?? {};
  assert.ok((low ?? 1) < accuracy && accuracy < (high ?? 0));
  assert.ok(pairs.every(({ n: size }, k) => k === 0 || size <= (pairs[k - 1]?.n ?? 0)));
  assert.ok(pairs.every(({ of: all }) => all === pairs.length));
});

test('a slice with fewer than 10 rows shows no metric', () => {
  const small = evaluateSlices([{ grouping: 'device', groups: groups.device }], sliced).find(
    ({ value }) => value === 'car',
  );
  assert.deepEqual([small?.n, small?.metrics], [3, {}]);
});

test('a gate on all slices of a column measures the worst that has enough rows, and says which', () => {
  const worst = measure('accuracy[country, device]', asked);
  assert.ok(worst?.kind === 'value');
  const [accuracy, rows] = of((i) => country[i] === 'DE' && device[i] === 'mobile');
  assert.deepEqual([worst.value, worst.n], [accuracy, rows]);
  assert.match(worst.note ?? '', /`country=DE, device=mobile`; \d of \d slices have fewer than 10 rows/);
  assert.ok(worst.interval && worst.interval.low < accuracy && accuracy < worst.interval.high);
  assert.deepEqual(measure('accuracy[device, country]', asked), worst, 'in any order');
  const losses = measure('log_loss[country]', asked);
  assert.ok(losses?.kind === 'value' && losses.note?.includes('country=DE'), 'the largest loss is the worst');
});

test('a gate on one slice names its values', () => {
  const [accuracy, rows] = of((i) => country[i] === 'FR');
  const one = measure('accuracy[country=FR]', asked);
  assert.ok(one?.kind === 'value');
  assert.deepEqual([one.value, one.n], [accuracy, rows]);
  const pair = measure('accuracy[device=mobile, country=PL]', asked);
  assert.ok(pair?.kind === 'value');
  assert.equal(pair.value, of((i) => country[i] === 'PL' && device[i] === 'mobile')[0]);
});

test('a slice that no row has fails with the slices that there are, and other names are none of slices', () => {
  const none = measure('recall[country=ES]', asked);
  assert.ok(none?.kind === 'no_value');
  assert.match(none.note, /no test row is of `country=ES`.*`country=DE`/);
  for (const name of [
    'accuracy',
    'accuracy[colour]',
    'nonsense[country]',
    'accuracy@champion',
    'accuracy[country]@champion',
  ])
    assert.equal(measure(name, asked), null, name);
});

test('a value with a comma, an equals sign or a bracket is named as it is', () => {
  const odd = list((i) => ['a, b', 'c=d', 'e]f'][i % 3] ?? '');
  const measured = sliceMeasurer({ groupings: [{ grouping: 'x', groups: groupsOf(odd) }], sliced });
  for (const value of ['a, b', 'c=d', 'e]f'])
    assert.equal(measured(`accuracy[x=${value}]`, asked)?.kind, 'value', value);
});

test('only small slices make no verdict', () => {
  const each = sliceMeasurer({ groupings: [{ grouping: 'id', groups: groupsOf(list((i) => `r${i % 100}`)) }], sliced });
  const found = each('accuracy[id]', asked);
  assert.deepEqual([found?.kind, found?.n], ['too_few_rows', n]);
});
