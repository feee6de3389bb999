import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { valueRules } from '../../engine/data/valueRules.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

// The rules of a schema are tested twice: in SQL for tables, in JavaScript for requests. Both must give one verdict.

const db = await openDatabase({ threads: 1 });
after(() => db.close());
const random = seededRandom(11);
const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)] as T;
const maybe = <T>(value: () => T): T | undefined => (random.next() < 0.5 ? value() : undefined);

const numbers = [-1e300, -5, -1, -0.5, 0, 0.5, 1, 2, 3, 7.25, 1e15, 1e300, null];
const wholes = [-9_007_199_254_740_991, -5, -1, 0, 1, 2, 3, 100, 2026, null];
const texts = [
  '',
  'a',
  'ab',
  'abc',
  'Ärger',
  '😀',
  '😀😀',
  'x@y.de',
  'http://a',
  'A1',
  'a1b2',
  ' a ',
  'NA',
  "it's",
  null,
];
const times = [
  '2026-01-31T13:45:00Z',
  '2026-01-31 13:45:00',
  '2026-01-31T13:45:00+02:00',
  '2026-01-31',
  '2025-12-31T23:59:59.999Z',
  'yesterday',
  '2026',
  '2026-13-01',
  '31.01.2026',
  '',
  null,
];
const patterns = ['[a-z]+', 'a.*', '.{2}', '\\d+|a', '(?i)A[0-9]', '[^@]+@[^@]+', '(a|b)*c?'];

/** A field with random constraints, values for it, and the SQL type of a column with them. */
function randomField(): { field: Field; values: readonly (string | number | boolean | null)[]; sqlType: string } {
  const required = maybe(() => true);
  const kind = pick(['number', 'integer', 'string', 'boolean', 'datetime', 'date'] as const);
  const constraints = (own: Field['constraints']) => ({ constraints: { ...own, ...(required && { required }) } });
  const base = { name: 'x', type: kind };
  const bounds = <T extends number | string>(limits: readonly T[]) => ({
    ...maybe(() => ({ [pick(['minimum', 'exclusiveMinimum'])]: pick(limits) })),
    ...maybe(() => ({ [pick(['maximum', 'exclusiveMaximum'])]: pick(limits) })),
  });
  switch (kind) {
    case 'number':
      return { field: { ...base, ...constraints(bounds([-1, 0, 0.5, 3])) }, values: numbers, sqlType: 'DOUBLE' };
    case 'integer':
      return {
        field: { ...base, ...constraints({ ...bounds([-1, 0, 2]), ...maybe(() => ({ enum: [1, 2, 2026] })) }) },
        values: wholes,
        sqlType: 'BIGINT',
      };
    case 'boolean':
      return {
        field: { ...base, ...constraints(maybe(() => ({ enum: [true] })) ?? {}) },
        values: [true, false, null],
        sqlType: 'BOOLEAN',
      };
    case 'string':
      return {
        field: {
          ...base,
          ...maybe(() => ({ format: pick(['email', 'uri', 'uuid', 'binary']) })),
          ...maybe(() => ({
            categories: pick([
              ['a', 'ab'],
              ['A1', "it's", '😀'],
            ]),
          })),
          ...maybe(() => ({ missingValues: ['NA', ''] })),
          ...constraints({
            ...maybe(() => ({ minLength: random.integer(3) })),
            ...maybe(() => ({ maxLength: 1 + random.integer(3) })),
            ...maybe(() => ({ pattern: pick(patterns) })),
          }),
        },
        values: texts,
        sqlType: 'VARCHAR',
      };
    case 'datetime':
    case 'date':
      return {
        field: {
          ...base,
          ...constraints(bounds(['2026-01-01', '2026-01-31'])),
          ...(random.next() < 0.2 && { format: '%d.%m.%Y', constraints: {} }),
        },
        values: times,
        sqlType: 'VARCHAR',
      };
  }
}

test('a value in a request breaks the rules that it breaks in a table', async () => {
  let broken = 0;
  for (let round = 0; round < 300; round++) {
    const { field, values, sqlType } = randomField();
    const schema = { fields: [field] };
    const rules = valueRules(field, schema, field.constraints?.required === true);
    const found = values.map((value) =>
      (rules.broken(value) ?? []).map(({ rule, says }) => `${rule}: ${says}`).toSorted(),
    );
    const rows = values.map(
      (value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(String(value))} AS ${sqlType}))`,
    );
    const source = `(SELECT x FROM (VALUES ${rows.join(', ')}) t(i, x) ORDER BY i)`;
    const result = await validateTable(db, { source, schema, mode: 'typed' });
    const expected = values.map((): string[] => []);
    for (const { rule, examples, count, message } of result.rules) {
      // Five examples are named; the others are counted.
      assert.equal(found.filter((names) => names.some((name) => name.startsWith(`${rule}: `))).length, count, message);
      for (const { row } of examples) expected[row - 1]?.push(rule);
    }
    for (const [i, names] of expected.entries())
      for (const rule of names)
        assert.ok(
          found[i]?.some((name) => name.startsWith(`${rule}: `)),
          `${JSON.stringify(field)}: ${JSON.stringify(values[i])} breaks ${rule}`,
        );
    broken += result.invalidRows;
    await result.discard();
  }
  assert.ok(broken > 1000, `${broken} rows broke a rule`);
});

test('a number is no text and a text is no number', () => {
  const number = valueRules({ name: 'x', type: 'number' }, { fields: [] }, false);
  assert.deepEqual(
    [1, '1', true, {}, [1], Number.POSITIVE_INFINITY].map((value) => number.broken(value)?.[0]?.rule ?? null),
    [null, 'type', 'type', 'type', 'type', 'type'],
  );
  const infinite = valueRules({ name: 'x', type: 'number', loopwright: { finite: false } }, { fields: [] }, false);
  assert.equal(infinite.broken(Number.POSITIVE_INFINITY), null);
});

test('a pattern that backtracks for ever in other engines is answered at once', () => {
  const rules = valueRules({ name: 'x', type: 'string', constraints: { pattern: '(a+)+' } }, { fields: [] }, false);
  const start = performance.now();
  assert.equal(rules.broken(`${'a'.repeat(5000)}!`)?.[0]?.rule, 'pattern');
  assert.ok(performance.now() - start < 20_000, 'no exponential time');
});

test('a bound of another type is an error with the field and the rule', () => {
  const field: Field = { name: 'x', type: 'number', constraints: { minimum: 'low' } };
  assert.throws(
    () => valueRules(field, { fields: [field] }, false),
    /x: the constraint minimum \(low\) cannot be used/,
  );
});
