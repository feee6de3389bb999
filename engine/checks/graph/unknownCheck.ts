import { removeAt } from '../../project/edit.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import { textOf } from '../../project/loadProject.ts';
import { writtenFiles } from '../lookUp.ts';
import type { Rule } from '../rule.ts';
import { ignoresIn } from '../severities.ts';
import { isShapeCode } from '../shapeCodes.ts';

export const unknownCheck: Rule = {
  code: 'LW217',
  name: 'unknown-check',
  severity: 'warning',
  docs: 'A code under `checks`, or in a `loopwright-ignore` comment, does not exist, so it silences or changes nothing. Correct the code; each finding shows its code.',
  example: { wrong: 'checks:\n  LW4405: off', right: 'checks:\n  LW405: off' },
  check(context) {
    const known = (code: string) => context.codes.has(code) || isShapeCode(code);
    for (const code of Object.keys(context.config.checks ?? {})) {
      if (!known(code))
        context.reportKey(
          ['checks', code],
          `There is no check \`${code}\`, so this changes nothing. Correct or remove it.`,
          { fixes: [context.fix(`Remove ${code}`, removeAt(context.project.file, ['checks', code]))] },
        );
    }
    for (const file of writtenFiles(context)) {
      const text = textOf(context.project, file);
      const lines = new LineIndex(text);
      for (const { code, line, column } of ignoresIn(text).written) {
        const start = lines.offset(line, column);
        if (!known(code))
          context.reportPlace(
            lines.place(file, { start, end: start + code.length }),
            `There is no check \`${code}\`, so this silences nothing. Correct or remove it.`,
          );
      }
    }
  },
};
