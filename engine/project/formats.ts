import { parseDuration, parseWindows } from './duration.ts';

/** What a text of a named format must be, completing "`key` …"; null when it is right or the format is checked elsewhere. */
export function formatProblem(format: string, text: string): string | null {
  switch (format) {
    case 'duration': return parseDuration(text) === null ? 'must be a duration such as 15m, 6h or 7d' : null;
    case 'windows': return parseWindows(text) === null ? 'must be a count of windows such as `2 windows`' : null;
    case 'url': return isHttpUrl(text) ? null : 'must be an http or https address';
    case 'regex': return isRegex(text) ? null : 'must be a regular expression';
    case 'path': return text.includes('\0') ? 'must not hold a null character' : null;
    default: return null;
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isRegex(text: string): boolean {
  try {
    return Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}
