/** A line without a command: empty, or a comment of one of the shells. */
const idle = /^\s*(?:$|#|::|rem(?:\s|$))/i;
/** A line whose first word or connectives would take the next command into themselves. */
const open = /^\s*(?:if|for)\s|[&|]/i;

/**
 * Returns the command line of a text with several lines for the shell of a system: `sh`, or `cmd` on Windows. The lines
 * run in turn in one shell, until one fails. `cmd /c` reads the first line only, so there the lines are joined.
 */
export function shellText(cmd: string, platform: NodeJS.Platform = process.platform): string {
  const lines = cmd.trim().split(/\r?\n/);
  if (lines.length === 1) return cmd;
  if (platform !== 'win32') return `set -e\n${cmd.replaceAll('\r\n', '\n')}`;
  const commands = joinContinued(lines).filter((line) => !idle.test(line));
  return commands.map((line) => (open.test(line) && commands.length > 1 ? `(${line})` : line)).join(' && ');
}

/** A line that ends with `^` (cmd) or `\` (sh) goes on in the next. */
function joinContinued(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let before = '';
  for (const line of lines) {
    const text = before + line.trim();
    const isContinued = /(?:^|[^^])\^$|(?:^|\s)\\$/.test(text);
    before = isContinued ? `${text.slice(0, -1).trimEnd()} ` : '';
    if (!isContinued) joined.push(text);
  }
  return before === '' ? joined : [...joined, before.trim()];
}
