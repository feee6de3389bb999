import { halfCharacter, halfCharacterSays } from './halfCharacter.ts';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

export interface JsonFault {
  /** Number of the line, from 1. */
  line: number;
  says: string;
}

const brokenOff = 'the JSON breaks off before its end';
const piece = 1 << 20;
/** Larger files are not read again for the place of their fault. */
const most = 256 << 20;
const mostWhole = 64 << 20;

/**
 * Returns the first line of a JSON file that is not one object, or the place where an array of objects breaks off. Null
 * when no fault is found, or the file is packed or large. NaN and Infinity are values, as in the files of Python.
 */
export function jsonFault(file: string): JsonFault | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats || stats.size > most || /\.(gz|zst)$/i.test(file)) return null;
  let number = 0;
  let before: (JsonFault & { isCut: boolean }) | null = null;
  for (const line of linesOf(file)) {
    number++;
    const text = line.replace(/^\uFEFF/, '').trim();
    if (text === '') continue;
    if (number === 1 && (text.startsWith('[') || !isJson(text))) {
      const whole = stats.size <= mostWhole ? faultInWhole(file) : null;
      if (whole !== undefined) return whole;
    }
    const fault = faultOf(text);
    if (fault !== null) before ??= { line: number, says: fault, isCut: text.startsWith('{') && !text.endsWith('}') };
    if (before !== null && number > before.line) break;
  }
  if (before === null) return null;
  const isLast = before.line === number;
  return { line: before.line, says: isLast && before.isCut ? brokenOff : before.says };
}

/** The fault of a file that is one value over several lines; undefined when it consists of lines. */
function faultInWhole(file: string): JsonFault | null | undefined {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  if (!/^\s*[[{]/.test(text)) return undefined;
  const fault = parseFault(text);
  if (fault === null) return null;
  const lines = text.split('\n');
  const at = /\(line (\d+) column \d+\)/.exec(fault)?.[1] ?? lineOfFault(lines, fault);
  const position = Number(/at position (\d+)/.exec(fault)?.[1] ?? 0);
  // Lines with an object each: the first value ends at the end of a line.
  if (
    !text.trimStart().startsWith('[') &&
    (lines.slice(0, 5).some((line) => /^\{.*\}$/.test(line.trim()) && isJson(line)) ||
      lines.slice(0, 5).every((line) => /^(\{.*\})?\s*,?$/.test(line.trim())))
  )
    return undefined;
  return {
    line: at === undefined ? lines.length : Number(at),
    says: position >= text.trimEnd().length ? brokenOff : wordsOf(fault),
  };
}

/** The line of a fault that the parser tells without a place: the first with which the text up to it is wrong. */
function lineOfFault(lines: readonly string[], fault: string): number | undefined {
  if (!fault.startsWith('Unexpected token')) return undefined;
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const text = lines.slice(0, middle).join('\n');
    const before = parseFault(text);
    const position = Number(/at position (\d+)/.exec(before ?? '')?.[1] ?? 0);
    if (before === null || wordsOf(before) === brokenOff || position >= text.trimEnd().length) good = middle;
    else bad = middle;
  }
  return bad;
}

function faultOf(text: string): string | null {
  const fault = parseFault(text);
  if (fault !== null) return wordsOf(fault);
  if (!text.startsWith('{')) return 'the line is not an object, such as {"a": 1}';
  return null;
}

const isJson = (text: string) => parseFault(text) === null;

/** Returns the message of the parser; null for valid JSON, also with NaN and Infinity. */
function parseFault(text: string): string | null {
  const half = halfCharacter(text);
  if (half !== null) return halfCharacterSays(half);
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) return messageOf(error);
  }
  try {
    JSON.parse(
      text.replaceAll(/("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g, (_found, quoted?: string) => quoted ?? 'null'),
    );
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function wordsOf(fault: string): string {
  if (/Unexpected end|Unterminated string|end of JSON/i.test(fault)) return brokenOff;
  const token = /Unexpected token '?(.+?)'?,/.exec(fault)?.[1];
  if (token !== undefined) return `not valid JSON: \`${token}\` is not expected`;
  return `not valid JSON: ${fault.replace(/ in JSON at position.*| at position.*|,? "?\.\.\..*/s, '').toLowerCase()}`;
}

function* linesOf(file: string): Generator<string> {
  const handle = openSync(file, 'r');
  try {
    const decoder = new TextDecoder();
    const buffer = Buffer.alloc(piece);
    let rest = '';
    for (
      let bytes = readSync(handle, buffer, 0, piece, null);
      bytes > 0;
      bytes = readSync(handle, buffer, 0, piece, null)
    ) {
      const lines = (rest + decoder.decode(buffer.subarray(0, bytes), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    yield rest;
  } finally {
    closeSync(handle);
  }
}
