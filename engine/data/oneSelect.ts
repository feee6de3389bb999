import { DataError } from '../base/errors.ts';
import type { Database } from './database.ts';

/** The text is another statement than one SELECT, or several. */
export class NotOneSelect extends DataError {
  override readonly name = 'NotOneSelect';
}

/**
 * Checks by the parser of DuckDB that a text is exactly one SELECT (or `FROM`, `WITH`, `VALUES`, `PIVOT`), before it
 * becomes part of a statement of ours. Rejects with NotOneSelect when it is another statement or several, and with
 * WorkError when it cannot be parsed. The first line of the text is line 1 of a parse error.
 */
export async function checkOneSelect(db: Database, sql: string): Promise<void> {
  // Text that only parses inside parentheses could close them.
  await db.statements(sql);
  try {
    await db.statements(`SELECT * FROM (\n${sql}\n)`);
  } catch {
    throw new NotOneSelect('it must be exactly one SELECT; statements that change or set something are not run');
  }
}
