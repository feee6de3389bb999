import { basename, extname } from 'node:path';
import type { Problem } from '../../protocol/problem.ts';
import { numbersIn } from '../tracking/metricLines.ts';
import { toValue } from '../project/located.ts';
import { parseYaml } from '../project/parseYaml.ts';
import { isOtherFormat, readOtherFormat } from '../project/dvc/otherFormats.ts';
import { asPython } from '../project/dvc/pythonText.ts';

/**
 * The numbers of a metrics file with nested keys joined with dots: JSON, TOML, Python, or YAML in a file of any other
 * name, as DVC reads it. A file that is a single number has the name of the file. Throws an Error when it cannot be read.
 */
export function numbersOfFile(path: string, text: string): Record<string, number> {
  if (/\.json$/i.test(path)) return named(path, numbersIn(text));
  const value = valueOf(path, text);
  const found: Record<string, number> = {};
  const walk = (part: unknown, prefix: string) => {
    if (typeof part === 'number') found[prefix] = part;
    else if (part !== null && typeof part === 'object' && !Array.isArray(part))
      for (const [key, item] of Object.entries(part)) walk(item, prefix === '' ? key : `${prefix}.${key}`);
  };
  walk(value, '');
  return named(path, found);
}

function valueOf(path: string, text: string): unknown {
  if (isOtherFormat(path)) {
    const { entries, problems } = readOtherFormat(path, text);
    refuse(problems);
    return toValue({ kind: 'map', range: { start: 0, end: 0 }, entries });
  }
  const parsed = parseYaml(path, text);
  refuse(parsed.problems);
  return parsed.root ? toValue(asPython(parsed.root, parsed.text)) : {};
}

function refuse([fault]: readonly Problem[]): void {
  if (fault) throw new Error(`line ${fault.line}: ${fault.message}`);
}

function named(path: string, found: Record<string, number>): Record<string, number> {
  const { '': single, ...others } = found;
  return single === undefined ? others : { ...others, [basename(path, extname(path))]: single };
}
