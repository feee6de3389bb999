import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

export type SourceFormat = 'csv' | 'json' | 'parquet';

const formats: Record<string, SourceFormat> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  txt: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  pq: 'parquet',
};

/** Part files of Spark and Hive without an extension: `part-00000`, `000000_0`. */
const partName = /^(part-[\w-]+|\d{6}_\d+)$/;

/** Text of UCI and of measuring devices; other programs write binary files of these names. */
const dataName = /\.(data|dat)$/;

/** Returns the format for the name of a file, or null when it is not supported. Text can end in `.gz` or `.zst`. */
export function sourceFormat(file: string): SourceFormat | null {
  const name = file.toLowerCase();
  if (partName.test(basename(name))) return formatOfContent(file);
  if (dataName.test(name)) return isText(file) ? 'csv' : null;
  const format = formats[/\.([a-z]+)(?:\.(?:gz|zst))?$/.exec(name)?.[1] ?? ''] ?? null;
  return format === 'parquet' && /\.(gz|zst)$/.test(name) ? null : format;
}

/** True for a file that starts without zeros, which text in UTF-16 has too behind its mark. */
function isText(file: string): boolean {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(1024);
      const start = buffer.subarray(0, readSync(handle, buffer, 0, 1024, 0));
      return !start.includes(0) || start.readUInt16LE() === 0xfeff || start.readUInt16BE() === 0xfeff;
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}

/** Part files without an extension are Parquet, JSON Lines, or text as Hive writes it. */
function formatOfContent(file: string): SourceFormat | null {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(4);
      const start = buffer.toString('latin1', 0, readSync(handle, buffer, 0, 4, 0));
      return start === 'PAR1' ? 'parquet' : /^\s*[{[]/.test(start) ? 'json' : 'csv';
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
}
