import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { FieldType } from '../../engine/project/schema/datasetSchema.ts';
import { openDatabase } from '../../engine/data/database.ts';
import { diffTables } from '../../engine/data/diffTables.ts';
import { inferSchema } from '../../engine/data/inferSchema.ts';
import { quoteIdentifier } from '../../engine/data/quote.ts';
import { relationsOf } from '../../engine/data/relations.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { createNasty, nastyTable, type NastyColumn, type NastyValue } from '../helpers/nastyTables.ts';
import { rounds } from '../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** A value as a text that is equal for equal values. */
const textOf = (value: NastyValue) => `${typeof value}:${value === 0 ? '0' : String(value)}`;
const isPresent = (value: NastyValue) => value !== null && !Number.isNaN(value);
const rowsOf = (columns: readonly NastyColumn[], at: readonly number[]) =>
  at.map((r) => columns.map(({ values }) => textOf(values[r] ?? null)).join(' '));

function counts(texts: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const text of texts) found.set(text, (found.get(text) ?? 0) + 1);
  return found;
}

/** Pearson's correlation in two passes, in units of the largest value; null for a constant. */
function pearson(a: Float64Array, b: Float64Array): number | null {
  const pairs = [...a].flatMap((x, i) => {
    const y = b[i] ?? Number.NaN;
    return Number.isFinite(x) && Number.isFinite(y) ? [{ x, y }] : [];
  });
  const centred = (values: number[]) => {
    const most = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
    const scaled = values.map((value) => value / most);
    const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
    return values.every((value) => value === values[0]) ? null : scaled.map((value) => value - mean);
  };
  const [x, y] = [centred(pairs.map((pair) => pair.x)), centred(pairs.map((pair) => pair.y))];
  if (!x || !y) return null;
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * (v[i] ?? 0), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

function close(ours: number | null, exact: number | null, what: string): void {
  if (ours === null || exact === null) assert.equal(ours, exact, what);
  else assert.ok(Math.abs(ours - exact) < 1e-9, `${what}: ${ours} for ${exact}`);
}

test('1,000 random tables: rows added and removed, as multisets', async () => {
  for (let seed = 1; seed <= rounds(1000); seed++) {
    const random = seededRandom(seed);
    const columns = nastyTable(seed).slice(0, 3);
    const total = columns[0]?.values.length ?? 0;
    const split = random.integer(total + 1);
    await createNasty(db, 't', columns);
    await db.run('CREATE OR REPLACE TABLE numbered AS SELECT row_number() OVER () AS "row number", * FROM t');
    const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
    const part = (where: string) => `(SELECT ${list} FROM numbered WHERE "row number" ${where})`;
    const diff = await diffTables(db, part(`<= ${split}`), part(`> ${split}`), { key: null });
    const [before, now] = [
      counts(
        rowsOf(
          columns,
          Array.from({ length: split }, (_, i) => i),
        ),
      ),
      counts(
        rowsOf(
          columns,
          Array.from({ length: total - split }, (_, i) => split + i),
        ),
      ),
    ];
    let [added, removed] = [0, 0];
    for (const row of new Set([...before.keys(), ...now.keys()])) {
      const more = (now.get(row) ?? 0) - (before.get(row) ?? 0);
      if (more > 0) added += more;
      else removed -= more;
    }
    assert.deepEqual([diff.rows.added, diff.rows.removed], [added, removed], `seed ${seed}`);
  }
});

/** Types under which a key keeps every value. */
const types: Record<string, FieldType> = {
  INTEGER: 'integer',
  TINYINT: 'integer',
  BIGINT: 'integer',
  DOUBLE: 'number',
  FLOAT: 'number',
  VARCHAR: 'string',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'datetime',
};

test('1,000 random tables: keys that repeat, what a schema is inferred from, correlations', async () => {
  for (let seed = 1; seed <= rounds(1000); seed++) {
    const columns = nastyTable(seed).slice(0, 2);
    await createNasty(db, 't', columns);
    const what = `seed ${seed}`;
    const schema = await inferSchema(db, 't');
    for (const [i, { sqlType, values }] of columns.entries()) {
      const known = values.filter(isPresent);
      const field = schema.fields[i];
      assert.equal(field?.constraints?.required === true, values.length > 0 && known.length === values.length, what);
      const distinct = new Set(known.map(textOf)).size;
      const categories = sqlType === 'VARCHAR' && distinct > 0 && distinct <= 20 && distinct * 2 <= known.length;
      assert.equal(field?.categories?.length ?? 0, categories ? distinct : 0, what);
    }
    const [key] = columns;
    const type = types[key?.sqlType ?? ''];
    if (key && type) {
      const checked = await validateTable(db, {
        source: 't',
        schema: { fields: [{ name: key.name, type, constraints: { unique: true }, loopwright: { finite: false } }] },
        mode: 'typed',
      });
      await checked.discard();
      const known = key.values.filter(isPresent);
      const repeated = known.length - new Set(known.map(textOf)).size;
      const found = checked.rules.find(({ rule }) => rule === 'unique')?.count ?? 0;
      assert.equal(found, repeated, `${what}: repeated ${key.sqlType}`);
    }
    if (seed % 5 > 0) continue;
    const relations = await relationsOf(db, 't');
    const numbers = columns
      .filter(({ name }) => relations.columns.includes(name))
      .map(({ sqlType, values }) =>
        sqlType === 'TIMESTAMP'
          ? null
          : Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
      );
    for (const [i, a] of numbers.entries())
      for (const [j, b] of numbers.entries()) if (a && b) close(relations.pearson[i]?.[j] ?? null, pearson(a, b), what);
  }
});
