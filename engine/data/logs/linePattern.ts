/** A regular expression for lines, as DuckDB's RE2 reads it. */
export interface LinePattern {
  /** The expression in the syntax of RE2. */
  expression: string;
  /** The names of all groups up to the last named one, in their order; null for a group without a name. */
  groups: (string | null)[];
}

export interface PatternProblem {
  message: string;
  /** Offset in the pattern. */
  at: number;
}

/**
 * Reads a pattern in the syntax of JavaScript or RE2, with groups `(?<name>…)` or `(?P<name>…)`. Returns the first
 * problem: syntax that is wrong, or that RE2 does not have because it could take exponential time.
 */
export function readPattern(pattern: string): LinePattern | PatternProblem {
  const groups: (string | null)[] = [];
  const open: number[] = [];
  let expression = '';
  // Whether something stands before the position that can be repeated.
  let repeatable = false;
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i);
    const c = pattern.charAt(i);
    const before = repeatable;
    repeatable = c !== '(' && c !== '|';
    if (c === '\\') {
      if (i + 1 === pattern.length) return { at: i, message: 'ends with `\\`, which needs a character after it' };
      if (/^\\([1-9]|k<)/.test(rest))
        return {
          at: i,
          message: `has the back-reference \`${/^\\(?:[1-9]|k<[^>]*>?)/.exec(rest)?.[0] ?? ''}\`, which RE2 does not have`,
        };
      expression += rest.slice(0, 2).replace('\\/', '/');
      i++;
    } else if (c === '[') {
      const end = endOfClass(pattern, i);
      if (end === -1) return { at: i, message: 'has `[` without `]`' };
      expression += pattern.slice(i, end + 1).replaceAll(/(?<=.)\[(?!:)/g, '\\[');
      i = end;
    } else if (c === '(') {
      const ahead = /^\(\?(?:=|!|<=|<!|>)/.exec(rest)?.[0];
      if (ahead !== undefined) return { at: i, message: `has \`${ahead}\`, which RE2 does not have` };
      const named = /^\(\?P?<([^>]*)>/.exec(rest);
      open.push(i);
      if (named) {
        const name = named[1] ?? '';
        if (!/^[A-Za-z_]\w*$/.test(name))
          return { at: i, message: `has the group name \`${name}\`; use letters, digits and \`_\`` };
        if (groups.some((other) => other?.toLowerCase() === name.toLowerCase()))
          return { at: i, message: `has two groups with the name \`${name}\`` };
        groups.push(name);
        expression += `(?P<${name}>`;
        i += named[0].length - 1;
      } else {
        const plain = /^\(\?[a-zA-Z-]*[:)]/.exec(rest)?.[0] ?? c;
        if (plain === c) groups.push(null);
        if (plain.endsWith(')')) open.pop();
        expression += plain;
        i += plain.length - 1;
      }
    } else {
      const repeat = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(rest)?.[0];
      if (repeat !== undefined) {
        if (!before) return { at: i, message: `has \`${repeat}\` with nothing before it to repeat` };
        repeatable = false;
        expression += repeat;
        i += repeat.length - 1;
        continue;
      }
      if (c === ')' && open.pop() === undefined) return { at: i, message: 'has `)` without `(`' };
      expression += c;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return { at: unclosed, message: 'has `(` without `)`' };
  const wrong = syntaxProblem(pattern);
  if (wrong) return wrong;
  while (groups.at(-1) === null) groups.pop();
  if (groups.length === 0)
    return { at: 0, message: 'has no named group; name the parts of a line, as in `(?<level>\\w+)`' };
  return { expression, groups };
}

/** Returns what JavaScript says of a pattern, when the reading above found nothing. */
function syntaxProblem(pattern: string): PatternProblem | null {
  const flags = /^\(\?[a-z]+\)/.exec(pattern)?.[0] ?? '';
  const source = pattern
    .slice(flags.length)
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\[\[:\^?\w+:\]/g, '[a');
  try {
    void new RegExp(source);
    return null;
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^Invalid regular expression: .*\/[a-z]*: /s, '') : '';
    return { at: 0, message: `is not a regular expression: ${text.toLowerCase()}` };
  }
}

function endOfClass(pattern: string, from: number): number {
  for (let i = from + (pattern[from + 1] === '^' ? 2 : 1); i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern.startsWith('[:', i) && pattern.includes(':]', i)) i = pattern.indexOf(':]', i) + 1;
    else if (pattern[i] === ']') return i;
  }
  return -1;
}
