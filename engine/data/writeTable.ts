import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CancelledError, WorkError, messageOf } from '../base/errors.ts';
import type { Database } from './database.ts';
import { describeFullError } from './databaseError.ts';
import { quoteLiteral } from './quote.ts';
import { replaceFile } from '../base/replaceFile.ts';

/**
 * Writes the result of a SELECT as Parquet (zstd). Atomic: the file is complete or does not exist. Throws WorkError or
 * CancelledError.
 */
export function writeParquet(db: Database, sql: string, path: string): Promise<void> {
  return writeAtomically(db, sql, path, 'FORMAT parquet, COMPRESSION zstd');
}

/** Writes the result of a SELECT as CSV with a header, times as ISO UTC. Atomic like writeParquet. */
export function writeCsv(db: Database, sql: string, path: string): Promise<void> {
  return writeAtomically(db, sql, path, "FORMAT csv, HEADER true, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%gZ'");
}

async function writeAtomically(db: Database, sql: string, path: string, options: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await db.run(`COPY (${sql}) TO ${quoteLiteral(temporary)} (${options})`);
    await replaceFile(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof CancelledError) throw error;
    throw (
      describeFullError(error) ??
      new WorkError(`${path} could not be written: ${messageOf(error)}`, { cause: error, place: { file: path } })
    );
  }
}
