import { setFlagsFromString } from 'node:v8';

let isLinear = false;

/** Characters that are two units of UTF-16, and one character for RE2. The flag that would count them so is slow. */
const pairs = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
const privateUse = '\uE000';

/**
 * Compiles a pattern that the whole text must match. The texts come from strangers, so V8 falls back to its engine
 * with linear time when a match backtracks a lot; it does so only for expressions without flags. Returns null for
 * syntax that RE2 knows and JavaScript does not.
 */
export function patternTest(pattern: string): ((text: string) => boolean) | null {
  if (!isLinear) setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  isLinear = true;
  const ignoresCase = pattern.startsWith('(?i)');
  const source = (ignoresCase ? pattern.slice('(?i)'.length) : pattern).replaceAll('(?P<', '(?<');
  if (/\\[pPAzQ]|\[\[:|\(\?[a-z-]+[):]/.test(source)) return null;
  try {
    // A dot matches no line break in RE2 and JavaScript alike.
    const hasPairs = pattern.search(pairs) >= 0;
    const expression = new RegExp(`^(?:${source})$`, ignoresCase ? 'i' : '');
    return (text) => expression.test(hasPairs ? text : text.replaceAll(pairs, privateUse));
  } catch {
    return null;
  }
}
