import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { DataError, messageOf } from '../../base/errors.ts';

/** A file in a ZIP archive. */
export interface ZipEntry {
  name: string;
  size: number;
  read(): Buffer;
}

const endRecord = 0x06054b50;
const centralRecord = 0x02014b50;
/** The end record has 22 bytes and a comment of at most 65,535. */
const longestEnd = 22 + 65_535;
/** Descriptions of models are far smaller; a megabyte can unpack to a gigabyte. */
const mostBytes = 1 << 26;

/**
 * Returns the files of a ZIP archive by their names; null when the file is none. Formats of models store at most some
 * thousand files; ZIP64 archives are read when their directory is below 4 GB.
 */
export function zipEntries(path: string): Map<string, ZipEntry> | null {
  try {
    return readDirectory(path);
  } catch (error) {
    // A record is cut off, or names a place that no file has.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readDirectory(path: string): Map<string, ZipEntry> | null {
  const size = withFile(path, (fd) => fstatSync(fd).size);
  const tail = readAt(path, Math.max(0, size - longestEnd), Math.min(size, longestEnd));
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at < 0 || at + 22 > tail.length || tail.readUInt32LE(at) !== endRecord) return null;
  const { start, length } = directoryOf(path, tail, at, size);
  const directory = readAt(path, start, length);
  const entries = new Map<string, ZipEntry>();
  for (let from = 0; from + 46 <= directory.length && directory.readUInt32LE(from) === centralRecord;) {
    const method = directory.readUInt16LE(from + 10);
    const stored = directory.readUInt32LE(from + 20);
    const whole = directory.readUInt32LE(from + 24);
    const nameLength = directory.readUInt16LE(from + 28);
    const extra = directory.readUInt16LE(from + 30);
    const comment = directory.readUInt16LE(from + 32);
    const header = directory.readUInt32LE(from + 42);
    const name = directory.toString('utf8', from + 46, from + 46 + nameLength);
    entries.set(name, { name, size: whole, read: () => content(path, header, stored, method) });
    from += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** The place of the directory. An archive with many files, or of PyTorch, has it in a record of ZIP64. */
function directoryOf(path: string, tail: Buffer, at: number, size: number): { start: number; length: number } {
  const start = tail.readUInt32LE(at + 16);
  const length = tail.readUInt32LE(at + 12);
  if (start !== 0xffffffff) return { start, length };
  const locator = readAt(path, size - tail.length + at - 20, 20);
  const record = readAt(path, Number(locator.readBigUInt64LE(8)), 56);
  return { start: Number(record.readBigUInt64LE(48)), length: Number(record.readBigUInt64LE(40)) };
}

function content(path: string, header: number, stored: number, method: number): Buffer {
  const local = readAt(path, header, 30);
  const from = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const tooLarge = () =>
    new DataError(
      `${path}: a file in it unpacks to more than ${mostBytes >> 20} MB, which no description of a model has`,
      {
        place: { file: path },
      },
    );
  if (stored > mostBytes) throw tooLarge();
  const bytes = readAt(path, from, stored);
  try {
    return method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new DataError(`${path}: the archive is damaged: ${messageOf(error)}`, {
      cause: error,
      place: { file: path },
    });
  }
}

function readAt(path: string, from: number, length: number): Buffer {
  return withFile(path, (fd) => {
    // A damaged or hostile directory claims any length.
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, fstatSync(fd).size - Math.max(0, from))));
    const read = readSync(fd, bytes, 0, bytes.length, Math.max(0, from));
    return bytes.subarray(0, read);
  });
}

function withFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
