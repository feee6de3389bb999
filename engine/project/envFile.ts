import { decodeText } from './decodeText.ts';
import { entryOf, type Located, type Range } from './located.ts';
import type { ProjectFiles } from './projectFiles.ts';
import { isElsewhere } from './readConfigFile.ts';
import { whyUnread } from '../base/readRegularFile.ts';

/** A line of an environment file that cannot be parsed. */
export interface EnvFileProblem {
  /** Line number, from 1. */
  line: number;
  message: string;
}

/** A file that is something else has a problem in every line. */
const mostProblems = 20;

const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*/;

/**
 * Parses `NAME=value` lines like dotenv, Docker and uv: comments, `export`, single, double and backtick quotes over
 * several lines, escapes in double quotes, ` #` after a value. Values are literal: `$OTHER` is not expanded.
 */
export function parseEnvFile(text: string): { values: Record<string, string>; problems: EnvFileProblem[] } {
  const values: Record<string, string> = {};
  const problems: EnvFileProblem[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const match = assignment.exec(line);
    const name = match?.[1];
    if (!match || name === undefined) {
      problems.push({ line: i + 1, message: 'This line is not `NAME=value`.' });
      continue;
    }
    const written = line.slice(match[0].length);
    const quote = /^["'`]/.exec(written)?.[0];
    if (quote === undefined) {
      values[name] = written.replace(/(^|\s)#.*$/, '').trim();
      continue;
    }
    const quoted = readQuoted(lines, i, written, quote);
    if (quoted === null) {
      problems.push({ line: i + 1, message: `The value of \`${name}\` opens with ${quote} and is not closed.` });
      continue;
    }
    values[name] = quoted.value;
    i = quoted.line;
  }
  return { values, problems };
}

function readQuoted(
  lines: readonly string[],
  from: number,
  written: string,
  quote: string,
): { value: string; line: number } | null {
  let value = '';
  for (let line = from, rest = written.slice(1); line < lines.length; line++, rest = lines[line] ?? '') {
    for (let i = 0; i < rest.length; i++) {
      const c = rest[i] ?? '';
      if (c === quote) return { value, line };
      if (c === '\\' && quote === '"' && i + 1 < rest.length) {
        const next = rest[++i] ?? '';
        value += { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }[next] ?? `\\${next}`;
      } else value += c;
    }
    value += '\n';
  }
  return null;
}

/**
 * Returns the values of the files in `env_file`; a later file overrides an earlier one. Problems go to `report` with
 * their file, or the range of the key.
 */
export function readEnvFiles(
  root: Located | null,
  files: ProjectFiles,
  report: (message: string, at: { file: string; line: number } | Range) => void,
): Record<string, string> {
  const named = entryOf(root ?? undefined, 'env_file')?.value;
  const values: Record<string, string> = {};
  for (const node of named?.kind === 'seq' ? named.items : named ? [named] : []) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value.includes('${')) continue;
    try {
      const content = files.read(node.value);
      if (content === null) {
        report(`There is no file \`${node.value}\`. Set its variables in another way, or create the file.`, node.range);
        continue;
      }
      const decoded = typeof content === 'string' ? { text: content } : decodeText(content);
      if ('error' in decoded) {
        report(decoded.error, { file: node.value, line: 1 });
        continue;
      }
      const read = parseEnvFile(decoded.text);
      const [first] = read.problems;
      if (first && isElsewhere(files, node.value)) {
        report(
          `Line ${first.line} of \`${node.value}\`, a file outside the project, cannot be read as \`NAME=value\`.`,
          node.range,
        );
      } else
        for (const { line, message } of read.problems.slice(0, mostProblems))
          report(message, { file: node.value, line });
      Object.assign(values, read.values);
    } catch (error) {
      report(`${whyUnread(node.value, error)}.`, node.range);
    }
  }
  return values;
}
