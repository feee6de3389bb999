import { yamlText } from '../../project/edit.ts';
import { isAbsolutePath, pathValues } from '../pathValues.ts';
import { replaceLiteral } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const absolutePath: Rule = {
  code: 'LW706',
  name: 'absolute-path',
  severity: 'warning',
  docs: 'A path starts at the root of a disk or at a home folder, so the project works on only one machine. Write the path relative to the project folder, or take it from the environment with `${env.NAME}`.',
  example: {
    wrong: 'datasets:\n  orders: { path: /home/ada/orders/data/orders.parquet }',
    right: 'datasets:\n  orders: { path: data/orders.parquet }',
  },
  check(context) {
    const { file, root } = context.project;
    const folder = `${root.replaceAll('\\', '/').replace(/\/+$/, '')}/`;
    for (const { path, value } of pathValues(context)) {
      if (!isAbsolutePath(value)) continue;
      const relative = value.replaceAll('\\', '/').startsWith(folder) ? value.slice(folder.length) : '';
      const text = /^[\w][\w./-]*$/.test(relative) ? relative : yamlText(relative);
      const fix = relative === '' ? null : context.fix(`Change to ${relative}`, replaceLiteral(file, path, text));
      context.report(
        path,
        `\`${value}\` is there on one machine only. Write the path from the folder of the project.`,
        { fixes: [fix] },
      );
    }
  },
};
