import { join } from 'node:path';
import { WorkError, ProjectError, CancelledError, messageOf } from '../../base/errors.ts';
import { freshness, timeOf, type Peek, type PeekOptions } from './peek.ts';
import { pythonType, readPython, type PythonSource } from './pythonSource.ts';
import { queryText } from './queryText.ts';
import { RowFile } from './rowFile.ts';
import type { SourceContext } from './source.ts';

/** Reads the first rows of a query in the Python of the project. They are not counted. */
export async function peekPython(context: SourceContext, source: PythonSource, options: PeekOptions): Promise<Peek> {
  const query = queryText(context.root, source.query);
  const file = await RowFile.open(join(context.folder, 'python', 'rows.parquet'), 0);
  try {
    const found = await readPython(context, source, query, file, Math.max(0, Math.floor(options.rows)));
    const notes: string[] = [];
    const types = found.columns.map((column) => pythonType(column, (line) => notes.push(`${line}.`)).type);
    await file.flushed();
    const names = found.columns.map((_, i) => `c${i}`);
    const rows =
      names.length === 0
        ? []
        : (await (await context.database()).rows(`SELECT ${names.join(', ')} FROM ${file.source()}`)).map((row) =>
            names.map((name) => (row[name] ?? null) as string | null),
          );
    const isTime = (name: string | null | undefined) =>
      found.columns.findIndex((column, i) => column.name === name && /^(DATE|TIMESTAMP)$/.test(types[i] ?? ''));
    const at = [options.timestamp, source.watermark].map(isTime).find((i) => i >= 0);
    const newest =
      at === undefined
        ? null
        : rows.map((row) => timeOf(row[at])).reduce((a, b) => (b === null || (a !== null && a > b) ? a : b), null);
    return {
      columns: found.columns.map(({ name }, i) => ({ name, type: types[i] ?? 'VARCHAR' })),
      rows,
      about: found.about,
      // Of part of the rows, the freshest is not that of the source.
      ...(found.rows < options.rows ? { total: found.rows, ...freshness(newest, 'row') } : {}),
      notes,
    };
  } catch (error) {
    if (error instanceof WorkError || error instanceof ProjectError || error instanceof CancelledError) throw error;
    throw new WorkError(`The database could not be read: ${messageOf(error)}.`, { cause: error });
  } finally {
    await file.discard();
  }
}
