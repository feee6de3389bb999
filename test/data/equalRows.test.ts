import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { countRepeatedRows, countSharedRows } from '../../engine/data/equalRows.ts';
import { quoteIdentifier } from '../../engine/data/quote.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { createNasty, nastyTable, type NastyColumn } from '../helpers/nastyTables.ts';
import { rounds } from '../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** Each row as a text; NULL, NaN and 0 in one form each. */
function rowTexts(columns: readonly NastyColumn[]): string[] {
  return (columns[0]?.values ?? []).map((_, r) =>
    columns
      .map(({ values }) => {
        const value = values[r] ?? null;
        return `${typeof value}:${JSON.stringify(value === 0 ? '0' : String(value))}`;
      })
      .join(' '),
  );
}

test('repeated and shared rows: 1,000 random tables against a plain comparison', async () => {
  let [repeats, shared] = [0, 0];
  for (let seed = 1; seed <= rounds(1000); seed++) {
    const random = seededRandom(seed);
    const columns = nastyTable(seed).slice(0, 1 + random.integer(4));
    await createNasty(db, 't', columns);
    const names = columns.map(({ name }) => name);
    const rows = rowTexts(columns);
    const expected = rows.length - new Set(rows).size;
    assert.equal(await countRepeatedRows(db, 't', names), expected, `seed ${seed}: repeated`);
    // The first rows are the other table.
    const split = random.integer(rows.length + 1);
    await db.run(`CREATE OR REPLACE TABLE numbered AS SELECT row_number() OVER () AS "row number", * FROM t`);
    const part = (test: string) =>
      `(SELECT ${names.map(quoteIdentifier).join(', ')} FROM numbered WHERE "row number" ${test} ${split})`;
    const known = new Set(rows.slice(0, split));
    const both = rows.slice(split).filter((row) => known.has(row)).length;
    assert.equal(await countSharedRows(db, part('>'), part('<='), names), both, `seed ${seed}: shared`);
    repeats += expected;
    shared += both;
  }
  assert.ok(repeats > rounds(1000) && shared > rounds(500), `${repeats} repeated, ${shared} shared`);
});
