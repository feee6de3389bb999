import {
  binaryPopulation,
  coverageOf,
  normal,
  regressionPopulation,
  type Coverage,
  type Population,
} from '../test/helpers/intervalCoverage.ts';

// How often the 95 % intervals of the metrics that need a parameter, or are hard on few rows, contain the true value.
// Run: node_modules/.bin/node bench/laterCoverage.ts [samples]

const samples = Number(process.argv[2] ?? 2000);
const sizes = [50, 200];

function print(title: string, population: Population, only: readonly string[]): void {
  const rows = coverageOf(population, sizes, { samples, seed: 31, only });
  console.log(
    `\n### ${title}\n\n| metric | ${sizes.map((n) => `n = ${n}`).join(' | ')} |\n|---|${'---|'.repeat(sizes.length)}`,
  );
  for (const metric of only) {
    const cells = sizes.map((n) => cellOf(rows.find((row) => row.metric === metric && row.n === n)));
    console.log(`| \`${metric}\` | ${cells.join(' | ')} |`);
  }
}

/** Percent and mean width; the share of the samples in which the metric has an interval, where not in all. */
function cellOf(found: Coverage | undefined): string {
  if (!found) return '–';
  const defined = found.samples === samples ? '' : `, ${Math.round((100 * found.samples) / samples)} % defined`;
  return `${(100 * found.covered).toFixed(1)} (${found.width.toPrecision(2)}${defined})`;
}

const binary = (share: number, distance: number): Population => {
  const population = binaryPopulation(share, distance, 'calibrated');
  const costs = [
    [0, 1],
    [20, 0],
  ];
  return { ...population, topShare: 0.1, options: { ...population.options, parameters: { costs } } };
};
/** Truths around a middle: at 0 some come near 0. */
const around = (middle: number): Population => {
  const population = regressionPopulation('', normal);
  return {
    ...population,
    options: { ...population.options, parameters: { quantile: 0.9 } },
    draw: (n, random) => {
      const { truth, predictions } = population.draw(n, random);
      return {
        truth: truth.map((y) => y + middle),
        predictions: { ...predictions, values: predictions.values.map((y) => y + middle) },
      };
    },
  };
};

console.log(`Coverage of 95 % intervals in percent, and their mean width; ${samples} samples each.`);
const decided = ['cohen_kappa', 'mcc', 'lift', 'precision_at_k', 'recall_at_k', 'cost', 'specificity', 'f2'];
for (const [share, distance] of [
  [0.01, 1],
  [0.01, 3],
  [0.1, 2],
  [0.5, 2],
] as const)
  print(`${100 * share} % positive, distance ${distance}`, binary(share, distance), decided);
const ofNumbers = ['mape', 'smape', 'quantile_loss', 'median_absolute_error', 'mae'];
print('truth around 10, normal errors', around(10), ofNumbers);
print('truth around 0, normal errors', around(0), ofNumbers);
