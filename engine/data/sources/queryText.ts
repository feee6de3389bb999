import { DataError, messageOf } from '../../base/errors.ts';
import { withoutSqlEnd } from '../../base/withoutSqlEnd.ts';
import { isSqlFile } from '../../project/graph.ts';
import { readRegularFile } from '../../base/readRegularFile.ts';
import { projectPath } from '../../base/projectPath.ts';

/** A query and its location. */
export interface QueryText {
  sql: string;
  /** Path relative to the project; null when the query is in loopwright.yaml. */
  file: string | null;
}

/** Returns the text of a query that is inline or in a file. */
export function queryText(root: string, query: string): QueryText {
  const file = isSqlFile(query) ? query.trim() : null;
  let sql = query;
  if (file !== null) {
    try {
      sql = readRegularFile(projectPath(root, file))
        .toString('utf8')
        .replace(/^\uFEFF/, '');
    } catch (error) {
      throw new DataError(`The query \`${file}\` cannot be read: ${messageOf(error)}`, {
        cause: error,
        place: { file },
      });
    }
  }
  sql = withoutSqlEnd(sql);
  if (sql.trim() === '')
    throw new DataError(`${file === null ? 'The query' : `\`${file}\``} is empty; it needs one SELECT.`, {
      place: { file: file ?? 'loopwright.yaml' },
    });
  return { sql, file };
}

/**
 * Returns an error with its line when the query is in a file. `offset` counts characters from the start of the query.
 */
export function queryError(query: QueryText, message: string, offset: number | null, cause: unknown): DataError {
  const line = offset === null || offset < 0 ? null : query.sql.slice(0, offset).split('\n').length;
  const place =
    query.file === null
      ? { file: 'loopwright.yaml' }
      : { file: query.file, ...(line === null ? {} : { line, column: 1 }) };
  return new DataError(
    `${query.file === null ? 'The query' : `\`${query.file}\``} failed: ${message}${line === null || query.file !== null ? '' : ` (line ${line} of the query)`}`,
    { cause, place },
  );
}
