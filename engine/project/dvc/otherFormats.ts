import { parse, TomlDate, TomlError } from 'smol-toml';
import type { Problem } from '../../../protocol/problem.ts';
import type { Entry, Located } from '../located.ts';
import { readPythonParams } from './pythonParams.ts';
import { PythonFault } from './pythonTokens.ts';
import { floatNode, integerNode } from './pythonText.ts';

const range = { start: 0, end: 0 };

/** Whether DVC reads the values of a file as TOML or Python. Files of any other name are JSON or YAML. */
export function isOtherFormat(path: string): boolean {
  return /\.(?:toml|py)$/i.test(path);
}

/** The values of a TOML or Python file, with the error of a file that cannot be read. Python is not run. */
export function readOtherFormat(path: string, text: string): { entries: Entry[]; problems: Problem[] } {
  try {
    const isPython = /\.py$/i.test(path);
    return { entries: isPython ? readPythonParams(text) : readToml(text), problems: [] };
  } catch (error) {
    if (!(error instanceof TomlError || error instanceof PythonFault)) throw error;
    const [line, column] = error instanceof TomlError ? [error.line, error.column] : [error.line, 1];
    const message =
      error instanceof TomlError
        ? `This is not TOML: ${(error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')}.`
        : `This is not Python: ${error.message}.`;
    const place = { file: path, line, column, endLine: line, endColumn: column };
    return { entries: [], problems: [{ ...place, code: 'LW100', severity: 'error', message }] };
  }
}

function readToml(text: string): Entry[] {
  const node = nodeOf(parse(text.replace(/^\uFEFF/, ''), { integersAsBigInt: true }));
  return node.kind === 'map' ? node.entries : [];
}

function nodeOf(value: unknown): Located {
  if (Array.isArray(value)) return { kind: 'seq', range, items: value.map(nodeOf) };
  if (typeof value === 'bigint') return integerNode(value);
  if (typeof value === 'number') return floatNode(value);
  if (typeof value === 'boolean') return { kind: 'scalar', range, value, quoted: false };
  if (value instanceof TomlDate) return { kind: 'scalar', range, value: timeText(value), quoted: true };
  if (value !== null && typeof value === 'object')
    return {
      kind: 'map',
      range,
      entries: Object.entries(value).map(([key, item]) => ({
        key,
        keyRange: range,
        value: nodeOf(item),
        merged: false,
      })),
    };
  return { kind: 'scalar', range, value: String(value), quoted: true };
}

/** A time as Python writes it: without a fraction of zero. */
function timeText(time: TomlDate): string {
  return time
    .toISOString()
    .replace(/\.(\d{3})/, (_, fraction: string) => (fraction === '000' ? '' : `.${fraction}000`));
}
