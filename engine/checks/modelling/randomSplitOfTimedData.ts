import { setAt } from '../../project/edit.ts';
import { yamlText } from '../../project/edit.ts';
import { literalAt, replaceLiteral, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const randomSplitOfTimedData: Rule = {
  code: 'LW408',
  name: 'random-split-of-timed-data',
  severity: 'warning',
  docs: 'Rows with a time are split at random, so the model is tested on rows from the period that it was trained on. In production it only sees later rows, and performs worse than in the test. Split by time.',
  example: {
    wrong: 'split: { by: random, column: id, train: 0.6, validation: 0.2, test: 0.2 }',
    right: 'split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'prepare')) {
      const { split, output } = stage.with;
      const time = context
        .schemaOf(output)
        ?.fields.find(
          (field) => field.loopwright?.role === 'timestamp' && (field.type === 'datetime' || field.type === 'date'),
        );
      if (!split || split.by === 'time' || split.by === 'grouped' || !time) continue;
      const path = ['stages', name, 'with', 'split'];
      const column = [...path, 'column'];
      const fix = context.fix(
        `Split by time with ${time.name}`,
        replaceLiteral(file, [...path, 'by'], 'time'),
        literalAt(file, column) === undefined && split.column !== undefined
          ? null
          : setAt(file, column, yamlText(time.name)),
      );
      context.report(
        [...path, 'by'],
        `The rows have a time, \`${time.name}\`; with a random split, the model is tested on rows older than its training rows. Split by time.`,
        { fixes: [fix] },
      );
    }
  },
};
