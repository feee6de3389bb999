import type { FixEdit, Problem, Severities } from '../../../protocol/problem.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import type { Rule } from '../rule.ts';
import { ignoresIn } from '../severities.ts';

export const unusedIgnore: Rule = {
  code: 'LW707',
  name: 'unused-ignore',
  severity: 'info',
  whole: 'named',
  docs: 'A comment `loopwright-ignore` silences a check that finds nothing on its line. It would hide a later, real finding there. Remove the comment.',
  example: { wrong: 'seed: 7 # loopwright-ignore LW405', right: 'seed: 7' },
  // Only when every finding is known can be told which comments silence none: checkProject asks unusedIgnores then.
  check: () => {},
};

export interface IgnoreQuestion {
  /** All findings, silenced or not. */
  problems: readonly Problem[];
  /** The text files that were checked. */
  files: readonly string[];
  textOf: (file: string) => string;
  /** The codes whose findings are all there. */
  complete: ReadonlySet<string>;
  choices: readonly (Severities | undefined)[];
}

/** A finding for each comment that silences nothing. */
export function unusedIgnores({ problems, files, textOf, complete, choices }: IgnoreQuestion): Problem[] {
  const found = new Set(problems.map((problem) => `${problem.file}:${problem.line} ${problem.code}`));
  const off = (code: string) => choices.findLast((choice) => choice && Object.hasOwn(choice, code))?.[code] === 'off';
  return files.flatMap((file) => {
    const text = textOf(file);
    const lines = new LineIndex(text);
    return ignoresIn(text).written.flatMap(({ code, line, column, appliesTo }, _, written): Problem[] => {
      if (!complete.has(code) || code === unusedIgnore.code || off(code) || found.has(`${file}:${appliesTo} ${code}`))
        return [];
      const start = lines.offset(line, column);
      const alone = written.filter((other) => other.line === line).length === 1;
      return [
        {
          ...lines.place(file, { start, end: start + code.length }),
          code: unusedIgnore.code,
          severity: unusedIgnore.severity,
          message: `Nothing on this line is \`${code}\`, so the comment silences nothing. Remove it.`,
          fixes: [
            {
              title: alone ? 'Remove the comment' : `Remove ${code}`,
              edits: [removal(file, text, lines, { start, end: start + code.length }, alone)],
            },
          ],
        },
      ];
    });
  });
}

/** Takes the code out of a comment, or the comment off its line, or the line that holds nothing else. */
function removal(
  file: string,
  text: string,
  lines: LineIndex,
  code: { start: number; end: number },
  alone: boolean,
): FixEdit {
  if (!alone) {
    const before = /(?<![\s,])[\s,]+$/.exec(text.slice(0, code.start))?.[0].length ?? 0;
    const first = /loopwright-ignore\s+$/.test(text.slice(0, code.start));
    const after = first ? (/^[\s,]+/.exec(text.slice(code.end))?.[0].length ?? 0) : 0;
    return {
      ...lines.place(file, { start: first ? code.start : code.start - before, end: code.end + after }),
      newText: '',
    };
  }
  const newline = text.indexOf('\n', code.end);
  const lineEnd = newline === -1 ? text.length : newline;
  const lineStart = text.lastIndexOf('\n', code.start) + 1;
  const comment = lineStart + text.slice(lineStart, code.start).search(/(?<!\s)\s*(#|--)\s*loopwright-ignore/);
  return {
    ...lines.place(
      file,
      comment === lineStart
        ? { start: lineStart, end: Math.min(lineEnd + 1, text.length) }
        : { start: comment, end: text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd },
    ),
    newText: '',
  };
}
