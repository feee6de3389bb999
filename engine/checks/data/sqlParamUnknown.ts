import { LineIndex } from '../../project/lineIndex.ts';
import { didYouMean } from '../../base/didYouMean.ts';
import { removeAt, setAt } from '../../project/edit.ts';
import { textOf } from '../../project/loadProject.ts';
import { paramNames } from '../../stages/sqlParams.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const sqlParamUnknown: Rule = {
  code: 'LW327',
  name: 'sql-param-unknown',
  severity: 'error',
  docs: 'The SQL of a prepare stage uses a value `$name` that `params` of the stage does not define, so it cannot run. A value that the SQL does not use is a warning.',
  example: {
    wrong: 'with: { sql: sql/features.sql, output: features }   # … WHERE amount > $least',
    right: 'with: { sql: sql/features.sql, output: features, params: { least: 1 } }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'prepare')) {
      const text = textOf(context.project, stage.with.sql);
      if (text === '') continue;
      const given = Object.keys(stage.with.params ?? {});
      const named = paramNames(text);
      const path = ['stages', name, 'with', 'params'];
      for (const param of named) {
        if (given.includes(param)) continue;
        const start = text.indexOf(`$${param}`);
        const near = didYouMean(param, given);
        context.reportPlace(
          new LineIndex(text).place(stage.with.sql, { start, end: start + param.length + 1 }),
          `\`${name}\` gives no value for \`$${param}\`.${near === null ? ' Add it to `params` of the stage.' : ` Did you mean \`$${near}\`?`}`,
          {
            fixes: [context.fix(`Add ${param} to params`, setAt(file, [...path, param], '0'))],
            related: [context.place(['stages', name, 'with', 'sql'], `run by \`${name}\``)],
          },
        );
      }
      for (const param of given) {
        if (!named.has(param))
          context.reportKey([...path, param], `\`${stage.with.sql}\` does not name \`$${param}\`.`, {
            severity: 'warning',
            fixes: [context.fix(`Remove ${param}`, removeAt(file, [...path, param]))],
          });
      }
    }
  },
};
