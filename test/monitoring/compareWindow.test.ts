import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';
import type { Column } from '../../engine/data/table.ts';
import { comparatorsOf } from '../../engine/drift/comparators.ts';
import { compareTables } from '../../engine/drift/compareTables.ts';
import { declaredKinds } from '../../engine/drift/declaredKinds.ts';
import { profileNames, type DriftTable, type ProfileName } from '../../engine/drift/driftTable.ts';
import type { FeatureSpec } from '../../engine/models/preprocess.ts';
import { compareWindow, type WindowComparison } from '../../engine/monitoring/compareWindow.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { windowRows } from '../helpers/windowRows.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runJson } from '../helpers/runCli.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

const rows = { reference: 900, current: 400 };
const features: FeatureSpec[] = [
  { name: 'amount', kind: 'numeric' },
  { name: 'count', kind: 'numeric' },
  { name: 'night', kind: 'boolean' },
  { name: 'country', kind: 'categorical' },
  { name: 'note', kind: 'categorical' },
  { name: 'day', kind: 'categorical' },
  { name: 'gaps', kind: 'numeric' },
  { name: 'constant', kind: 'numeric' },
  { name: 'moved', kind: 'numeric' },
  { name: 'fresh', kind: 'categorical' },
  { name: 'empty', kind: 'categorical' },
];
/** Columns whose types differ between the files, which the log of an API does not know. */
const retyped: FeatureSpec[] = [
  { name: 'whole', kind: 'numeric' },
  { name: 'lost', kind: 'numeric' },
];

/** One column of every kind, as a table of `n` rows; the current side differs in each. */
const tableSql = (n: number, current: boolean) => `SELECT
  sin(i * 1.7) * 3 + ${current ? 0.8 : 0} AS amount,
  CAST(hash(i) % ${current ? 5 : 4} AS BIGINT) AS count,
  hash(i, 1) % 10 < ${current ? 5 : 3} AS night,
  CASE WHEN hash(i, 2) % 10 < ${current ? 6 : 4} THEN 'de' ELSE 'fr' END AS country,
  'word' || (hash(i, 3) % 700) || ' ${current ? 'late' : 'early'} ' || i AS note,
  DATE '2026-01-01' + CAST(hash(i, 4) % ${current ? 30 : 20} AS INTEGER) AS day,
  CASE WHEN hash(i, 5) % 10 < ${current ? 3 : 1} THEN NULL ELSE cos(i * 0.3) END AS gaps,
  7.5 AS constant,
  ${current ? 2 : 1}.0::DOUBLE AS moved,
  CASE WHEN ${current} AND hash(i, 6) % 5 = 0 THEN 'new' ELSE 'old' END AS fresh,
  CASE WHEN ${current} THEN NULL ELSE 'once' END AS empty,
  CAST(hash(i, 7) % ${current ? 9 : 8} AS ${current ? 'BIGINT' : 'DOUBLE'}) AS whole,
  ${current ? 'CAST(NULL AS VARCHAR)' : 'i * 0.5::DOUBLE'} AS lost
  FROM range(${n}) t(i)`;

const root = makeProject({});
const files = { reference: join(root, 'reference.parquet'), current: join(root, 'current.parquet') };
await db.run(`COPY (${tableSql(rows.reference, false)}) TO ${quoteLiteral(files.reference)}`);
await db.run(`COPY (${tableSql(rows.current, true)}) TO ${quoteLiteral(files.current)}`);

/** The current file as the monitor reads it: numbers, texts and 0 or 1 for booleans. */
async function logged(from: 'api' | 'file' = 'api') {
  const { columns } = await db.table(
    `SELECT * REPLACE (strftime(day, '%Y-%m-%d') AS day, CAST(night AS DOUBLE) AS night) FROM ${quoteLiteral(files.current)}`,
  );
  const types = from === 'api' ? [] : await columnsOf(db, quoteLiteral(files.current));
  const fileTypes = new Map(types.map(({ name, sqlType }) => [name, sqlType]));
  return { ...windowRows(columns, new Float64Array(rows.current).fill(0.5)), fileTypes };
}

async function monitored(profile: ProfileName, options: Partial<WindowComparison> = {}, from?: 'api' | 'file') {
  const reference = `read_parquet(${quoteLiteral(files.reference)})`;
  return compareWindow(db, reference, await logged(from), { features, withScore: false, profile, ...options });
}

const parity = profileNames.flatMap((profile) => [
  { profile, from: 'api' as const, compared: features },
  { profile, from: 'file' as const, compared: [...features, ...retyped] },
]);
for (const { profile, from, compared } of parity)
  test(`profile ${profile}, rows of ${from}: the monitor and \`data drift\` give the same numbers`, async () => {
    const { values, share } = await monitored(profile, { features: compared }, from);
    const columns = compared.map(({ name }) => name).join(',');
    const { json: table } = await runJson<DriftTable>(
      ['data', 'drift', files.reference, files.current, '--profile', profile, '--columns', columns],
      { cwd: root, env: { XDG_CACHE_HOME: makeProject() } },
    );
    assert.deepEqual(
      values.map((value) => ({ ...value })),
      table.columns.map((row) => ({
        column: row.column,
        type: row.type,
        measure: row.measure,
        value: row.value,
        pValue: row.pValue,
        adjustedP: row.adjustedP,
        chance: row.chance,
        threshold: row.threshold,
        drifted: row.drifted,
        nReference: row.nReference,
        nCurrent: row.nCurrent,
        missingReference: row.missingReference,
        missingCurrent: row.missingCurrent,
        kind: row.state,
        reason: row.reason,
        note: row.note ?? null,
      })),
    );
    assert.equal(values.length, compared.length);
    assert.equal(share, table.dataset.share);
    assert.ok(values.filter(({ value }) => value !== null).length >= 7, 'most columns are compared');
  });

test('the states are fields: missing values, new categories and dates', async () => {
  const { values } = await monitored('loopwright');
  const states = Object.fromEntries(values.map(({ column, kind }) => [column, kind]));
  assert.deepEqual(states, {
    amount: 'drifted',
    count: 'drifted',
    night: 'drifted',
    country: 'drifted',
    note: 'drifted',
    day: 'not judged',
    gaps: 'broken',
    constant: 'stable',
    moved: 'drifted',
    fresh: 'broken',
    empty: 'broken',
  });
});

test('a column of numbers that lost its values is broken, also where the file gives it another type', async () => {
  for (const measure of [undefined, 'ks', 'js']) {
    const { values } = await monitored('loopwright', { features: retyped, measure }, 'file');
    assert.deepEqual(
      values.map(({ column, type, kind }) => [column, type, kind]),
      [
        ['whole', 'numeric', values[0]?.kind],
        ['lost', 'numeric', 'broken'],
      ],
    );
  }
});

test('a measure and a threshold replace those of the profile; a column of another type is not judged', async () => {
  const { values } = await monitored('loopwright', { measure: 'psi', threshold: 50 });
  assert.deepEqual(
    [
      ...new Set(
        values.filter(({ value }) => value !== null).map(({ measure, threshold }) => `${measure} ${threshold}`),
      ),
    ],
    ['psi 50'],
  );
  const tested = (await monitored('loopwright', { measure: 'ks_p' })).values;
  assert.deepEqual(
    tested
      .filter(({ column }) => column === 'amount' || column === 'country')
      .map(({ measure, kind }) => [measure, kind]),
    [
      ['ks_p', 'drifted'],
      ['none', 'not judged'],
    ],
  );
  await assert.rejects(monitored('loopwright', { measure: 'kss' }), /has no measure `kss`/);
});

test('a schema leaves a column out, and `wasserstein` there means the one over the standard deviation', async () => {
  const schema: DatasetSchema = {
    fields: [
      { name: 'amount', type: 'number', loopwright: { drift: { measure: 'wasserstein', threshold: 9 } } },
      { name: 'country', type: 'string', loopwright: { drift: { measure: 'none' } } },
    ],
  };
  const { values } = await monitored('loopwright', { comparators: comparatorsOf(schema, 'drift') });
  assert.deepEqual(
    [values[0]?.measure, values[0]?.threshold, values[0]?.kind, values[3]?.kind],
    ['wasserstein_std', 9, 'stable', 'not judged'],
  );
});

test('the classifier of whole rows is one value; the score keeps its own measure', async () => {
  const { values, share } = await monitored('loopwright', { measure: 'domain_classifier' });
  assert.deepEqual([values.map(({ column, kind }) => [column, kind]), share], [[['(all)', 'drifted']], 1]);
});

test('the score is compared and is not part of the share; fewer than 30 rows give no verdict', async () => {
  const numbers = (n: number, shift: number): Column => ({
    kind: 'number',
    values: Float64Array.from({ length: n }, (_, i) => (i % 50) + shift),
  });
  const reference = '(SELECT CAST(i % 50 AS DOUBLE) AS x, CAST(i % 7 AS DOUBLE) / 7 AS _score FROM range(500) t(i))';
  const compare = (n: number, score: number) =>
    compareWindow(db, reference, windowRows({ x: numbers(n, 0) }, new Float64Array(n).fill(score)), {
      features: [{ name: 'x', kind: 'numeric' }],
      withScore: true,
      profile: 'loopwright',
    });
  const { values, share } = await compare(500, 0.99);
  assert.deepEqual(
    values.map(({ column, kind }) => [column, kind]),
    [
      ['x', 'stable'],
      ['_score', 'drifted'],
    ],
  );
  assert.equal(share, 0);
  assert.deepEqual(
    (await compare(29, 0.99)).values.map(({ kind }) => kind),
    ['too few rows', 'too few rows'],
  );
});

test('a reference of an old version, with booleans as 0 and 1, compares them as categories', async () => {
  const reference = '(SELECT CAST(i % 2 AS DOUBLE) AS night FROM range(500) t(i))';
  const night: Column = { kind: 'number', values: Float64Array.from({ length: 200 }, (_, i) => i % 2) };
  const { values } = await compareWindow(db, reference, windowRows({ night }, new Float64Array(200)), {
    features: [{ name: 'night', kind: 'boolean' }],
    withScore: false,
    profile: 'loopwright',
  });
  assert.deepEqual([values[0]?.measure, values[0]?.value, values[0]?.kind], ['js_distance_2', 0, 'stable']);
});

test('a boolean of the schema is compared as two categories, also where the model reads a number', async () => {
  const [before, now] = [join(root, 'before.parquet'), join(root, 'now.parquet')];
  const sql = (n: number, share: number) => `SELECT (i % 100 < ${share})::DOUBLE AS flag FROM range(${n}) t(i)`;
  await db.run(`COPY (${sql(2000, 55)}) TO ${quoteLiteral(before)}`);
  await db.run(`COPY (${sql(1000, 66)}) TO ${quoteLiteral(now)}`);
  const kinds = declaredKinds({ fields: [{ name: 'flag', type: 'boolean' }] });
  const { columns } = await compareTables(db, quoteLiteral(before), quoteLiteral(now), {
    profile: 'loopwright',
    kinds,
  });
  const flag: Column = {
    kind: 'number',
    values: Float64Array.from({ length: 1000 }, (_, i) => (i % 100 < 66 ? 1 : 0)),
  };
  for (const kind of ['numeric', 'boolean'] as const) {
    const { values } = await compareWindow(db, quoteLiteral(before), windowRows({ flag }, new Float64Array(1000)), {
      features: [{ name: 'flag', kind }],
      withScore: false,
      profile: 'loopwright',
      kinds,
    });
    const [one] = values;
    assert.deepEqual(
      [one?.measure, one?.value, one?.adjustedP, one?.kind],
      ['js_distance_2', columns[0]?.value, columns[0]?.adjustedP, 'stable'],
    );
  }
});
