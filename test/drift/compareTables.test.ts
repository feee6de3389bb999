import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { compareTables, type CompareOptions } from '../../engine/drift/compareTables.ts';
import type { DriftRow } from '../../engine/drift/driftTable.ts';
import { openSide } from '../../engine/drift/openTables.ts';
import { comparatorsOf } from '../../engine/drift/comparators.ts';
import { declaredKinds } from '../../engine/drift/declaredKinds.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { readNumbers } from '../../engine/drift/readPair.ts';
import { wassersteinStdOfPair } from '../../engine/statistics/wasserstein.ts';
import { typedAsPandas } from '../../engine/drift/pandasTable.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { DataError, ProjectError } from '../../engine/base/errors.ts';
import { makeProject } from '../helpers/makeProject.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** n rows of an expression in `i`, as a FROM-able table. */
const rows = (n: number, columns: string) => `(SELECT ${columns} FROM range(${n}) AS t(i))`;
const compare = (reference: string, current: string, options: Partial<CompareOptions> = {}) =>
  compareTables(db, reference, current, { profile: 'loopwright', ...options });
const by = (table: { columns: DriftRow[] }) => Object.fromEntries(table.columns.map((row) => [row.column, row]));

const reference = rows(
  1000,
  "i % 100 AS number, 'c' || (i % 4) AS word, i % 2 = 0 AS flag, DATE '2026-01-01' + i::INTEGER AS day",
);
const moved = rows(
  800,
  "i % 100 + 50 AS number, 'c' || (i % 2) AS word, i % 2 = 0 AS flag, DATE '2026-02-01' + i::INTEGER AS day",
);

test('own profile: a shifted number and changed shares drift, an equal flag does not, days are left out', async () => {
  const table = await compare(reference, moved);
  const { number, word, flag, day } = by(table);
  assert.ok(
    number?.drifted &&
      number.measure === 'wasserstein_std' &&
      Math.abs((number.value ?? 0) - 50 / Math.sqrt((100 ** 2 - 1) / 12)) < 1e-12,
    JSON.stringify(number),
  );
  assert.ok(word?.drifted && word.measure === 'js_distance_2' && (word.pValue ?? 1) < 1e-9);
  assert.ok(flag && !flag.drifted && flag.value === 0 && flag.type === 'categorical');
  assert.ok(day && day.type === 'none' && day.value === null && day.note !== undefined);
  assert.deepEqual(table.dataset, { share: 2 / 3, drifted: true, rule: 'share of drifted columns ≥ 0.5' });
  assert.deepEqual([number.nReference, number.nCurrent, number.missingReference], [1000, 800, 0]);
  const same = await compare(reference, reference);
  assert.ok(same.columns.every((row) => !row.drifted && (row.value ?? 0) === 0) && !same.dataset.drifted);
});

test('own profile: few rows give no verdict; missing and unseen values are broken', async () => {
  const few = by(await compare(reference, rows(29, "i + 1000 AS number, 'c' || (i % 2) AS word")));
  for (const name of ['number', 'word'])
    assert.deepEqual(
      [few[name]?.drifted, few[name]?.state, few[name]?.reason, few[name]?.note],
      [false, 'too few rows', 'too few rows', 'fewer than 30 values on a side'],
    );
  const gaps = by(
    await compare(rows(200, 'i AS a, 1 AS b'), rows(200, 'CASE WHEN i % 10 > 0 THEN i END AS a, NULL::INTEGER AS b')),
  );
  assert.equal(gaps['a']?.note, 'broken: values are missing in 10 % of 200 rows, 0 % in the reference (p < 0.0001)');
  assert.ok(
    gaps['a']?.drifted &&
      gaps['b']?.drifted &&
      gaps['b'].value === null &&
      gaps['b'].note?.startsWith('the current side has no values; broken: values are missing in 100 %'),
  );
  const unseen = by(await compare(rows(400, "'a' AS w"), rows(400, "CASE WHEN i < 20 THEN 'b' ELSE 'a' END AS w")));
  assert.ok(unseen['w']?.drifted);
  assert.deepEqual([unseen['w'].state, unseen['w'].reason], ['broken', 'unseen categories']);
});

const flags = (n: number, share: number, as: string) => {
  const word: Record<string, string> = {
    BOOLEAN: `i % 100 < ${share}`,
    INTEGER: `CASE WHEN i % 100 < ${share} THEN 1 ELSE 0 END`,
    VARCHAR: `CASE WHEN i % 100 < ${share} THEN 'True' ELSE 'False' END`,
  };
  return rows(n, `${word[as]} AS flag`);
};

test('a boolean is two categories whatever stores it: the schema decides, then the stored types', async () => {
  const declared = { kinds: declaredKinds({ fields: [{ name: 'flag', type: 'boolean' }] }) };
  const found = async (before: string, now: string, options: Partial<CompareOptions> = {}) =>
    by(await compare(flags(2000, 55, before), flags(1000, 66, now), options))['flag'];
  const expected = await found('BOOLEAN', 'BOOLEAN');
  assert.deepEqual([expected?.measure, expected?.state, expected?.type], ['js_distance_2', 'stable', 'categorical']);
  assert.ok(Math.abs((expected?.value ?? 0) - 0.0957) < 1e-3, `${expected?.value}`);
  for (const [before, now] of [
    ['BOOLEAN', 'INTEGER'],
    ['INTEGER', 'BOOLEAN'],
  ] as const)
    assert.deepEqual(await found(before, now), expected, `${before} ${now}`);
  for (const [before, now] of [
    ['INTEGER', 'INTEGER'],
    ['BOOLEAN', 'VARCHAR'],
    ['VARCHAR', 'INTEGER'],
  ] as const)
    assert.deepEqual(await found(before, now, declared), expected, `declared, ${before} ${now}`);
  assert.equal((await found('INTEGER', 'INTEGER'))?.measure, 'wasserstein_std', 'numbers, as nothing says otherwise');
});

test('one far value decides nothing: a shift beside it is found, and it is no drift by itself', async () => {
  const far = (n: number, shift: number, outlier: number) =>
    rows(n, `CASE WHEN i = 7 THEN ${outlier} ELSE hash(i + ${n}) / 18446744073709551616 * 4 + ${shift} END AS amount`);
  const found = async (current: string, options: Partial<CompareOptions> = {}) =>
    by(await compare(far(2000, 0, 1e6), current, options))['amount'];
  const quiet = await found(far(300, 0, 3));
  assert.deepEqual([quiet?.measure, quiet?.state], ['js_distance_2', 'stable']);
  const moved = await found(far(300, 1, 3));
  assert.deepEqual([moved?.measure, moved?.state], ['js_distance_2', 'drifted']);
  const alone = by(await compare(far(2000, 0, 3), far(300, 0, 1e6)))['amount'];
  assert.deepEqual([alone?.measure, alone?.state, alone?.reason], ['wasserstein_std', 'stable', 'not significant']);
  assert.ok((alone?.value ?? 0) > 100 && (alone?.adjustedP ?? 0) > 0.01);
  assert.match(alone?.note ?? '', /^beyond the threshold by chance: p 0?\.?\d+ after correction, not below 0.01/);
  assert.equal((await found(far(300, 1, 3), { threshold: 0.3 }))?.measure, 'wasserstein_std', 'a threshold was chosen');
});

test('the unit of a column changes no verdict, and a constant that moves has drifted', async () => {
  for (const unit of ['1e-12', '1e-6', '1', '1e9']) {
    const side = (n: number, shift: number) =>
      rows(n, `(hash(i + ${n}) / 18446744073709551616 + ${shift}) * ${unit} AS a, (5 + ${shift}) * ${unit} AS fixed`);
    const quiet = by(await compare(side(2000, 0), side(400, 0)));
    const moved = by(await compare(side(2000, 0), side(400, 0.3)));
    assert.deepEqual([quiet['a']?.state, quiet['fixed']?.state, quiet['fixed']?.value], ['stable', 'stable', 0], unit);
    assert.deepEqual([moved['a']?.state, moved['fixed']?.state], ['drifted', 'drifted'], unit);
    assert.ok(Number.isFinite(moved['fixed']?.value), unit);
  }
  const rounding = by(await compare(rows(500, '0.3::DOUBLE AS a'), rows(500, '0.1::DOUBLE + 0.2::DOUBLE AS a')))['a'];
  assert.equal(rounding?.state, 'stable', 'the last digit of a double is no drift');
});

test('texts, dates, empty columns, new categories and few gaps: each has its state and its rule', async () => {
  const text = (n: number, word: string) => `'order ' || hash(i + ${n}) || ' ${word} ' || (i % 7)`;
  const side = (n: number, late: boolean) =>
    rows(
      n,
      `${text(n, late ? 'refund' : 'thanks')} AS note, ${text(n, 'same')} AS same, DATE '2026-01-01' + i::INTEGER AS day,
       NULL::DOUBLE AS never, ${late ? 'NULL::DOUBLE' : 'i::DOUBLE'} AS lost, ${late ? 'i::DOUBLE' : 'NULL::DOUBLE'} AS fresh,
       CASE WHEN ${late} AND i % 12 = 0 THEN 'new' ELSE 'k' || (i % 3) END AS kind,
       CASE WHEN i < ${late ? 7 : 10} THEN NULL ELSE i % 9 END AS gaps, [i] AS list`,
    );
  const found = by(await compare(side(1000, false), side(100, true)));
  assert.deepEqual(
    Object.values(found).map(({ column, type, state, reason }) => [column, type, state, reason]),
    [
      ['note', 'text', 'drifted', 'beyond threshold'],
      ['same', 'text', 'stable', 'within threshold'],
      ['day', 'none', 'not judged', 'not compared'],
      ['never', 'numeric', 'not judged', 'no values'],
      ['lost', 'numeric', 'broken', 'more missing'],
      ['fresh', 'numeric', 'not judged', 'no values'],
      ['kind', 'categorical', 'broken', 'unseen categories'],
      // 1 % of the reference, 7 % of 100 rows: six points more, and seven rows.
      ['gaps', 'numeric', 'broken', 'more missing'],
      ['list', 'none', 'not judged', 'not compared'],
    ],
  );
  const few = by(await compare(side(1000, false), side(40, true)));
  assert.deepEqual([few['lost']?.state, few['kind']?.state], ['broken', 'broken']);
  const rare = (n: number, seed: number) => rows(n, `'c' || (hash(i * ${seed}) % 900) AS c`);
  const unseen = by(await compare(rare(1000, 3), rare(300, 11)))['c'];
  assert.ok(unseen && unseen.state === 'stable', `many rare categories are no new ones: ${unseen?.note}`);
});

test('numbers that a schema declares as categories are compared as categories, of any type of number', async () => {
  const schema: DatasetSchema = { fields: [{ name: 'grade', type: 'integer', categories: [1, 2, 3] }] };
  const found = async (before: string, now: string) =>
    by(
      await compare(rows(900, `(i % 3 + 1)::${before} AS grade`), rows(600, `(i % 3 + 1)::${now} AS grade`), {
        kinds: declaredKinds(schema),
      }),
    )['grade'];
  for (const [before, now] of [
    ['INTEGER', 'INTEGER'],
    ['INTEGER', 'DOUBLE'],
    ['VARCHAR', 'DOUBLE'],
  ] as const) {
    const row = await found(before, now);
    assert.deepEqual([row?.type, row?.value, row?.state], ['categorical', 0, 'stable'], `${before} ${now}`);
  }
});

test("evidently's choice by rows of the reference and distinct values", async () => {
  const choice = async (n: number, k: number, type: string) =>
    by(
      await compare(rows(n, `(i % ${k})::${type} AS x`), rows(50, `(i % ${k})::${type} AS x`), {
        profile: 'evidently',
      }),
    )['x']?.displayName;
  assert.deepEqual(await Promise.all([2, 3, 5, 6].map((k) => choice(1000, k, 'DOUBLE'))), [
    'Z-test p_value',
    'chi-square p_value',
    'chi-square p_value',
    'K-S p_value',
  ]);
  assert.deepEqual(await Promise.all([5, 6].map((k) => choice(1001, k, 'DOUBLE'))), [
    'Jensen-Shannon distance',
    'Wasserstein distance (normed)',
  ]);
  assert.deepEqual(await Promise.all([2, 10, 11].map((k) => choice(1000, k, 'BIGINT'))), [
    'Z-test p_value',
    'chi-square p_value',
    'K-S p_value',
  ]);
  assert.deepEqual(await Promise.all([10, 11].map((k) => choice(1001, k, 'BIGINT'))), [
    'Jensen-Shannon distance',
    'Wasserstein distance (normed)',
  ]);
  // Half of 50 texts distinct is a category still, one more is text.
  assert.deepEqual(await Promise.all([25, 26].map((k) => choice(1000, k, 'VARCHAR'))), [
    'chi-square p_value',
    'Percentile text content drift',
  ]);
  assert.equal(await choice(1001, 26, 'VARCHAR'), 'Absolute text content drift');
});

test('evidently: an error of a column is noted and left out of the share', async () => {
  const table = await compare(
    rows(30, "i::DOUBLE AS a, 'x' AS b, NULL::DOUBLE AS c, i::UTINYINT AS d"),
    rows(30, 'i::DOUBLE + 100 AS a, i::DOUBLE AS b, 1::DOUBLE AS c, i::UTINYINT AS d'),
    { profile: 'evidently' },
  );
  const { a, b, c, d } = by(table);
  assert.ok(a?.drifted);
  assert.match(b?.note ?? '', /evidently raises an error/);
  assert.match(c?.note ?? '', /the reference side has no values; evidently raises an error/);
  assert.match(d?.note ?? '', /unsigned/);
  assert.deepEqual(table.dataset, { share: 1, drifted: true, rule: 'share of drifted columns ≥ 0.5' });
});

test('NannyML: thresholds come from chunks in the order of the rows; fewer than ten rows are refused', async () => {
  const ordered = by(await compare(rows(1000, 'i AS a'), rows(100, 'i * 10 AS a'), { profile: 'nannyml' }))['a'];
  const mixed = by(
    await compare(rows(1000, '(i * 7919) % 1000 AS a'), rows(100, 'i * 10 AS a'), { profile: 'nannyml' }),
  )['a'];
  assert.ok(ordered && mixed && Math.abs((ordered.value ?? 0) - (mixed.value ?? 1)) < 1e-12);
  assert.ok((ordered.threshold ?? 0) > 0.5 && (mixed.threshold ?? 1) < 0.3, 'sorted chunks are far from the whole');
  const few = by(await compare(rows(9, 'i AS a'), rows(9, 'i AS a'), { profile: 'nannyml' }))['a'];
  assert.ok(few?.value === null && /at least 10 rows/.test(few.note ?? ''));
});

test('TFDV: no threshold of its own, strictly above a given one, NaN matches nothing', async () => {
  const sides = [
    rows(100, "i::DOUBLE AS a, CASE WHEN i < 50 THEN 'x' ELSE 'y' END AS w"),
    rows(100, "CASE WHEN i < 50 THEN 'NaN'::DOUBLE ELSE i END AS a, CASE WHEN i < 75 THEN 'x' ELSE 'y' END AS w"),
  ] as const;
  const free = by(await compare(...sides, { profile: 'tfdv' }));
  assert.ok(
    free['w']?.value === 0.25 &&
      free['w'].measure === 'l_infinity' &&
      !free['w'].drifted &&
      free['w'].threshold === null,
  );
  assert.ok((free['a']?.value ?? 0) > 0.3, 'half of the mass is NaN on one side only');
  const nan = rows(10, "'NaN'::DOUBLE AS a");
  assert.equal(by(await compare(nan, nan, { profile: 'tfdv' }))['a']?.value, 1);
  assert.equal(by(await compare(...sides, { profile: 'tfdv', threshold: 0.25 }))['w']?.drifted, false);
  assert.equal(by(await compare(...sides, { profile: 'tfdv', threshold: 0.249 }))['w']?.drifted, true);
});

test("a measure by its name or the tool's, for the columns to which it applies", async () => {
  const table = by(await compare(reference, moved, { measure: 'mann_whitney' }));
  assert.ok(
    table['number']?.measure === 'mann_whitney_p' &&
      table['number'].drifted &&
      Math.abs((table['number'].effect ?? 0.5) - 0.125) < 0.01,
    JSON.stringify(table['number']),
  );
  assert.match(table['word']?.note ?? '', /does not apply to categorical/);
  assert.equal(
    by(await compare(reference, moved, { profile: 'evidently', measure: 'mannw' }))['number']?.measure,
    'mann_whitney_less_p',
  );
  await assert.rejects(
    compare(reference, moved, { measure: 'wasserstien' }),
    (error) => error instanceof ProjectError && error.message.includes('Did you mean `wasserstein`?'),
  );
  await assert.rejects(compare(reference, moved, { profile: 'tfdv', measure: 'ks' }), ProjectError);
  await assert.rejects(
    compare(reference, moved, { columns: ['nunber'] }),
    (error) => error instanceof ProjectError && error.message.includes('`number`'),
  );
});

test('columns of one side only are listed, chosen ones keep their order, awkward names are safe', async () => {
  const table = await compare(rows(5, 'i AS "a ""b"", --", 1 AS old'), rows(5, 'i AS "a ""b"", --", 1 AS new'));
  assert.deepEqual(
    table.columns.map((row) => [row.column, row.note]),
    [
      ['a "b", --', 'fewer than 30 values on a side'],
      ['old', 'the current side has no such column'],
      ['new', 'the reference side has no such column'],
    ],
  );
  const chosen = await compare(reference, moved, { columns: ['word', 'number'] });
  assert.deepEqual(
    chosen.columns.map((row) => row.column),
    ['word', 'number'],
  );
  await assert.rejects(
    compare(rows(0, 'i AS a'), reference),
    (error) => error instanceof DataError && error.message.includes('reference side has no rows'),
  );
});

test('Benjamini-Hochberg: what one test alone finds is not found among many', async () => {
  const noise = (seed: number) =>
    rows(
      300,
      Array.from({ length: 20 }, (_, k) => `hash(i * ${seed} + ${k}) / 18446744073709551616 AS c${k}`).join(', '),
    );
  const shifted = `(SELECT * REPLACE (c0 + 0.13 AS c0) FROM ${noise(7)})`;
  const plain = await compare(noise(3), shifted, { profile: 'evidently' });
  const corrected = await compare(noise(3), shifted, { profile: 'evidently', correction: 'benjamini-hochberg' });
  assert.ok(corrected.columns.every((row, i) => (row.adjustedP ?? 0) >= (plain.columns[i]?.pValue ?? 1)));
  assert.ok(by(corrected)['c0']?.drifted);
  assert.ok(corrected.columns.filter((row) => row.drifted).length <= plain.columns.filter((row) => row.drifted).length);
});

test('the classifier of rows sees what no single column shows alone, and says equal tables are equal', async () => {
  const clean = (
    await compare(
      rows(600, 'hash(i) % 100 AS a, hash(i + 1) % 3 AS b'),
      rows(600, 'hash(i + 5000) % 100 AS a, hash(i + 7000) % 3 AS b'),
      { measure: 'domain_classifier' },
    )
  ).columns[0];
  const far = (await compare(reference, moved, { measure: 'domain_classifier' })).columns[0];
  assert.ok(
    clean && !clean.drifted && clean.column === '(all)' && Math.abs((clean.value ?? 0) - 0.5) < 0.05,
    JSON.stringify(clean),
  );
  assert.ok(far?.drifted && (far.value ?? 0) > 0.8 && (far.pValue ?? 1) < 1e-6);
});

test('CSV is typed as pandas.read_csv types it', async () => {
  const csv =
    'whole,gaps,number,flag,gappedFlag,word,big,mark,none\n 1,1,1.5,True,true,x,99999999999999999999,NA,\n+2,NA,.5,FALSE,,1_000,1,None,NaN\n-3,3,-inf,true,False,2,2,n/a,\n';
  const folder = makeProject({ 't.csv': csv });
  const source = await openSide(db, [join(folder, 't.csv')], 'evidently', 'reference');
  const types = Object.fromEntries((await columnsOf(db, source)).map(({ name, sqlType }) => [name, sqlType]));
  assert.deepEqual(types, {
    whole: 'BIGINT',
    gaps: 'DOUBLE',
    number: 'DOUBLE',
    flag: 'BOOLEAN',
    gappedFlag: 'BOOLEAN',
    word: 'VARCHAR',
    big: 'VARCHAR',
    mark: 'DOUBLE',
    none: 'DOUBLE',
  });
  assert.deepEqual(
    (await db.rows(`SELECT whole, gaps, number, flag FROM ${source} ORDER BY whole DESC`)).map((row) =>
      Object.values(row),
    ),
    [
      [2, null, 0.5, false],
      [1, 1, 1.5, true],
      [-3, 3, Number.NEGATIVE_INFINITY, true],
    ],
  );
  const indexed = makeProject({ 'i.csv': ',a,""\n0,1,2\n' });
  assert.deepEqual(
    (await columnsOf(db, await openSide(db, [join(indexed, 'i.csv')], 'nannyml', 'reference'))).map(({ name }) => name),
    ['Unnamed: 0', 'a', 'Unnamed: 2'],
  );
  await db.run("CREATE OR REPLACE TEMP TABLE texts AS SELECT * FROM (VALUES ('nan'), ('7')) AS t(x)");
  assert.deepEqual(await db.rows(await typedAsPandas(db, 'texts')), [{ x: null }, { x: 7 }]);
});

test('large tables are compared on a grid, close to what counting every value gives', async () => {
  const side = (shift: number) =>
    `(SELECT ln(1 - ((i * 7919) % 300007) / 300008.0) * -5 + ${shift} AS even, tan(3.14159 * (((i * 104729) % 299993) / 299993.0 - 0.5)) * ${1 + shift} AS cauchy, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN 'nan'::DOUBLE ELSE i % 5 END AS few FROM range(300000) t(i))`;
  const grid = await compareTables(db, side(0), side(0.3), { profile: 'loopwright', measure: 'wasserstein_std' });
  assert.equal(grid.columns.length, 3);
  for (const row of grid.columns) {
    const exact = (await readNumbers(db, { reference: side(0), current: side(0.3) }, row.column)).pair;
    const value = wassersteinStdOfPair(exact) ?? 0;
    assert.ok(
      Math.abs((row.value ?? 0) - value) <= Math.max(1e-4, value * 1e-2),
      `${row.column}: ${row.value} for ${value}`,
    );
    assert.match(row.bins ?? '', /256th of a standard deviation/);
    assert.deepEqual(
      [row.nReference, row.nCurrent],
      [exact.reference, exact.current].map((counts) => counts.reduce((sum, n) => sum + n, 0)),
    );
  }
});

test('a schema says how single columns are compared, for drift and for skew', async () => {
  const schema: DatasetSchema = {
    fields: [
      {
        name: 'a',
        type: 'number',
        loopwright: { drift: { measure: 'ks', threshold: 0.5 }, skew: { threshold: 0.001 } },
      },
      { name: 'b', type: 'string', loopwright: { drift: { measure: 'total_variation', threshold: 0.01 } } },
      { name: 'c', type: 'number', loopwright: { drift: { measure: 'none' } } },
      { name: 'd', type: 'string', loopwright: { drift: { measure: 'wasserstein' } } },
    ],
  };
  const side = (shift: number) =>
    `(SELECT i + ${shift * 100} AS a, 't' || (i % ${4 + shift}) AS b, i * ${1 + shift} AS c, 'k' || (i % 2) AS d FROM range(1000) t(i))`;
  const compared = async (kind: 'drift' | 'skew', more: Partial<CompareOptions> = {}) =>
    (
      await compareTables(db, side(0), side(1), {
        profile: 'loopwright',
        comparators: comparatorsOf(schema, kind),
        ...more,
      })
    ).columns.map(({ column, measure, threshold, drifted, reason }) => [column, measure, threshold, drifted, reason]);
  assert.deepEqual(await compared('drift'), [
    ['a', 'ks_statistic', 0.5, false, 'within threshold'],
    ['b', 'total_variation', 0.01, true, 'unseen categories'],
    ['c', 'none', null, false, 'not compared'],
    ['d', 'js_distance_2', 0.1, false, 'within threshold'],
  ]);
  assert.deepEqual((await compared('skew'))[0], ['a', 'wasserstein_std', 0.001, true, 'beyond threshold']);
  assert.deepEqual((await compared('drift', { measure: 'psi', threshold: 9 }))[0], [
    'a',
    'psi',
    9,
    false,
    'within threshold',
  ]);
});

test('distances are those that can be worked out by hand, at any size', async () => {
  const [before, now] = [
    "(SELECT i::DOUBLE AS n, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS c, 1e300 AS huge, NULL::INTEGER AS nothing FROM range(1000) t(i))",
    "(SELECT i::DOUBLE + 100 AS n, 'x' AS c, 1e300 AS huge, NULL::INTEGER AS nothing FROM range(1000) t(i))",
  ];
  const { columns } = await compareTables(db, before, now, { profile: 'loopwright' });
  const value = (name: string) => columns.find(({ column }) => column === name)?.value;
  // 100 over the standard deviation of 0 … 999, which is √((1000² − 1) / 12).
  assert.ok(Math.abs((value('n') ?? 0) - 100 / Math.sqrt((1000 ** 2 - 1) / 12)) < 1e-9);
  assert.ok(Math.abs((value('c') ?? 0) - 0.5579) < 1e-4);
  assert.deepEqual([value('huge'), value('nothing')], [0, null]);
});

test('a CSV file of 150 columns gets the types of pandas in seconds', async () => {
  const names = Array.from({ length: 150 }, (_, i) => `c${i}`);
  const forms = ['1', '1.5', 'NA', 'true', 'red'];
  const lines = [0, 1, 2].map((row) => names.map((_, i) => (i % 5 === 2 && row > 0 ? '7' : forms[i % 5])).join(','));
  const folder = makeProject({ 'wide.csv': `${names.join(',')}\n${lines.join('\n')}\n` });
  const source = await openSide(db, [join(folder, 'wide.csv')], 'evidently', 'reference');
  const types = (await columnsOf(db, source)).map(({ type }) => type);
  assert.deepEqual(
    types,
    names.map((_, i) => ['integer', 'number', 'number', 'boolean', 'string'][i % 5]),
  );
});
