import { closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataError, ProjectError, WorkError, messageOf } from '../base/errors.ts';
import { headerLine, parseRecords, recordLine, type LabelRecord } from './labelRecords.ts';
import type { LabelTask } from './task.ts';

type LabelFile = Pick<LabelTask, 'path' | 'file' | 'key' | 'label'>;

/** All decisions in the order of the file. */
export interface LabelLog {
  records: LabelRecord[];
  /** Numbers of invalid lines. */
  broken: number[];
}

/** An append of at most this many bytes is atomic for all processes that append to the file. */
const longestLine = 4096;

/**
 * Reads a label file; an absent or empty file has no records. Throws DataError when it cannot be read or has another
 * header.
 */
export function readLog(task: LabelFile): LabelLog {
  const text = readText(task);
  if (text === '') return { records: [], broken: [] };
  const header = headerLine(task.key, task.label);
  return parseRecords(text, headerEnd(text, header, task), header);
}

/**
 * Appends one decision in a single write that is on disk when this returns. A line that an earlier write left
 * incomplete is terminated first, and the note reports it. Throws DataError when the file has another header (nothing
 * is written), WorkError when it cannot be written.
 */
export function appendRecord(task: LabelFile, record: LabelRecord): { note: string | null } {
  const line = recordLine(record);
  const header = headerLine(task.key, task.label);
  const text = readText(task);
  const before = text === '' ? header : repairOf(text, header, task);
  const bytes = Buffer.from(before + line);
  if (bytes.length > longestLine)
    throw new ProjectError(
      `The key of the row is too long to be labelled: the line would have ${bytes.length} bytes, at most ${longestLine} are written at once. Take a shorter column as \`key\`.`,
    );
  try {
    mkdirSync(dirname(task.path), { recursive: true });
    const file = openSync(task.path, 'a', 0o644);
    try {
      const written = writeSync(file, bytes);
      fsyncSync(file);
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new WorkError(
      `The label could not be written to ${task.file}: ${messageOf(error)}. It does not count; free some space or correct the permissions, and decide again.`,
      { cause: error, place: { file: task.file } },
    );
  }
  return {
    note: !endsTorn(text, header, before)
      ? null
      : `The last line of ${task.file} had been cut short. It is left out; the new label stands on a line of its own.`,
  };
}

function readText({ path, file }: LabelFile): string {
  let handle: number;
  try {
    // A pipe without a writer would block.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new DataError(`The label file ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      place: { file },
    });
  }
  try {
    if (!fstatSync(handle).isFile())
      throw new DataError(`The label file ${file} is no file. Name another, or move what stands there.`, {
        place: { file },
      });
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(handle));
  } catch (error) {
    if (error instanceof DataError) throw error;
    const why = error instanceof TypeError ? 'it is not UTF-8' : messageOf(error);
    throw new DataError(`The label file ${file} cannot be read: ${why}. Nothing was written to it.`, {
      cause: error,
      place: { file, line: 1, column: 1 },
    });
  } finally {
    closeSync(handle);
  }
}

/** Offset of the first record. */
function headerEnd(text: string, header: string, { file }: LabelFile): number {
  const crlf = header.replace(/\n$/, '\r\n');
  if (text.startsWith(header)) return header.length;
  if (text.startsWith(crlf)) return crlf.length;
  // The first write may have been cut short.
  if (header.startsWith(text)) return text.length;
  throw new DataError(
    `${file} begins with another header than ${header.trimEnd()}. Nothing was written to it. Name another file under \`file\`, or give this one the header.`,
    { place: { file, line: 1, column: 1 } },
  );
}

/**
 * The text that must precede the next line, to terminate an incomplete one; empty when the file ends with a line end.
 */
function repairOf(text: string, header: string, task: LabelFile): string {
  headerEnd(text, header, task);
  if (text.length < header.length && header.startsWith(text)) return header.slice(text.length);
  const open = (text.match(/"/g)?.length ?? 0) % 2 === 1;
  if (open) return '"\n';
  return text.endsWith('\n') ? '' : '\n';
}

/** True when the file ends with an incomplete line rather than a complete one without its line end. */
function endsTorn(text: string, header: string, repair: string): boolean {
  if (text === '' || repair === '') return false;
  if (repair !== '\n') return true;
  const { broken } = parseRecords(text, text.indexOf('\n') + 1, header);
  return broken.at(-1) === text.split('\n').length;
}
