/**
 * A text of a file as Markdown without links, images and HTML: a hover must not load a picture from the address that a
 * folder names. Emphasis and lists stay.
 */
export function textOnly(markdown: string): string {
  return markdown.replaceAll(/[[\]<>&\\`]/g, (char) => (char === '`' ? '\\`' : `&#${char.charCodeAt(0)};`));
}

/** A text as code in a line, whatever backticks and line breaks it contains. */
export function codeSpan(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const fence = '`'.repeat(longestRun(line) + 1);
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** Lines of text as a block of code. */
export function codeBlock(lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return `${fence}text\n${lines.map((line) => line.replaceAll(/[\r\n]+/g, ' ')).join('\n')}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
