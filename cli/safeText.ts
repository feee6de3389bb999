/** Matches a code that only sets colours and styles. */
const styleCode = /(\u001b\[[\d;:]*m)/; // oxlint-disable-line no-control-regex -- this is what it looks for

/**
 * Control characters of C0 and C1 but tab and line feed, line separators, and the characters that reorder text. A name
 * or a value with them could move the cursor, write to the clipboard, or show one text for another.
 */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g; // oxlint-disable-line no-control-regex

/** Replaces control characters by their pictures, such as ␛. */
export function safeText(text: string): string {
  return text.replaceAll(controls, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** The same on one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\u240a').replaceAll('\t', ' ');
}

/** The same for the output of a program, which may set colours. */
export function safeProgramText(text: string, codes: (code: string) => string): string {
  return text
    .split(styleCode)
    .map((part, i) => (i % 2 === 1 ? codes(part) : safeText(part)))
    .join('');
}

/** Breaks what GitHub Actions and Azure Pipelines obey at the start of a line, such as `::error` in a name. */
export function withoutCommands(text: string): string {
  return text
    .replaceAll(/^([^\S\n\r\u2028\u2029]*)::(?=[\w-]+(?:[ :]|$))/gm, '$1: :')
    .replaceAll(/##(?=\[|vso\[)/g, '# #');
}

/** JSON that no terminal and no runner of CI obeys; it reads as the same value. */
export function jsonText(value: unknown, indent?: number): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent)
    .replaceAll(controls, escaped)
    .replaceAll(/##(?=\[|vso\[)/g, '#\\u0023');
}
