import { plainYaml } from '../base/plainYaml.ts';

/** A colon only behind a drive letter or a scheme, no `#`, and none of the characters that begin something else. */
const plain = /^(?:[\p{L}\p{N}_]|\.{0,2}\/)(?:[\p{L}\p{M}\p{N}\w ./@+=(),&!'~$;%^-]|:(?=\/))*$/u;
const words = new Set(['null', 'Null', 'NULL', 'true', 'True', 'TRUE', 'false', 'False', 'FALSE', '__proto__']);

/** True for a path that is written in YAML as it is, because nothing in it has a meaning there. */
export function isPlainPath(path: string): boolean {
  // YAML writes longer keys in another form.
  return (
    path.length <= 1000 && plain.test(path) && !path.endsWith(' ') && Number.isNaN(Number(path)) && !words.has(path)
  );
}

/** The path that a key of YAML stands for, from its text before the colon. Null when the parser must read it in place. */
export function readLockedPath(key: string): string | null {
  if (isPlainPath(key)) return key;
  const quote = key[0];
  if (key.length < 2 || (quote !== '"' && quote !== "'") || !key.endsWith(quote)) return null;
  try {
    const path: unknown = quote === '"' ? JSON.parse(key) : Object.keys(plainYaml(`${key}: 0`) as object)[0];
    return typeof path === 'string' && path !== '__proto__' ? path : null;
  } catch {
    return null;
  }
}
