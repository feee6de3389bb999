import type { Rule } from '../rule.ts';
import { eachDataset } from './eachDataset.ts';

export const rowCount: Rule = {
  code: 'LW324',
  name: 'row-count',
  severity: 'warning',
  fromData: true,
  docs: 'The data has fewer or more rows than the schema allows under `loopwright.rows`.',
  example: { wrong: 'loopwright: { rows: { min: 1000 } }  # the data has 12', right: '# find out where the rows went' },
  check(context) {
    for (const { name, facts, file } of eachDataset(context)) {
      for (const problem of facts.tableProblems)
        if (file && problem.rule === 'rows')
          context.reportIn(file, ['loopwright', 'rows'], `\`${name}\` has ${problem.message}.`);
    }
  },
};
