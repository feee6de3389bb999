const endOfInput =
  /\bEOFError\b|EOF when reading|^Aborted[.!]$|\b(?:unexpected )?end of (?:file|input)\b.*(?:stdin|input)|stdin is not a (?:tty|terminal)|(?:not a tty|inappropriate ioctl for device)|input is not a terminal|NoInput|requires? (?:an? )?(?:interactive|tty|terminal)/i;
const question = /[?:>\]]\s*$/;

/**
 * Whether a program that failed waited for input: it says so, or its last output is a question without a line break.
 */
export function askedForInput(lines: readonly string[]): boolean {
  return lines.slice(-8).some((line) => endOfInput.test(line));
}

/**
 * Advice for a program that asked for input where nothing can be typed; `open` is its last line, without a line break.
 */
export function inputText(
  lines: readonly string[],
  open: string,
  input: 'terminal' | 'none',
  stage: string,
): string | null {
  if (input === 'terminal') return null;
  const asks = open.trim() !== '' && question.test(open) && open.trim() === lines.at(-1);
  if (!asks && !askedForInput(lines)) return null;
  return ` It asked for input${asks ? ` ("${open.trim().slice(0, 100)}")` : ''}, and there is no terminal to answer in. Run \`loopwright run ${stage}\` in a terminal, or give the answer as an argument, a param or an environment variable.`;
}
