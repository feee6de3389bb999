import { suggestion } from '../../base/didYouMean.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import { tableReads } from '../../project/tableReads.ts';
import { sqlOf, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const unknownTable: Rule = {
  code: 'LW218',
  name: 'unknown-table',
  severity: 'error',
  docs: 'The SQL of a prepare stage reads a table that is neither a dataset of the project nor defined by the query, so the stage fails. Correct the name, or declare the dataset.',
  example: { wrong: 'SELECT id, amount FROM ordres', right: 'SELECT id, amount FROM orders' },
  check(context) {
    const known = Object.keys(context.config.datasets ?? {});
    const names = new Set(known.map((name) => name.toLowerCase()));
    const seen = new Set<string>();
    for (const [, stage] of stagesOf(context.config, 'prepare')) {
      const sql = sqlOf(context, stage);
      if (seen.has(stage.with.sql)) continue;
      seen.add(stage.with.sql);
      const lines = new LineIndex(sql);
      for (const { name, start, end } of tableReads(sql)) {
        if (!names.has(name.toLowerCase()))
          context.reportPlace(
            lines.place(stage.with.sql, { start, end }),
            `There is no dataset \`${name}\`.${suggestion(name, known) || (known.length > 0 ? ` Declared: ${known.join(', ')}.` : ' Declare it under `datasets`.')}`,
          );
      }
    }
  },
};
