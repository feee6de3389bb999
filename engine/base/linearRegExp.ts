import { setFlagsFromString } from 'node:v8';

let isSet = false;
/** A flag of V8 that is no part of the language. */
const linearFlag = 'l';

/**
 * Compiles an expression of JavaScript, without flags, that runs on texts of strangers: V8 falls back to its engine with
 * linear time when a match backtracks a lot. Returns null for what that engine does not run (look-ahead,
 * back-references, counted repeats over 16) and for wrong syntax.
 */
export function linearRegExp(source: string): RegExp | null {
  if (!isSet) {
    setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
    // Adds the flag `l`, which refuses an expression that the linear engine cannot run.
    setFlagsFromString('--enable-experimental-regexp-engine');
    isSet = true;
  }
  try {
    void new RegExp(source, linearFlag);
    return new RegExp(source);
  } catch {
    return null;
  }
}
