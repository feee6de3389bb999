import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { checkCancelled } from '../../base/errors.ts';
import { quotePath } from '../quote.ts';
import { longPathsOf, quotedNumbers } from './exactJsonFile.ts';
import { halfCharacter } from './halfCharacter.ts';
import { objectsSql } from './jsonSql.ts';
import type { JsonPath } from './jsonScan.ts';
import { textLines } from './textLines.ts';

/** The sound lines of JSON Lines files, and those that are no object. */
export interface RepairedJson {
  /** FROM expression of the sound lines with `_file` and the line number `_line`. */
  sql: string;
  /** SELECT of the other lines: file, line, text. */
  unparsed: string;
  /** Number of the other lines. */
  count: number;
  /** Number of all lines with a text. */
  rows: number;
  discard: () => Promise<void>;
}

const longestText = 500;

/**
 * Copies the sound lines of JSON Lines files into a folder, each with its number, and sets the others aside: text that
 * is not JSON, values that are no objects, objects with a key twice. Returns null when a file holds an array or no sound
 * line, or when no line is broken. Memory use does not depend on the size of the files.
 */
export async function repairJsonLines(
  files: readonly string[],
  parent: string,
  signal: AbortSignal,
): Promise<RepairedJson | null> {
  const folder = join(parent, `json-${randomBytes(4).toString('hex')}`);
  const discard = () => rm(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const brokenPath = join(folder, 'broken.jsonl');
  const broken = createWriteStream(brokenPath);
  const copies = files.map((_, i) => join(folder, `${i}.jsonl`));
  const found = { rows: 0, broken: 0 };
  const long = longPathsOf(files);
  const exact = new Set(long.keys());
  try {
    for (const [i, file] of files.entries()) {
      const sound = await repairFile(file, copies[i] ?? '', { broken, found, exact, signal });
      if (sound === 0) return await discard().then(() => null);
    }
    await ended(broken);
    if (found.broken === 0) return await discard().then(() => null);
  } catch (error) {
    broken.destroy();
    await discard();
    throw error;
  }
  return {
    sql: objectsSql(copies, { files, withFile: true, long }),
    unparsed: `SELECT * FROM read_json(${quotePath(brokenPath)}, format = 'newline_delimited', columns = {file: 'VARCHAR', line: 'BIGINT', text: 'VARCHAR'})`,
    count: found.broken,
    rows: found.rows,
    discard,
  };
}

/** Returns the number of sound lines; 0 for a file that holds an array. */
async function repairFile(
  file: string,
  copy: string,
  {
    broken,
    found,
    exact,
    signal,
  }: {
    broken: WriteStream;
    found: { rows: number; broken: number };
    exact: ReadonlySet<JsonPath>;
    signal: AbortSignal;
  },
): Promise<number> {
  const raw = createReadStream(file);
  const input = /\.gz$/i.test(file) ? raw.pipe(createGunzip()) : raw;
  const target = createWriteStream(copy);
  let [line, sound] = [0, 0];
  for await (const written of textLines(input, file)) {
    line++;
    if (line % 1000 === 0) checkCancelled(signal);
    const text = written.replace(/^\uFEFF/, '').trim();
    if (text === '') continue;
    if (sound === 0 && found.broken === 0 && text.startsWith('[')) break;
    found.rows++;
    if (isSound(text)) {
      sound++;
      const rest = withNumbers(text, exact).slice(1).trimStart();
      await write(target, `{"_line":${line}${rest.startsWith('}') ? '' : ','}${rest}\n`);
    } else {
      found.broken++;
      await write(broken, `${JSON.stringify({ file, line, text: text.slice(0, longestText) })}\n`);
    }
  }
  await ended(target);
  return sound;
}

/** The text of an object with the numbers of some places as strings. */
function withNumbers(text: string, exact: ReadonlySet<JsonPath>): string {
  if (exact.size === 0) return text;
  const scan = quotedNumbers(exact);
  return scan.next(text) + scan.end();
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

async function ended(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, 'close');
}

/** NaN and Infinity count as values, as in the files of Python. */
function isSound(text: string): boolean {
  if (!text.startsWith('{') || halfCharacter(text) !== null) return false;
  try {
    JSON.parse(
      text.replaceAll(/("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g, (_all, quoted?: string) => quoted ?? '0'),
    );
    return !hasKeyTwice(text);
  } catch {
    return false;
  }
}

/** True when an object of a valid JSON text has a key twice. */
function hasKeyTwice(text: string): boolean {
  const keys: Set<string>[] = [];
  for (const [token, after] of tokens(text)) {
    if (token === '{') keys.push(new Set());
    else if (token === '}') keys.pop();
    else if (after === ':') {
      const own = keys.at(-1);
      if (own?.has(token)) return true;
      own?.add(token);
    }
  }
  return false;
}

/** The braces of a JSON text, and its strings with the mark that follows: `:` behind a key. */
function* tokens(text: string): Generator<[string, string]> {
  for (const [, string = '', mark = '', brace = ''] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|([{}])/g))
    yield brace === '' ? [string, mark] : [brace, ''];
}
