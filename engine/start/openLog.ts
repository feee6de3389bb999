import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnsOf } from '../data/inspectColumns.ts';
import type { Database } from '../data/database.ts';
import { HeldFiles } from '../data/logs/heldFiles.ts';
import { copyLines } from '../data/logs/lineSlices.ts';
import { LogParts } from '../data/logs/logParts.ts';
import { unpack } from '../data/logs/unpack.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import type { FromLogs } from '../project/schema/sources/logs.ts';
import { patternSearch } from '../data/patternTest.ts';

/** What the first lines of a log hold. */
export interface LogSample {
  fields: Field[];
  /** Lines that were read, and those of them that are not in the format. */
  rows: number;
  unparsed: number;
}

/** Bytes that are read of each file, and files. */
const mostBytes = 4 << 20;
const mostFiles = 4;
/** Columns of access logs that most logs leave empty. */
const rare = new Set(['vhost', 'identity', 'rest']);

/** Reads the first lines of the newest files of a log, as `collect` reads them, and returns their columns. */
export async function sampleLog(
  db: Database,
  folder: string,
  source: FromLogs,
  signal: AbortSignal = new AbortController().signal,
): Promise<LogSample> {
  const work = await mkdtemp(join(tmpdir(), 'loopwright-start-'));
  const held = new HeldFiles(folder, [source.logs].flat(), { known: [], since: null, warn: () => {} });
  try {
    const { files } = await held.refresh();
    const parts = new LogParts(db, work, source, null);
    const newest = files.filter(({ packing }) => packing !== 'other').toSorted((a, b) => b.mtimeMs - a.mtimeMs);
    let order = 0;
    for (const file of newest) {
      if (order >= mostFiles) break;
      const plain = file.packing === null ? file : await unpack(file, join(work, 'unpacked'), signal);
      if (plain === null) continue;
      const slice = await copyLines(
        { ...plain, size: Math.min(plain.size, mostBytes) },
        0,
        join(work, `${order}.lines`),
        {
          encoding: source.encoding ?? 'utf-8',
          continued: source.continued === undefined ? null : patternSearch(source.continued),
          isFinished: plain.size <= mostBytes,
          signal,
        },
      );
      if (slice !== null && slice !== 'changed')
        await parts.add(slice, { file: plain.path, before: 0, order: order++ });
      if (plain !== file) await plain.handle.close();
    }
    const { rows, unparsed } = parts.count();
    if (rows === 0) return { fields: [], rows, unparsed };
    return { fields: await fieldsOf(db, await parts.rows()), rows, unparsed };
  } finally {
    await held.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** Names and types of the columns. A time that every row has is the timestamp. */
async function fieldsOf(db: Database, source: string): Promise<Field[]> {
  const columns = (await columnsOf(db, source)).filter(({ name }) => name !== '_line');
  const counts = columns.map(({ name }, i) => `count(${quoteIdentifier(name)}) AS n${i}`);
  const [row = {}] = await db.rows(`SELECT count(*) AS n, ${counts.join(', ')} FROM ${source}`);
  const filled = columns.map((_, i) => Number(row[`n${i}`]));
  const isWhole = (i: number) => filled[i] === Number(row['n']);
  const time = columns.findIndex(({ type }, i) => type === 'datetime' && isWhole(i));
  return columns.flatMap(({ name, type }, i): Field[] => {
    if (filled[i] === 0 && rare.has(name)) return [];
    if (i === time) return [{ name, type, constraints: { required: true }, loopwright: { role: 'timestamp' } }];
    // A column without a value in these lines can hold anything later.
    return [{ name, type: filled[i] === 0 ? 'string' : type }];
  });
}
