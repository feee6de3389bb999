import { RE2JS } from 're2js';
import { linearRegExp } from '../base/linearRegExp.ts';

/** Characters that are two units of UTF-16, and one character for RE2. The flag that would count them so is slow. */
const pairs = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
const privateUse = '\uE000';

/** Syntax that RE2 has and JavaScript reads otherwise. */
const onlyRe2 = /\\[pPAzQC]|\[\[:|\(\?[a-zA-Z-]+[):]/;

/**
 * Compiles a pattern in the syntax of RE2 that the whole text must match. The pattern and the texts come from
 * strangers: the time grows with the length of the text, whatever the pattern. Returns null for a pattern that RE2 does
 * not have, such as one with a back-reference.
 */
export function patternTest(pattern: string): ((text: string) => boolean) | null {
  return compile(pattern, true);
}

/** As patternTest, for a pattern that a part of the text must match. */
export function patternSearch(pattern: string): ((text: string) => boolean) | null {
  return compile(pattern, false);
}

function compile(pattern: string, isWhole: boolean): ((text: string) => boolean) | null {
  const source = pattern.replaceAll('(?P<', '(?<');
  // V8 is faster than a library by far, for patterns that it can run in linear time.
  const own = onlyRe2.test(source) ? null : linearRegExp(isWhole ? `^(?:${source})$` : source);
  if (own) {
    // A dot matches no line break in RE2 and JavaScript alike.
    const hasPairs = pattern.search(pairs) >= 0;
    return (text) => own.test(hasPairs ? text : text.replaceAll(pairs, privateUse));
  }
  try {
    const other = RE2JS.compile(source.replaceAll(/\(\?<(?![=!])/g, '(?P<'));
    return (text) => (isWhole ? other.matches(text) : other.matcher(text).find());
  } catch {
    return null;
  }
}
