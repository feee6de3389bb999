import { CronPattern } from 'croner';
import type { Severity } from '../../protocol/problem.ts';
import { parseDuration, parseWindows } from '../base/duration.ts';
import { globProblem } from '../base/glob.ts';
import { modelAliases } from '../../protocol/models.ts';
import { didYouMean } from '../base/didYouMean.ts';
import { parseModelAlias } from './models.ts';
import { unitProblem } from './units.ts';

export interface FormatProblem {
  code: string;
  /** End of a sentence that starts with "`key` …". */
  says: string;
  severity: Severity;
  /** Most likely intended value. */
  near: string | null;
}

/** Returns the problem of a text in a named format; null when it is valid or checked elsewhere. */
export function formatProblem(format: string, text: string): FormatProblem | null {
  const wrong = (code: string, says: string | null, severity: Severity = 'error') =>
    says === null ? null : { code, says, severity, near: null };
  switch (format) {
    case 'duration':
      return wrong('LW113', parseDuration(text) === null ? 'must be a duration such as 15m, 6h or 7d' : null);
    case 'windows':
      return wrong('LW107', parseWindows(text) === null ? 'must be a count of windows such as `2 windows`' : null);
    case 'url':
      return wrong('LW116', isHttpUrl(text) ? null : 'must be an http or https address');
    case 'regex':
      return wrong('LW111', regexProblem(text));
    case 'path':
      return wrong('LW112', text.includes('\0') ? 'must not contain a null character' : globProblem(text));
    case 'model-alias':
      return parseModelAlias(text) ? null : aliasProblem(text);
    case 'cron':
      return wrong('LW114', cronProblem(text));
    case 'unit':
      return wrong('LW115', unitProblem(text), 'warning');
    default:
      return null;
  }
}

function aliasProblem(text: string): FormatProblem {
  const at = text.lastIndexOf('@');
  const near = didYouMean(text.slice(at + 1), modelAliases);
  return {
    code: 'LW106',
    says: `must be ${modelAliases.map((alias) => `\`${alias}\``).join(' or ')}, optionally with the name of a model, as in \`NAME@${modelAliases[0]}\``,
    severity: 'error',
    near: near === null ? null : `${text.slice(0, at + 1)}${near}`,
  };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function regexProblem(text: string): string | null {
  try {
    void new RegExp(text, 'u');
    return null;
  } catch (error) {
    // The engine reports `Invalid regular expression: /…/u: Unterminated group`.
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: .*\/[a-z]*: /s, '') : '';
    return `must be a regular expression (${why.charAt(0).toLowerCase()}${why.slice(1)})`;
  }
}

function cronProblem(text: string): string | null {
  const must = 'must be a cron expression such as `0 3 * * 1`: minute, hour, day of month, month, day of week';
  if (!/^@/.test(text) && text.trim().split(/\s+/).length !== 5) return must;
  try {
    void new CronPattern(text);
    return null;
  } catch (error) {
    return `${must} (${error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'not valid'})`;
  }
}
