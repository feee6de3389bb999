import { mkdtemp, rm } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ReadAs } from '../../protocol/start.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import type { Database } from '../data/database.ts';
import { fieldsOf, typedTexts } from '../data/inferFiles.ts';
import { tableInPortions } from '../data/portions.ts';
import { rejectTables, sourceFormat, sourceSql } from '../data/readSource.ts';
import { packingOf } from '../data/reading/fileStart.ts';
import { copyStart } from '../data/reading/copyStart.ts';
import { describeReading, readingsOf } from '../data/reading/describeReading.ts';
import { checkFiles } from '../data/checkFiles.ts';
import { writtenSchema } from '../data/written/writtenSchema.ts';
import { writtenNotes } from '../data/written/writtenNotes.ts';
import { DataError, checkCancelled } from '../base/errors.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { guessReadAs } from './guessReadAs.ts';
import { whyNoFile } from '../base/readRegularFile.ts';

/** A file, or the start of a large one, as a table of typed columns in a database. */
export interface OpenTable {
  /** View with the rows. */
  view: string;
  /** Number of rows in the view. */
  rows: number;
  /** Number of rows in the file; an estimate when only its start was read. */
  allRows: number;
  estimated: boolean;
  readAs: ReadAs | null;
  /** Column names in place of those in the header, when the header is not usable. */
  columns: string[] | null;
  /** Type and format of each column. */
  schema: DatasetSchema;
  notes: string[];
}

/** Maximum number of bytes of text to read; of other formats, a maximum number of rows. */
const mostBytes = 12 << 20;
const mostRows = 200_000;
const mostColumns = 2000;

/** Reads a file to profile it. Throws DataError when it cannot be read as a table. */
export async function openTable(
  db: Database,
  file: string,
  given: Partial<ReadAs> = {},
  signal?: AbortSignal,
): Promise<OpenTable> {
  const format = sourceFormat(file);
  if (format === null)
    throw new DataError(`${file}: cannot be read as a table; use .csv, .tsv, .json, .jsonl, .ndjson or .parquet`, {
      place: { file },
    });
  const stats = statSync(file, { throwIfNoEntry: false });
  const why = stats ? whyNoFile(stats) : null;
  if (why !== null) throw new DataError(`\`${file}\` ${why}`, { place: { file } });
  if (!stats)
    throw new DataError(`${file}: the file does not exist or cannot be read; check the path`, { place: { file } });
  await checkFiles([file], signal);
  return format === 'csv' ? openText(db, file, given, signal) : openTyped(db, file);
}

async function openText(
  db: Database,
  file: string,
  given: Partial<ReadAs>,
  signal: AbortSignal | undefined,
): Promise<OpenTable> {
  const { readAs, reading, columns, names } = guessReadAs(file, given);
  if (names.length > mostColumns)
    throw new DataError(
      `${file}: it has ${names.length.toLocaleString('en-US')} columns; at most ${mostColumns.toLocaleString('en-US')} are supported`,
      { place: { file } },
    );
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-start-'));
  const bytes = statSync(file).size;
  try {
    const plain = join(folder, `${basename(file).replace(/(\.\w+)?(\.(gz|zst))?$/i, '')}.csv`);
    const read = copyStart(reading, plain, mostBytes);
    checkCancelled(signal);
    const source = sourceSql([plain], { allText: true, withFile: false, rejects: true, read: read.settings(columns) });
    await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_texts AS SELECT * FROM ${source}`);
    const [{ n: rows = 0 } = {}] = await db.rows('SELECT count(*) AS n FROM loopwright_texts');
    const [{ n: bad = 0 } = {}] = await db
      .rows(`SELECT count(DISTINCT line) AS n FROM ${rejectTables.errors}`)
      .catch(() => []);
    const notes = [
      ...describeReading(readingsOf([file], given as ReadSettings), { ragged: false }),
      ...(Number(bad) > 0
        ? [
            `${Number(bad).toLocaleString('en-US')} ${Number(bad) === 1 ? 'line has' : 'lines have'} more or fewer fields than the header; ${Number(bad) === 1 ? 'it is' : 'they are'} set aside`,
          ]
        : []),
    ];
    const { schema, columns: told } = await writtenSchema(db, 'loopwright_texts', names, {
      delimiter: readAs.delimiter,
      signal,
    });
    const { notes: forms, questions } = writtenNotes(told);
    notes.push(...forms, ...questions);
    const typed = await tableInPortions(db, names, (own) =>
      typedTexts(fieldsOf(schema.fields, own), 'loopwright_texts'),
    );
    await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_typed AS SELECT * FROM ${typed}`);
    await db.run(`DROP TABLE ${typed}`);
    const estimated = !read.whole;
    const allRows =
      estimated && packingOf(file) === null
        ? Number((Number(rows) * (bytes / Math.max(1, read.length))).toPrecision(3))
        : Number(rows);
    return { view: 'loopwright_typed', rows: Number(rows), allRows, estimated, readAs, columns, schema, notes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openTyped(db: Database, file: string): Promise<OpenTable> {
  const source = sourceSql([file]);
  const described = await columnsOf(db, source);
  if (described.length > mostColumns)
    throw new DataError(
      `${file}: it has ${described.length.toLocaleString('en-US')} columns; at most ${mostColumns.toLocaleString('en-US')} are supported`,
      { place: { file } },
    );
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_typed AS SELECT * FROM ${source} LIMIT ${mostRows}`);
  const [{ n: rows = 0 } = {}] = await db.rows('SELECT count(*) AS n FROM loopwright_typed');
  const large = Number(rows) === mostRows;
  const [{ n: allRows = 0 } = {}] = large ? await db.rows(`SELECT count(*) AS n FROM ${source}`) : [{ n: rows }];
  const notes: string[] = [];
  const fields = described.map(({ name, type }): Field => ({ name, type }));
  return {
    view: 'loopwright_typed',
    rows: Number(rows),
    allRows: Number(allRows),
    estimated: false,
    readAs: null,
    columns: null,
    schema: { fields },
    notes,
  };
}
