import { globMatcher, isGlob, normalisePath } from '../../base/glob.ts';
import type { Rule } from '../rule.ts';

export const batchOverwritesInput: Rule = {
  code: 'LW610',
  name: 'batch-overwrites-input',
  severity: 'error',
  docs: 'A batch deployment writes its scored rows to the place of its input. The next batch reads them as input, or they replace the rows. Write them to a separate folder.',
  example: {
    wrong: 'nightly: { model: champion, as: batch, input: data/today/*.parquet, output: data/today }',
    right: 'nightly: { model: champion, as: batch, input: data/today/*.parquet, output: data/scored }',
  },
  check(context) {
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      if (
        deployment.as !== 'batch' ||
        !readsItsOutput(normalisePath(deployment.input), normalisePath(deployment.output))
      )
        continue;
      const path = ['deployments', name];
      context.report(
        [...path, 'output'],
        `The scored rows are written to the place of the input \`${deployment.input}\`. Write them to a separate folder.`,
        { related: [context.place([...path, 'input'], 'The rows are read here.')] },
      );
    }
  },
};

/** What is written is a Parquet file in the output folder. */
function readsItsOutput(input: string, output: string): boolean {
  if (isGlob(input)) return globMatcher(input).test(`${output}/2026-01-01T000000.parquet`);
  return input === output || output.startsWith(`${input}/`);
}
