import { leavesFolder, pathValues } from '../pathValues.ts';
import type { Rule } from '../rule.ts';

export const outsideWorkspace: Rule = {
  code: 'LW704',
  name: 'output-outside-workspace',
  severity: 'error',
  docs: 'A path leads out of the project folder. Writing there may destroy files of other projects; files that are only read there (a warning) are missing when the project is copied or checked out. Keep the files inside the project.',
  example: {
    wrong: 'datasets:\n  features: { path: ../features.parquet }',
    right: 'datasets:\n  features: { path: data/features.parquet }',
  },
  check(context) {
    for (const { path, value, written } of pathValues(context)) {
      if (!leavesFolder(value)) continue;
      if (written)
        context.report(
          path,
          `\`${value}\` is written outside the project, where it may destroy files of others. Write it inside the project.`,
        );
      else
        context.report(
          path,
          `\`${value}\` is outside the project, so it is missing wherever the project is copied. Keep it inside the project.`,
          { severity: 'warning' },
        );
    }
  },
};
