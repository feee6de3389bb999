import {
  binaryPopulation,
  championCoverage,
  classPopulation,
  coverageOf,
  fairnessCoverage,
  normal,
  regressionPopulation,
  studentT,
  type Coverage,
} from '../test/helpers/intervalCoverage.ts';

// How often the 95 % intervals of each metric contain the true value, by rows and share of positives.
// Run: node_modules/.bin/node bench/coverage.ts [samples]

const samples = Number(process.argv[2] ?? 500);
const sizes = [20, 50, 200, 1000];

function print(title: string, rows: readonly Coverage[], least = samples / 10): void {
  console.log(
    `\n### ${title}\n\n| metric | ${sizes.map((n) => `n = ${n}`).join(' | ')} |\n|---|${'---|'.repeat(sizes.length)}`,
  );
  for (const metric of new Set(rows.map((row) => row.metric))) {
    const cells = sizes.map((n) => {
      const found = rows.find((row) => row.metric === metric && row.n === n);
      return found && found.samples >= least
        ? `${(100 * found.covered).toFixed(1)} (${found.width.toPrecision(2)})`
        : '–';
    });
    console.log(`| \`${metric}\` | ${cells.join(' | ')} |`);
  }
}

console.log(`Coverage of 95 % intervals in percent, and their mean width; ${samples} samples each.`);
/** The row with the lowest coverage of each metric and size. */
function lowest(rows: readonly Coverage[]): Coverage[] {
  const found = new Map<string, Coverage>();
  for (const row of rows) {
    const key = `${row.metric} ${row.n}`;
    const known = found.get(key);
    if (!known || row.covered < known.covered) found.set(key, row);
  }
  return [...found.values()];
}

/** Weak scores, strong ones, and ones with a second mode, which no variance formula expects. */
const forms = [
  [1, 'calibrated'],
  [3, 'calibrated'],
  [3, 'bimodal'],
] as const;
for (const share of [0.02, 0.1, 0.5])
  print(
    `${100 * share} % positive, the lowest of three forms of scores`,
    lowest(
      forms.flatMap(([distance, form]) =>
        coverageOf(binaryPopulation(share, distance, form), sizes, { samples, seed: 11 }),
      ),
    ),
  );
print(classPopulation.name, coverageOf(classPopulation, sizes, { samples, seed: 12 }));
/** Resamples of two models take longer. */
const ofChampion = { samples: Math.ceil(samples / 4), seed: 16 };
for (const population of [
  binaryPopulation(0.02, 3, 'calibrated'),
  binaryPopulation(0.1, 3, 'calibrated'),
  regressionPopulation('errors of Student t, 5 degrees of freedom', studentT(5)),
])
  print(
    `Difference to a champion: ${population.name}; the lowest of answers that differ in 2, 10 and 50 % of the rows`,
    lowest([0.02, 0.1, 0.5].flatMap((apart) => championCoverage(population, [20, 50, 200], { ...ofChampion, apart }))),
    ofChampion.samples / 10,
  );
for (const share of [0.02, 0.2])
  print(
    `errors of 1 in ${100 * share} % of the rows, of 0 in the others`,
    coverageOf(
      regressionPopulation('', (random) => Number(random.next() < share)),
      sizes,
      { samples, seed: 18 },
    ),
  );
for (const [name, error] of [
  ['normal errors', normal],
  ['errors of Student t, 5 degrees of freedom', studentT(5)],
  ['errors of Student t, 3 degrees of freedom', studentT(3)],
] as const)
  print(name, coverageOf(regressionPopulation(name, error), sizes, { samples, seed: 13 }));
const equal = (rows: number) => ({ rows, selected: 0.3, positive: 0.4 });
const none = {
  demographic_parity_difference: 0,
  demographic_parity_ratio: 1,
  equalized_odds_difference: 0,
  equal_opportunity_difference: 0,
};
for (const [name, shares] of [
  ['two equal groups', [0.5, 0.5]],
  ['four equal groups', [0.4, 0.3, 0.2, 0.1]],
] as const)
  print(
    name,
    sizes.flatMap((n) =>
      fairnessCoverage(
        shares.map((share) => equal(Math.round(share * n))),
        none,
        { samples, seed: 14 },
      ),
    ),
  );
const apart = {
  demographic_parity_difference: 0.2,
  demographic_parity_ratio: 0.6,
  equalized_odds_difference: 0.2,
  equal_opportunity_difference: 0.2,
};
print(
  'two groups that differ: 50 % and 30 % selected',
  sizes.flatMap((n) =>
    fairnessCoverage([{ ...equal(n / 2), selected: 0.5 }, equal(n / 2)], apart, { samples, seed: 15 }),
  ),
);
