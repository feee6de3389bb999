import type { Problem, Severities } from '../../protocol/problem.ts';

/** The comments `# loopwright-ignore LW412` of a file: which codes are silent on which line. */
export interface Ignores {
  /** Codes by line, from 1. */
  byLine: Map<number, Set<string>>;
  /** Each code where it is written. */
  written: { code: string; line: number; column: number; appliesTo: number }[];
}

const comment = /(^|\s)(?:#|--)\s*loopwright-ignore\b((?:[\s,]+LW\d+)*)/;

/** Reads the ignore comments. One that stands alone on its line speaks of the next line. */
export function ignoresIn(text: string): Ignores {
  const ignores: Ignores = { byLine: new Map(), written: [] };
  if (!text.includes('loopwright-ignore')) return ignores;
  text.split('\n').forEach((content, i) => {
    const match = comment.exec(content);
    if (!match) return;
    const alone = content.slice(0, match.index + (match[1] ?? '').length).trim() === '';
    const line = i + (alone ? 2 : 1);
    const listAt = match.index + match[0].length - (match[2] ?? '').length;
    for (const code of (match[2] ?? '').matchAll(/LW\d+/g)) {
      const known = ignores.byLine.get(line) ?? new Set<string>();
      ignores.byLine.set(line, known.add(code[0]));
      ignores.written.push({ code: code[0], line: i + 1, column: listAt + code.index + 1, appliesTo: line });
    }
  });
  return ignores;
}

/**
 * The problems with the severities that were chosen; what is switched off or ignored on its line is left out. Later
 * choices win.
 */
export function judge(
  problems: readonly Problem[],
  textOf: (file: string) => string,
  ...choices: readonly (Severities | undefined)[]
): Problem[] {
  const ignores = new Map<string, Ignores>();
  const ignored = (problem: Problem) => {
    let known = ignores.get(problem.file);
    if (!known) ignores.set(problem.file, (known = ignoresIn(textOf(problem.file))));
    return known.byLine.get(problem.line)?.has(problem.code) === true;
  };
  return problems.flatMap((problem) => {
    const chosen = choices.findLast((choice) => choice && Object.hasOwn(choice, problem.code))?.[problem.code];
    if (chosen === 'off' || ignored(problem)) return [];
    return [chosen === undefined ? problem : { ...problem, severity: chosen }];
  });
}
