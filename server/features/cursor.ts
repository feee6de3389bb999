/** A word that no file holds; it stands at the cursor while the text around it is parsed. */
export const cursorMark = 'loopwrightCursor';

export interface Cursor {
  on: 'key' | 'value';
  /** True inside `{…}` or `[…]`. */
  flow: boolean;
  /** What is written of the word so far. */
  word: string;
  /** The text with the mark at the cursor, so that it parses. */
  text: string;
}

/** What is being written at an offset. Null inside a comment. */
export function cursorAt(text: string, offset: number): Cursor | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  if (/(^|\s)#/.test(before)) return null;
  const open = openBracket(text, offset);
  const word = /[^\s,[\]{}:"']*$/.exec(before)?.[0] ?? '';
  const wordStart = offset - word.length;
  const lineEnd = text.indexOf('\n', offset) === -1 ? text.length : text.indexOf('\n', offset);
  const rest = text.slice(offset, lineEnd);
  const restOfWord = /^[^\s,[\]{}:"']*/.exec(rest)?.[0] ?? '';
  const after = offset + restOfWord.length;
  const replaced = (mark: string) => text.slice(0, wordStart) + mark + text.slice(after);
  if (open === '{') {
    const segment = text.slice(Math.max(text.lastIndexOf('{', wordStart - 1), text.lastIndexOf(',', wordStart - 1)) + 1, wordStart);
    const onValue = /:\s*["']?$/.test(segment);
    const hasColon = /^\s*:/.test(text.slice(after, lineEnd));
    return { on: onValue ? 'value' : 'key', flow: true, word, text: replaced(onValue || hasColon ? cursorMark : `${cursorMark}: 0`) };
  }
  if (open === '[') return { on: 'value', flow: true, word, text: replaced(cursorMark) };
  const value = /^(\s*(?:-\s+)*)(?:[^\s:#][^:#]*|"[^"]*"):\s+["']?\S*$/.exec(before);
  if (value) return { on: 'value', flow: false, word, text: replaced(cursorMark) };
  if (!/^\s*(?:-\s+)*\S*$/.test(before)) return null;
  const hasColon = /^\s*:/.test(text.slice(after, lineEnd));
  return { on: 'key', flow: false, word, text: replaced(hasColon ? cursorMark : `${cursorMark}: 0`) };
}

/** The bracket of a flow collection that is open at an offset, on the lines of the same paragraph. */
function openBracket(text: string, offset: number): '{' | '[' | null {
  const stack: ('{' | '[')[] = [];
  let quote = '';
  const from = Math.max(0, text.lastIndexOf('\n\n', offset - 1));
  for (let i = from; i < offset; i++) {
    const c = text[i] ?? '';
    if (quote !== '') {
      if (c === quote || c === '\n') quote = '';
    } else if (c === '"' || c === "'") quote = /[\s,[{:]/.test(text[i - 1] ?? ' ') ? c : '';
    else if (c === '#' && /\s/.test(text[i - 1] ?? ' ')) i = text.indexOf('\n', i) === -1 ? offset : text.indexOf('\n', i);
    else if (c === '{' && text[i - 1] === '$') i = text.indexOf('}', i) === -1 ? offset : text.indexOf('}', i);
    else if ((c === '{' || c === '[') && /[\s,[{:-]/.test(text[i - 1] ?? ' ')) stack.push(c);
    else if (c === '}' && stack.at(-1) === '{') stack.pop();
    else if (c === ']' && stack.at(-1) === '[') stack.pop();
  }
  return stack.at(-1) ?? null;
}
