import { statesOf, trueValue } from '../test/helpers/labelledWindows.ts';

/** Windows of a model that fell, for each cell. */
const fallen = 40;
const sizes = [20, 50, 100, 200, 500, 2000];
const streams: [metric: string, prevalence: number | null, quality: number, worse: number][] = [
  ['roc_auc', 0.1, 1.5, 0.8],
  ['roc_auc', 0.03, 1.5, 0.8],
  ['pr_auc', 0.1, 1.5, 0.8],
  ['accuracy', 0.5, 1.5, 0.8],
  ['f1', 0.03, 1.5, 0.8],
  ['rmse', null, 0.5, 0.75],
];

/**
 * How often a model exactly at its bound breaks it, and how often one that fell is found, by the number of labels of a
 * window. Prints a table in Markdown: false alarms / found, in percent; `–` where most windows have too few labels.
 */
export function benchMonitoring(): void {
  console.log(
    `| metric | positives | bound | ${sizes.join(' | ')} |\n|---|---|---|${sizes.map(() => '---|').join('')}`,
  );
  for (const [metric, prevalence, quality, worse] of streams) {
    const bound = trueValue({ metric, prevalence, quality, seed: 1 }, 400_000);
    const cells = sizes.map((labels) => {
      const windows = labels > 500 ? 60 : 100;
      const quiet = statesOf({ metric, prevalence, quality, labels, windows, seed: 31 }, bound);
      if (quiet['too few'] > windows / 2) return '–';
      const found = statesOf({ metric, prevalence, quality: worse, labels, windows: fallen, seed: 32 }, bound);
      return `${((100 * quiet.broken) / windows).toFixed(1)} / ${((100 * found.broken) / fallen).toFixed(0)}`;
    });
    console.log(
      `| \`${metric}\` | ${prevalence === null ? '' : `${prevalence * 100} %`} | ${bound.toFixed(3)} | ${cells.join(' | ')} |`,
    );
  }
}
