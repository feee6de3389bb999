import { LineIndex } from '../../project/lineIndex.ts';
import { tableReads } from '../../project/tableReads.ts';
import { sqlOf, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const sqlReadsItsOutput: Rule = {
  code: 'LW219',
  name: 'sql-reads-its-output',
  severity: 'error',
  docs: 'The SQL of a prepare stage reads the dataset that the stage writes. That dataset is not a table there, so the stage fails. Read the source datasets instead.',
  example: {
    wrong: '-- sql/features.sql, which writes features\nSELECT * FROM features',
    right: '-- sql/features.sql, which writes features\nSELECT * FROM orders',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'prepare')) {
      const { sql: file, output } = stage.with;
      if (!context.config.datasets?.[output]) continue;
      const text = sqlOf(context, stage);
      const lines = new LineIndex(text);
      for (const read of tableReads(text)) {
        if (read.name.toLowerCase() !== output.toLowerCase()) continue;
        context.reportPlace(
          lines.place(file, read),
          `\`${name}\` writes \`${output}\`, so its SQL cannot read it. Read the datasets it is made from.`,
          { related: [context.place(['stages', name, 'with', 'output'], `\`${name}\` writes \`${output}\` here.`)] },
        );
      }
    }
  },
};
