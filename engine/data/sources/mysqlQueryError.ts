import type { Connection } from 'mysql2';
import { WorkError, messageOf } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import { mysqlTextLiteral } from '../quote.ts';
import { ask, codeOf } from './mysqlConnection.ts';
import { queryError, type QueryText } from './queryText.ts';

/** True for the errors of MySQL and of MariaDB for a query beyond its time limit. */
export function isTimeLimit(error: unknown): boolean {
  return [3024, 1969].includes((error as { errno?: number }).errno ?? 0);
}

/** Returns an error of the server as a sentence with its place in the query and, for an unknown name, the nearest one. */
export async function mysqlQueryError(error: unknown, query: QueryText, connection: Connection): Promise<unknown> {
  const code = codeOf(error);
  if (!(error instanceof Error) || !('errno' in error)) return error;
  const message = messageOf(error);
  if (isTimeLimit(error))
    return queryError(
      query,
      'it ran longer than the server allows (max_statement_time or max_execution_time). Add an index for the watermark, or raise the limit.',
      null,
      error,
    );
  const at = (name: string | undefined) => placeOf(query.sql, name);
  switch (code) {
    case 'ER_PARSE_ERROR': {
      const [, near = '', line = '1'] = /near '([\s\S]*)' at line (\d+)/.exec(message) ?? [];
      const offset = query.sql
        .split('\n')
        .slice(0, Number(line) - 1)
        .join('\n').length;
      const text = near.replaceAll(/\s+/g, ' ').slice(0, 60);
      return queryError(
        query,
        near === '' ? 'syntax error at its end.' : `syntax error near \`${text}\`.`,
        Number(line) > 1 ? offset + 1 : 0,
        error,
      );
    }
    case 'ER_BAD_FIELD_ERROR': {
      const name = /Unknown column '([^']*)'/.exec(message)?.[1];
      const last = name?.split('.').at(-1) ?? '';
      return queryError(
        query,
        `there is no column \`${name}\`.${suggestion(last, await columnsNear(connection, query.sql))}`,
        at(last),
        error,
      );
    }
    case 'ER_NO_SUCH_TABLE': {
      const name = /Table '([^']*)'/.exec(message)?.[1]?.split('.').at(-1) ?? '';
      return queryError(
        query,
        `there is no table \`${name}\`.${suggestion(name, await tablesOf(connection))}`,
        at(name),
        error,
      );
    }
    case 'ER_LOCK_WAIT_TIMEOUT':
      return new WorkError(
        'A table of the query stayed locked by another session for too long (lock wait timeout). Run again when that session has ended its transaction; `SHOW FULL PROCESSLIST` shows it.',
        { cause: error, place: { file: query.file ?? 'loopwright.yaml' } },
      );
    case 'ER_QUERY_INTERRUPTED':
      return new WorkError(
        'The query was stopped on the server, by a user with KILL or by a limit of the server. Run again.',
        {
          cause: error,
          place: { file: query.file ?? 'loopwright.yaml' },
        },
      );
    case 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION':
      return queryError(query, `${message}. The query must not change data.`, null, error);
    case 'ER_NO_DB_ERROR':
      return queryError(
        query,
        'the address names no database. Add it, such as mysql://user@host:3306/name.',
        null,
        error,
      );
    case 'ER_TABLEACCESS_DENIED_ERROR':
    case 'ER_COLUMNACCESS_DENIED_ERROR':
      return queryError(query, `${message}. Grant the user permission to read it.`, null, error);
    default:
      return queryError(query, `${message.replace(/\.$/, '')}.`, null, error);
  }
}

/** The offset of a name in the query; null when it is not there as written. */
function placeOf(sql: string, name: string | undefined): number | null {
  if (!name) return null;
  const found = new RegExp(
    `(?<![\\w$])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\${RegExp.escape(name)}`)}(?![\\w$])`,
    'i',
  ).exec(sql);
  return found?.index ?? null;
}

/** The columns of the tables whose names are in the query. */
async function columnsNear(connection: Connection, sql: string): Promise<string[]> {
  const words = [...new Set(sql.match(/[\p{L}\p{N}_$]+/gu) ?? [])].slice(0, 500);
  if (words.length === 0) return [];
  return names(
    connection,
    `SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN (${words.map(mysqlTextLiteral).join(', ')})`,
  );
}

async function tablesOf(connection: Connection): Promise<string[]> {
  return names(
    connection,
    'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() LIMIT 10000',
  );
}

async function names(connection: Connection, sql: string): Promise<string[]> {
  return (await ask(connection, sql).catch(() => [])).flatMap(([name]) => name ?? []);
}
