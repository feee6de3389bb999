import type { ParamValue } from '../../protocol/runs.ts';

/** The content of one line of a program's metrics file. */
export interface MetricLine {
  /** Nested names joined with dots. */
  metrics: Record<string, number>;
  params: Record<string, ParamValue>;
  tags: Record<string, string>;
  /** Files or folders to store, as the program named them. */
  artifacts: string[];
  /** Null when the line contains none. */
  step: number | null;
  /** Epoch milliseconds; null when the line contains none. */
  at: number | null;
}

const longestKey = 250;

/**
 * Parses a line such as `{"loss": 0.5, "step": 3}` or `{"metrics": {…}, "params": {…}, "tags": {…}, "artifact": "path",
 * "step": 3, "at": ms}`. NaN and Infinity are accepted as Python's json writes them, and null as NaN as JavaScript
 * writes it. Throws an Error with the reason.
 */
export function readMetricLine(line: string): MetricLine {
  const content = parseLoose(line);
  if (content === null || typeof content !== 'object' || Array.isArray(content))
    throw new Error('it is no JSON object');
  const { step, at, metrics, params, tags, artifact, ...flat } = content as Record<string, unknown>;
  const read: MetricLine = {
    metrics: {},
    params: {},
    tags: {},
    artifacts: [],
    step: wholeNumber(step, 'step'),
    at: wholeNumber(at, 'at'),
  };
  addNumbers(read.metrics, flat, '');
  // A metric may be called `metrics`, `params` or `tags` when its value is a number.
  for (const [name, value] of Object.entries({ metrics, params, tags }))
    if (typeof value === 'number') read.metrics[name] = value;
  if (typeof metrics !== 'number') addNumbers(read.metrics, mapOf(metrics, 'metrics'), '');
  if (typeof params !== 'number')
    for (const [key, value] of Object.entries(mapOf(params, 'params')))
      read.params[checkKey(key)] = value as ParamValue;
  if (typeof tags !== 'number')
    for (const [key, value] of Object.entries(mapOf(tags, 'tags')))
      read.tags[checkKey(key)] = typeof value === 'string' ? value : JSON.stringify(value);
  for (const path of artifact === undefined ? [] : [artifact].flat()) {
    if (typeof path !== 'string' || path === '') throw new Error('`artifact` is not a path');
    read.artifacts.push(path);
  }
  return read;
}

/**
 * The numbers of a JSON document with nested keys joined with dots; other values are ignored. Throws when it is not
 * JSON.
 */
export function numbersIn(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  const walk = (value: unknown, prefix: string) => {
    if (typeof value === 'number') found[prefix] = value;
    else if (value !== null && typeof value === 'object')
      for (const [key, item] of Object.entries(value)) walk(item, prefix === '' ? key : `${prefix}.${key}`);
  };
  walk(parseLoose(text), '');
  return found;
}

function mapOf(value: unknown, name: string): Record<string, unknown> {
  if (value === undefined) return {};
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error(`\`${name}\` is no object`);
  return value as Record<string, unknown>;
}

function addNumbers(into: Record<string, number>, from: Record<string, unknown>, prefix: string): void {
  for (const [name, value] of Object.entries(from)) {
    const key = prefix + name;
    if (typeof value === 'number') into[checkKey(key)] = value;
    else if (value === null) into[checkKey(key)] = Number.NaN;
    else if (typeof value === 'object' && !Array.isArray(value))
      addNumbers(into, value as Record<string, unknown>, `${key}.`);
    else throw new Error(`\`${key}\` is not a number; words belong under \`tags\` or \`params\``);
  }
}

function checkKey(key: string): string {
  if (key.trim() === '' || key.length > longestKey) throw new Error(`a name has 1 to ${longestKey} characters`);
  return key;
}

function wholeNumber(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`\`${name}\` is not a number`);
  if (!Number.isSafeInteger(Math.trunc(value)) || (name === 'step' && !Number.isInteger(value)))
    throw new Error(`\`${name}\` is not a whole number`);
  return Math.trunc(value);
}

const mark = '\u0000loopwright:';

/** Parses JSON with the three numbers that Python writes without quotes. */
export function parseLoose(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(plain);
  } catch (error) {
    let special = false;
    // Strings are skipped as a whole, so that NaN inside a string stays text.
    const marked = plain.replaceAll(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (found) => {
      if (found.startsWith('"')) return found;
      special = true;
      return `"${mark.replace('\u0000', '\\u0000')}${found}"`;
    });
    if (!special) throw error;
    return JSON.parse(marked, (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
    );
  }
}
