import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { CancelledError, ProjectError, WorkError } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import { helperFile } from '../../base/helperFile.ts';
import { programOnPath } from '../../base/programOnPath.ts';
import { runCommand } from '../../base/runCommand.ts';
import { decimalCast } from '../decimalCast.ts';
import type { Watermark } from '../watermark.ts';
import { pythonFault, type PythonFault } from './pythonFault.ts';
import { queryText, type QueryText } from './queryText.ts';
import { withRetries } from './retry.ts';
import { RowFile, checkColumns, type RowColumn } from './rowFile.ts';
import type { Received, SourceContext } from './source.ts';

export interface PythonSource {
  python: string;
  query: string;
  watermark?: string | undefined;
  batch?: number | undefined;
}

/** Kinds of values in a column, and what their digits need. */
export interface PythonColumn {
  name: string;
  kinds: string[];
  whole: number;
  scale: number;
  wide: boolean;
}

export interface PythonRows {
  rows: number;
  longest: number;
  unmarked: number;
  highest: Pick<Watermark, 'value' | 'kind'> | null;
  columns: PythonColumn[];
  /** The database and the library, in one line. */
  about: string;
}

type Report =
  | { event: 'columns'; names: string[] }
  | { event: 'rows'; rows: number }
  | ({ event: 'done' } & PythonRows)
  | ({ event: 'fault' } & PythonFault);

/**
 * Reads the rows of a query in the Python of the project, through SQLAlchemy or ADBC. Python writes them to a file as
 * texts, so neither process holds more than one batch.
 */
export async function fromPython(context: SourceContext, source: PythonSource): Promise<Received> {
  const query = queryText(context.root, source.query);
  const path = join(
    context.folder,
    `python-${createHash('sha256')
      .update(`${pythonIdentity(source.python)}\0${source.query}`)
      .digest('hex')
      .slice(0, 16)}`,
    'rows.parquet',
  );
  const options = { what: 'The database could not be read', signal: context.signal, log: context.log };
  return withRetries(options, async () => {
    const file = await RowFile.open(path, 0);
    try {
      const found = await readPython(context, source, query, file, null);
      const columns = found.columns.map((column): RowColumn => ({
        name: column.name,
        typed: pythonType(column, context.log).sql,
      }));
      context.progress(`writing ${found.rows.toLocaleString('en-US')} rows`);
      await file.finish(await context.database(), columns, path, context.signal);
      if (found.unmarked > 0)
        context.log(
          `warning: ${found.unmarked.toLocaleString('en-US')} rows have no ${source.watermark}; changes to them are not detected`,
        );
      return {
        files: [path],
        version: null,
        rows: found.rows,
        watermark:
          found.highest === null || source.watermark === undefined
            ? context.since
            : { column: source.watermark, ...found.highest },
        discard: () => rm(path, { force: true }),
      };
    } finally {
      await file.discard();
    }
  });
}

/** Runs `helper/database.py`, which writes at most `limit` rows to the file. */
export async function readPython(
  context: SourceContext,
  source: PythonSource,
  query: QueryText,
  file: RowFile,
  limit: number | null,
): Promise<PythonRows> {
  checkAddress(source.python);
  const script = helperFile('database.py');
  if (script === null)
    throw new WorkError('`helper/database.py` is missing from the installation; install Loopwright again.');
  const env = context.programEnv();
  const names = process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python'];
  const python = names.map((name) => programOnPath(name, env)).find((program) => program !== null) ?? null;
  if (python === null)
    throw new WorkError(
      'There is no Python to read the database with. Install Python, or name one with `python:` at the top of loopwright.yaml.',
    );
  const request = {
    dsn: source.python,
    query: query.sql,
    watermark: source.watermark ?? null,
    since: context.since && { value: context.since.value, kind: context.since.kind },
    inclusive: context.inclusive,
    batch: source.batch ?? 10_000,
    limit,
    out: file.path,
  };
  const stop = new AbortController();
  let done: PythonRows | null = null;
  let failure: unknown = null;
  let last = '';
  const take = (report: Report) => {
    if (report.event === 'rows') context.progress(`${report.rows.toLocaleString('en-US')} rows through Python`);
    else if (report.event === 'done') done = report;
    else if (report.event === 'fault') failure ??= pythonFault(report, query, source.watermark);
    else
      try {
        checkColumns(report.names, source.watermark, suggestion);
      } catch (error) {
        failure ??= error;
        stop.abort();
      }
  };
  let code = 0;
  try {
    code = await runCommand({
      cmd: [python, '-X', 'utf8', script],
      cwd: context.root,
      env: { ...env, PYTHONUNBUFFERED: '1' },
      signal: AbortSignal.any([context.signal, stop.signal]),
      onSpawn: context.onSpawn,
      // Not as an argument or a variable, where other users of the machine could see the password.
      onInput: (stdin: Writable) => stdin.write(`${JSON.stringify(request)}\n`),
      onLine: (line, from) => {
        const report = from === 'stdout' ? parsed(line) : null;
        if (report) {
          take(report);
          return;
        }
        if (line.trim() !== '') last = line.trim();
        context.log(line);
      },
    });
  } catch (error) {
    if (failure === null || !(error instanceof CancelledError) || context.signal.aborted) throw error;
  }
  if (failure !== null) throw failure as Error;
  if (done === null)
    throw new WorkError(
      `Python ended with exit code ${code} before all rows were read.${last === '' ? '' : ` Its last line: ${last.slice(0, 300)}`}`,
    );
  const found = done as PythonRows;
  file.received(found.columns.length, found.rows, found.longest);
  return found;
}

/** Returns dialect, host and database of an address for display, without user, password and parameters. */
export function pythonPlace(address: string): string {
  const [, scheme, rest = ''] = /^([a-z][\w+.-]*):(?:\/\/)?(.*)$/is.exec(address.trim()) ?? [];
  if (scheme === undefined) return 'python';
  // A password can contain every character, so all before the last @ is left out.
  const place = rest.replace(/^.*@/s, '').replace(/\?.*$/s, '');
  return `${scheme}://${place}`;
}

/** Returns what of an address identifies the database: without user and password, also those of an ODBC connection. */
export function pythonIdentity(address: string): string {
  const parameters = [...new URLSearchParams(/\?(.*)$/s.exec(address)?.[1] ?? '')]
    .filter(([name]) => !secret.test(name) && !/^(user|uid|username)$/i.test(name))
    .map(([name, value]) => [
      name,
      value
        .split(';')
        .filter((part) => !secret.test(part.split('=')[0] ?? '') && !/^\s*(uid|user)/i.test(part))
        .join(';'),
    ]);
  return `${pythonPlace(address)} ${JSON.stringify(parameters)}`;
}

const secret = /password|passwd|pwd|token|secret|key/i;

function checkAddress(address: string): void {
  if (/^[a-z][\w+.-]*:/i.test(address)) return;
  throw new ProjectError(
    address.startsWith('${env.')
      ? `The environment variable ${address.slice(6, -1)} is not set. Set it to the address of the database as SQLAlchemy writes it, such as mssql+pyodbc://user:password@host/name.`
      : '`python` must be an address as SQLAlchemy writes it, such as mssql+pyodbc://user:password@host/name, from the environment: `${env.DSN}`.',
  );
}

const mostDigits = 38;

/** Returns the type of a column by the kinds of its values, and the SQL that converts a text to it. */
export function pythonType(
  { name, kinds, whole, scale, wide }: PythonColumn,
  log: (line: string) => void,
): { type: string; sql: RowColumn['typed'] } {
  const only = (...allowed: string[]) => kinds.length > 0 && kinds.every((kind) => allowed.includes(kind));
  const cast = (type: string) => ({ type, sql: (text: string) => `CAST(${text} AS ${type})` });
  const text = { type: 'VARCHAR', sql: (value: string) => value };
  if (kinds.includes('bytes')) log(`${name}: bytes are written as base64`);
  if (kinds.includes('json')) log(`${name}: lists and records are written as JSON`);
  for (const kind of kinds)
    if (kind.startsWith('other:')) log(`${name}: values of the type ${kind.slice(6)} are written as their text`);
  if (only('boolean')) return cast('BOOLEAN');
  if (only('integer') && !wide) return cast('BIGINT');
  if (only('integer', 'decimal')) {
    const digits = Math.max(whole + scale, wide ? mostDigits : 18);
    if (digits <= mostDigits)
      return { type: `DECIMAL(${digits},${scale})`, sql: (value) => decimalCast(value, digits, scale) };
    log(`${name}: numbers of ${digits} digits do not fit a numeric type and stay text`);
    return text;
  }
  if (only('real') || (only('real', 'integer') && whole <= 15)) return cast('DOUBLE');
  if (only('decimal', 'odd', 'integer', 'real') && whole + scale <= 15) {
    if (kinds.includes('odd')) log(`${name}: contains NaN or Infinity, so it is read as DOUBLE`);
    return cast('DOUBLE');
  }
  if (only('date')) return cast('DATE');
  if (only('instant') || only('datetime') || only('datetime', 'date')) return cast('TIMESTAMP');
  if (only('time')) return cast('TIME');
  if (kinds.length > 1) log(`${name}: contains values of several types (${kinds.join(', ')}), so it stays text`);
  return text;
}

function parsed(line: string): Report | null {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && 'event' in value ? (value as Report) : null;
  } catch {
    return null;
  }
}
