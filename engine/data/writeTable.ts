import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CancelledError, WorkError, messageOf } from '../base/errors.ts';
import type { Database } from './database.ts';
import { describeFullError } from './databaseError.ts';
import { joinParquet } from './parquet/joinParquet.ts';
import { quoteLiteral } from './quote.ts';
import { replaceFile } from '../base/replaceFile.ts';

/**
 * Writes the result of a SELECT as Parquet (zstd). Atomic: the file is complete or does not exist. Throws WorkError or
 * CancelledError.
 */
export function writeParquet(db: Database, sql: string, path: string): Promise<void> {
  return writeAtomically(db, sql, path, 'FORMAT parquet, COMPRESSION zstd');
}

/**
 * Writes the result of a SELECT in the format of a target, as Parquet or CSV, to a path beside it. With `parts`, Parquet
 * files of which these columns are the result, their bytes are copied where that is possible.
 */
export async function writeTable(
  db: Database,
  target: string,
  sql: string,
  path: string,
  parts: { files: readonly string[]; columns: readonly string[] } | null = null,
): Promise<void> {
  if (!/\.parquet$/i.test(target)) return writeCsv(db, sql, path);
  const isJoined =
    parts !== null && (await whole(path, (temporary) => joinParquet(parts.files, parts.columns, temporary)));
  if (!isJoined) await writeParquet(db, sql, path);
}

/** Writes the result of a SELECT as CSV with a header, times as ISO UTC. Atomic like writeParquet. */
export function writeCsv(db: Database, sql: string, path: string): Promise<void> {
  return writeAtomically(db, sql, path, "FORMAT csv, HEADER true, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%gZ'");
}

async function writeAtomically(db: Database, sql: string, path: string, options: string): Promise<void> {
  await whole(path, async (temporary) => {
    await db.run(`COPY (${sql}) TO ${quoteLiteral(temporary)} (${options})`);
    return true;
  });
}

/** Renames what `write` wrote, if it returns true, and removes it otherwise. */
async function whole(path: string, write: (temporary: string) => Promise<boolean>): Promise<boolean> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (!(await write(temporary))) {
      await rm(temporary, { force: true });
      return false;
    }
    await replaceFile(temporary, path);
    return true;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof CancelledError) throw error;
    throw (
      describeFullError(error) ??
      new WorkError(`${path} could not be written: ${messageOf(error)}`, { cause: error, place: { file: path } })
    );
  }
}
