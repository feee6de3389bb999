import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openDatabase } from '../../engine/data/database.ts';
import { inferFiles } from '../../engine/data/inferFiles.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { profileTable } from '../../engine/data/profileTable.ts';
import { quoteIdentifier } from '../../engine/data/quote.ts';
import { describeReading, readingsOf } from '../../engine/data/reading/describeReading.ts';
import { rawSource, tableSql } from '../../engine/data/typedSource.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { checkFiles } from '../../engine/data/checkFiles.ts';
import { writtenNotes } from '../../engine/data/written/writtenNotes.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { sampled } from '../helpers/rounds.ts';
import { runIn } from '../helpers/runIn.ts';

export interface Example {
  /** Name of the file. */
  file: string;
  content: string | Uint8Array;
  /** The rows as texts, in the columns of the table. */
  rows: Record<string, string | null>[];
  /** What is told about the reading. */
  told?: RegExp;
  /** Keys of `read:`. */
  read?: string;
}

/**
 * Reads each file with all that reads data: infer, validate with the inferred schema, profile, without a schema, and a
 * collect stage. All see the same rows, and no row breaks the schema. The quick rounds take a part of the files.
 */
export async function readByAll(all: readonly Example[]): Promise<void> {
  const examples = sampled(all);
  const names = examples.map((_, i) => `d${i}`);
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets:\n${examples
      .map(({ read }, i) => `  d${i}: { path: out/d${i}.parquet${read === undefined ? '' : `, read: ${read}`} }\n`)
      .join('')}stages:\n${examples
      .map(({ file }, i) => `  s${i}: { uses: collect, with: { dataset: d${i}, from: { files: in/${i}/${file} } } }\n`)
      .join('')}`,
    ...Object.fromEntries(examples.map(({ file, content }, i) => [`in/${i}/${file}`, content])),
  });
  const project = runIn(root);
  const outcome = await project.run();
  const db = await openDatabase({ threads: 1 });
  try {
    for (const [i, { file, rows, told }] of examples.entries()) {
      const path = join(root, `in/${i}/${file}`);
      const label = `${file}: ${JSON.stringify(rows[0])}`;
      await checkFiles([path]);
      const { schema, columns } = await inferFiles(db, [path], { guess: false });
      const { notes, questions } = writtenNotes(columns);
      if (told) assert.match([...describeReading(readingsOf([path])), ...notes, ...questions].join('\n'), told, label);
      const wanted = rows.map((row) => Object.values(row));
      const texts = async (source: string) => {
        const names = (await columnsOf(db, source)).map(({ name }) => name);
        assert.deepEqual(names, Object.keys(rows[0] ?? {}), label);
        const found = await db.rows(
          `SELECT ${names.map((name) => `CAST(${quoteIdentifier(name)} AS VARCHAR) AS ${quoteIdentifier(name)}`).join(', ')} FROM ${source}`,
        );
        return found.map((row) => names.map((name) => row[name]));
      };
      assert.deepEqual(await texts(await tableSql(db, [path], schema)), wanted, `by its schema, ${label}`);
      assert.deepEqual(await texts(await tableSql(db, [path], null)), wanted, `without a schema, ${label}`);
      const raw = rawSource([path], schema);
      const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
      assert.deepEqual([result.rows, result.validRows, result.tableProblems], [rows.length, rows.length, []], label);
      await result.discard();
      const profile = await profileTable(db, await tableSql(db, [path], null));
      assert.deepEqual(
        profile.map(({ name, missing }) => [name, missing]),
        Object.keys(rows[0] ?? {}).map((name) => [name, rows.filter((row) => row[name] === null).length]),
        label,
      );
      assert.equal(outcome.error, null, project.logs.join('\n'));
      assert.deepEqual(
        await texts(`read_parquet('${join(root, `out/${names[i] ?? ''}.parquet`)}')`),
        wanted,
        `collected, ${label}`,
      );
    }
  } finally {
    db.close();
  }
}
