import { LineIndex } from '../../project/lineIndex.ts';
import { isElsewhere } from '../../project/readConfigFile.ts';
import { textOf } from '../../project/loadProject.ts';
import type { CheckContext, Rule } from '../rule.ts';
import type { Place } from '../../../protocol/problem.ts';

export const sqlDoesNotBind: Rule = {
  code: 'LW325',
  name: 'sql-fails',
  severity: 'error',
  fromData: true,
  docs: 'The SQL of a prepare stage cannot run: it has a syntax error, or uses a column or function that does not exist. It is checked against the columns of its sources without reading a row.',
  example: { wrong: 'SELECT amuont FROM orders', right: 'SELECT amount FROM orders' },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      const error = 'uses' in stage && stage.uses === 'prepare' ? context.facts.sql(name)?.error : null;
      // An unknown table has a check of its own.
      if (!error || !('uses' in stage) || stage.uses !== 'prepare' || error.kind === 'unknown table') continue;
      // The word would be one of a file that may be secret.
      const message = isElsewhere(context.project.files, stage.with.sql)
        ? error.message.replace(/ at or near ".*$/s, '')
        : error.message;
      context.reportPlace(placeIn(context, stage.with.sql, error.line, error.column), `\`${name}\`: ${message}`, {
        related: [context.place(['stages', name, 'with', 'sql'], `run by \`${name}\``)],
      });
    }
  },
};

/** The word at a place of a file; the whole line without a column, the first without a line. */
function placeIn(context: CheckContext, file: string, line: number | null, column: number | null): Place {
  const text = textOf(context.project, file);
  const lines = new LineIndex(text);
  const start = lines.offset(line ?? 1, column ?? 1);
  const rest = /^[^\n\r]*/.exec(text.slice(start))?.[0] ?? '';
  const word = column === null ? rest : (/^"(?:[^"]|"")*"|^[\w.]+/.exec(rest)?.[0] ?? rest.slice(0, 1));
  return lines.place(file, { start, end: start + Math.max(1, word.length) });
}
