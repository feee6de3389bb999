import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../base/errors.ts';
import { openDatabase } from './openDatabase.ts';
import type { Sql } from './sql.ts';

/** Copies that are made of a database whose owner writes all the time; the last one is taken as it is. */
const mostTries = 5;

/**
 * The database of a folder that cannot be written. SQLite in WAL mode cannot read there, so a private copy is read; it
 * is renewed when the original changes, and removed at the end. Without an original it is empty. Every write is refused
 * with a StoreError: it would be lost.
 */
export function openReadOnly(path: string): Sql {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-readonly-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  let copied = '';
  let copies = 0;
  const open = (): Sql => {
    const to = join(folder, `${++copies}.db`);
    // A copy during which its owner wrote may be torn, and is made anew.
    for (let tries = 0; tries < mostTries; tries++) {
      copied = stateOf(path);
      for (const part of ['', '-wal']) {
        rmSync(to + part, { force: true });
        if (existsSync(path + part)) copyFileSync(path + part, to + part, constants.COPYFILE_FICLONE);
        // The copy has the rights of the original, and has to be written.
        if (existsSync(to + part)) chmodSync(to + part, 0o600);
      }
      if (stateOf(path) === copied) break;
    }
    return openDatabase(to);
  };
  let sql: Sql;
  try {
    sql = open();
  } catch (error) {
    remove();
    throw error;
  }
  const refuse = (): never => {
    throw new StoreError(
      'readonly',
      `${path} cannot be written, so nothing can be recorded. Copy the project to a folder of yours, or ask its owner for the right to write.`,
      { place: { file: path } },
    );
  };
  return {
    all: (text, ...values) => sql.all(text, ...values),
    get: (text, ...values) => sql.get(text, ...values),
    columns: (text, ...values) => sql.columns(text, ...values),
    numbers: (text, ...values) => sql.numbers(text, ...values),
    iterate: (text, ...values) => sql.iterate(text, ...values),
    run: refuse,
    write: refuse,
    tryWrite: () => false,
    read: (work) => sql.read(work),
    version: () => {
      if (stateOf(path) !== copied) {
        const before = sql;
        sql = open();
        before.close();
        rmSync(join(folder, `${copies - 1}.db`), { force: true });
      }
      return `${copies}.${sql.version()}`;
    },
    isOpen: () => sql.isOpen(),
    close: () => {
      sql.close();
      process.removeListener('exit', remove);
      remove();
    },
  };
}

/** A text that changes when the database does. */
function stateOf(path: string): string {
  return ['', '-wal']
    .map((part) => statSync(path + part, { throwIfNoEntry: false }))
    .map((found) => (found ? `${found.size} ${found.mtimeMs} ${found.ino}` : ''))
    .join(' ');
}
