import { isInside, projectPath } from '../../base/projectPath.ts';
import { leavesFolder, pathValues } from '../pathValues.ts';
import type { Rule } from '../rule.ts';

export const outsideWorkspace: Rule = {
  code: 'LW704',
  name: 'output-outside-workspace',
  severity: 'error',
  docs: 'A path leads out of the project folder. Writing there may destroy files of other projects; files that are only read there (a warning) are missing when the project is copied or checked out. Keep the files inside the project, or name the folder under `outside_folders`.',
  example: {
    wrong: 'datasets:\n  features: { path: ../features.parquet }',
    right: 'datasets:\n  features: { path: data/features.parquet }',
  },
  check(context) {
    const { root } = context.project;
    const allowed = (context.config.outside_folders ?? []).map((folder) => projectPath(root, folder));
    const isAllowed = (path: string) => allowed.some((folder) => isInside(folder, projectPath(root, path)));
    for (const { path, value, written } of pathValues(context)) {
      if (!leavesFolder(value)) continue;
      if (written)
        context.report(
          path,
          `\`${value}\` is written outside the project, where it may destroy files of others. Write it inside the project.`,
        );
      else if (!isAllowed(value))
        context.report(
          path,
          `\`${value}\` is outside the project, so it is missing wherever the project is copied. Keep it inside the project.`,
          { severity: 'warning' },
        );
    }
  },
};
