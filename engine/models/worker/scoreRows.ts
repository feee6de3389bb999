import { rm } from 'node:fs/promises';
import { checkCancelled } from '../../base/errors.ts';
import type { TypedColumn, TypedValue } from '../../data/appendColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../../data/quote.ts';
import type { Table } from '../../data/table.ts';
import { withDatabase } from '../../data/withDatabase.ts';
import { writeParquet } from '../../data/writeTable.ts';
import type { FileRequest, InputType, RawAnswers } from '../flavours/flavour.ts';
import { RowError } from '../rowError.ts';
import type { WorkerPool } from './workerPool.ts';

const batchRows = 50_000;

/**
 * Scores a Parquet file by requests for rows, for a Python that cannot read Parquet. Slower than a worker that reads the
 * file, with the same answers.
 */
export async function scoreRows(pool: WorkerPool, request: FileRequest): Promise<void> {
  const { input, output, inputs, signal, onRows } = request;
  const columns = inputs.map(({ name, type }) => `${cast(quoteIdentifier(name), type)} AS ${quoteIdentifier(name)}`);
  let done = 0;
  await rm(output, { force: true });
  // The target is another database: one that is read in batches cannot be written.
  await withDatabase(signal, async (target) => {
    let written: TypedColumn[] | null = null;
    const write = async (answers: RawAnswers) => {
      const { names, values } = columnsOf(answers);
      if (!written) await target.create('answers', (written = names));
      await target.append('answers', written, values);
    };
    await withDatabase(signal, (source) =>
      source.batches(
        `SELECT ${columns.join(', ')} FROM read_parquet(${quoteLiteral(input)})`,
        batchRows,
        async (rows) => {
          checkCancelled(signal);
          await write(await predict(pool, rows, request, done));
          done += rows.rows;
          onRows?.(done);
        },
      ),
    );
    if (!written) await write({ kind: 'values', values: new Float64Array() });
    await writeParquet(target, 'SELECT * FROM answers', output);
  });
}

/** The row of an error counts from the beginning of the file. */
async function predict(pool: WorkerPool, rows: Table, request: FileRequest, before: number): Promise<RawAnswers> {
  try {
    return await pool.predict(rows, request.inputs, request.signal);
  } catch (error) {
    throw error instanceof RowError ? new RowError(error.row + before, error.reason) : error;
  }
}

function cast(column: string, type: InputType): string {
  const sqlTypes = { text: 'VARCHAR', datetime: 'TIMESTAMP', number: 'DOUBLE', integer: 'DOUBLE', boolean: 'DOUBLE' };
  return `CAST(${column} AS ${sqlTypes[type]})`;
}

function columnsOf(answers: RawAnswers): { names: TypedColumn[]; values: (readonly TypedValue[])[] } {
  if (answers.kind === 'labels') return { names: [{ name: 'label', kind: 'text' }], values: [answers.values] };
  const numbers = answers.kind === 'scores' ? answers.columns : [answers.values];
  return {
    names: numbers.map((_, i) => ({ name: `c${i}`, kind: 'number' })),
    values: numbers.map((column) => [...column]),
  };
}
