import { parse } from 'yaml';
import { ProjectError } from '../engine/base/errors.ts';

/** `name=value` from the command line; the value is read as YAML, so `0.1`, `[64, 32]` and `true` keep their types. */
export function parseParam(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new ProjectError(`\`--param ${text}\` must be written as name=value.`);
  try {
    return [text.slice(0, at), parse(text.slice(at + 1)) as unknown];
  } catch {
    return [text.slice(0, at), text.slice(at + 1)];
  }
}
