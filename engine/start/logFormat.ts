import { linearRegExp } from '../base/linearRegExp.ts';
import type { FoundLog } from '../../protocol/start.ts';

export interface LogFormat {
  format: NonNullable<FoundLog['format']>;
  /** In words: `combined access log`. */
  about: string;
  /** Regular expression of `format: pattern`. */
  pattern?: string;
  /** Regular expression for lines that belong to the line before. */
  continued?: string;
}

const time = String.raw`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;
const levels = 'trace|debug|verbose|info|notice|warn|warning|error|err|critical|crit|alert|emerg|fatal|severe';
const level = `(?:${levels.toUpperCase()}|${levels})`;
const message = '(?<message>.*)';

/** Line forms of usual programs, the most specific first. Times and levels stay in their own columns. */
const patterns: readonly [about: string, pattern: string][] = [
  ['error log of nginx', String.raw`^(?<time>${time}) \[(?<level>\w+)\] (?<pid>\d+)#(?<thread>\d+): ${message}$`],
  [
    'error log of Apache',
    String.raw`^\[(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})\] \[(?:(?<module>\w+):)?(?<level>\w+)\] (?:\[pid (?<pid>\d+)(?::tid \d+)?\] )?(?:\[client (?<client>[^\]]+)\] )?${message}$`,
  ],
  [
    'lines with time, thread, level and logger',
    String.raw`^(?<time>${time})\s+\[(?<thread>[^\]]+)\]\s+\[?(?<level>${level})\]?\s+(?<logger>\S+)\s+[-:]\s+${message}$`,
  ],
  [
    'lines with time and level',
    String.raw`^\[?(?<time>${time})\]?\s+(?:[-|:]\s+)?\[?(?<level>${level})\b\]?\s*(?:[-|:]\s+)?${message}$`,
  ],
  [
    'system log',
    String.raw`^(?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?<host>\S+) (?<program>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: ${message}$`,
  ],
  ['system log', String.raw`^(?<time>${time}) (?<host>\S+) (?<program>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: ${message}$`],
  [
    'lines with time, logger and level',
    String.raw`^\[?(?<time>${time})\]?\s+(?:[-|]\s+)?(?<logger>\S+)\s+(?:[-|]\s+)?\[?(?<level>${level})\b\]?\s*(?:[-|:]\s+)?${message}$`,
  ],
  ['lines with level and logger', String.raw`^(?<level>${level}):(?<logger>[^:\s]+):${message}$`],
  ['lines with time', String.raw`^\[?(?<time>${time})\]?\s+${message}$`],
  ['lines with level', String.raw`^\[?(?<level>${level})\b\]?:?\s+${message}$`],
];

/** Lines of stack traces. */
const continued = String.raw`^(\s|Traceback |Caused by: |[\w.]+(Error|Exception|Warning|Interrupt)\b)`;
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const request = String.raw`\[[^\]]+\] ${quoted} (?:\d{3}|-) (?:\d+|-)`;
const combined = compiled(`^\\S+ \\S+ .+? ${request} ${quoted} ${quoted}`);
const common = compiled(`^\\S+ \\S+ .+? ${request}(?:\\s|$)`);
const token = /[^\s="]+(=(?:"(?:[^"\\]|\\.)*"|[^\s"]*))?(?:\s+|$)/y;
/** Share of the lines that must have the form. */
const enough = 0.8;
const mostLines = 500;
const longest = 8192;

/** Recognises the format of the lines of a log. Null when no known one fits most of them. */
export function logFormat(text: string): LogFormat | null {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, mostLines)
    .map((line) => line.slice(0, longest));
  if (lines.length === 0) return null;
  const share = (fits: (line: string) => boolean) => lines.filter(fits).length / lines.length;
  if (share(isObject) >= enough) return { format: 'json', about: 'JSON lines' };
  if (share((line) => common.test(line)) >= enough)
    return share((line) => combined.test(line)) >= enough / 2
      ? { format: 'combined', about: 'combined access log' }
      : { format: 'common', about: 'common access log' };
  for (const [about, pattern] of patterns) {
    const form = compiled(pattern);
    const own = share((line) => form.test(line));
    if (own === 0) continue;
    const more = compiled(continued);
    const traces = share((line) => !form.test(line) && more.test(line));
    if (own + traces < enough || !form.test(lines[0] ?? '')) continue;
    return { format: 'pattern', about, pattern, ...(traces > 0 ? { continued } : {}) };
  }
  return share(isLogfmt) >= enough ? { format: 'logfmt', about: 'logfmt' } : null;
}

function isObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  // A line that was cut cannot be parsed.
  if (line.length === longest) return true;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** `key=value` pairs, at least two and no fewer than half of the words; a pair comes first. */
function isLogfmt(line: string): boolean {
  const text = line.trim();
  let pairs = 0;
  let words = 0;
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (!found) return false;
    words++;
    if (found[1] !== undefined) pairs++;
    if (pairs === 0) return false;
  }
  return pairs >= 2 && pairs * 2 >= words;
}

/** Lines of strangers are matched in linear time. */
function compiled(source: string): RegExp {
  return linearRegExp(source) ?? new RegExp(source);
}
