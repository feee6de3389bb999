import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newestSnapshot } from '../../engine/tracking/snapshots.ts';
import { writeFiles, makeProject } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersFiles, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

/** The small project with its orders read from CSV, so that nothing but prepare has to run. */
function newProject(
  options: { sql?: string; split?: string; invalid?: string; csv?: string; schema?: (text: string) => string } = {},
) {
  const files = ordersFiles({ rows: 60 });
  const yaml = ordersYaml
    .replace('path: data/orders/*.parquet', 'path: raw/*.csv')
    .replace(/ {2}collect:[\s\S]*? {2}prepare:/, '  prepare:')
    .replace('run: [collect, prepare', 'run: [prepare')
    .replace(
      /split: \{.*\}/,
      `split: { ${options.split ?? 'by: time, column: at, train: 0.6, validation: 0.2, test: 0.2'} }${options.invalid ? `\n      invalid: ${options.invalid}` : ''}`,
    );
  const schema = files['schemas/orders.dataset.yaml'] ?? '';
  return runIn(
    makeProject({
      ...files,
      'loopwright.yaml': yaml,
      'schemas/orders.dataset.yaml': (options.schema ?? ((text) => text))(schema),
      'raw/a.csv': options.csv ?? ordersCsv(orders({ rows: 60 })),
      ...(options.sql === undefined ? {} : { 'sql/features.sql': options.sql }),
    }),
  );
}

const prepare = (project: ReturnType<typeof newProject>, request = {}) =>
  project.run({ stages: ['prepare'], ...request });

test('rows are written in the order of time, and split by it', async () => {
  const project = newProject();
  assert.equal((await prepare(project)).stages.at(-1)?.summary, '60 rows');
  const rows = await project.rows('data/features.parquet', 'SELECT id, "at", _split FROM data');
  assert.deepEqual(
    rows.map((row) => Number(row['at'])),
    rows.map((row) => Number(row['at'])).toSorted((a, b) => a - b),
  );
  assert.deepEqual(
    rows.map((row) => row['_split']),
    [
      ...Array.from({ length: 36 }, () => 'train'),
      ...Array.from({ length: 12 }, () => 'validation'),
      ...Array.from({ length: 12 }, () => 'test'),
    ],
  );
  const { detail } = newestSnapshot(project.store, 'features') ?? {};
  assert.deepEqual(
    [detail?.split, detail?.period],
    [
      { train: 36, validation: 12, test: 12 },
      { from: '2026-01-01', to: '2026-03-01' },
    ],
  );
});

test('the same data gives the same bytes', async () => {
  const project = newProject();
  await prepare(project);
  const hash = newestSnapshot(project.store, 'features')?.hash;
  await prepare(project, { force: true });
  assert.equal(newestSnapshot(project.store, 'features')?.hash, hash);
});

test('rows of one time stay on one side', async () => {
  const project = newProject({
    csv: ordersCsv(
      orders({ rows: 60 }).map((row, i) => ({
        ...row,
        at: new Date(Date.UTC(2026, 0, 1 + Math.floor(i / 7))).toISOString(),
      })),
    ),
  });
  await prepare(project);
  const sides = await project.rows(
    'data/features.parquet',
    'SELECT "at", count(DISTINCT _split) AS n FROM data GROUP BY 1',
  );
  assert.ok(sides.every((row) => row['n'] === 1));
});

const random = 'by: random, train: 0.6, validation: 0.2, test: 0.2';

test('a random split never moves a row when others are added or removed', async () => {
  const project = newProject({ split: random });
  await prepare(project);
  const sides = async () =>
    new Map(
      (await project.rows('data/features.parquet', 'SELECT id, _split FROM data')).map((row) => [
        String(row['id']),
        String(row['_split']),
      ]),
    );
  const before = await sides();
  assert.equal(new Set(before.values()).size, 3);
  writeFiles(project.root, {
    'raw/b.csv': ordersCsv(orders({ rows: 400, prefix: 'n', seed: 9 })),
    'raw/a.csv': ordersCsv(orders({ rows: 60 }).slice(5)),
  });
  await prepare(project);
  const after = await sides();
  assert.equal(after.size, 455);
  for (const [id, side] of before) if (after.has(id)) assert.equal(after.get(id), side, id);
  const share = [...after.values()].filter((side) => side === 'train').length / after.size;
  assert.ok(Math.abs(share - 0.6) < 0.08, `${share}`);
});

test('another seed splits differently', async () => {
  const project = newProject({ split: random });
  await prepare(project);
  const sides = async () =>
    (await project.rows('data/features.parquet', 'SELECT id, _split FROM data ORDER BY id')).map((row) =>
      String(row['_split']),
    );
  const before = await sides();
  const { readFileSync } = await import('node:fs');
  writeFiles(project.root, {
    'loopwright.yaml': readFileSync(`${project.root}/loopwright.yaml`, 'utf8').replace('seed: 3', 'seed: 4'),
  });
  assert.deepEqual((await prepare(project)).stages[0]?.reasons, ['seed 3 → 4']);
  assert.notDeepEqual(await sides(), before);
});

test('an error of SQL names the file and the line in it', async () => {
  const { error } = await prepare(newProject({ sql: '\n\n-- what is read\nSELECT id,\n  nosuch\nFROM orders;\n' }));
  assert.match(error?.message ?? '', /`sql\/features\.sql` failed: .*nosuch/);
  assert.deepEqual(error?.place, { file: 'sql/features.sql', line: 5, column: 1 });
  const syntax = (await prepare(newProject({ sql: 'SELECT id\nFORM orders\n' }))).error;
  assert.equal(syntax?.place?.line, 2);
  assert.match((await prepare(newProject({ sql: ' \n' }))).error?.message ?? '', /is empty; it needs one SELECT/);
});

test('a comment at the end of the SQL hides nothing', async () => {
  assert.equal(
    (await prepare(newProject({ sql: 'SELECT id, "at", amount, hour, country, late FROM orders -- all of them' })))
      .error,
    null,
  );
});

test('no row that fits is an error, not an empty dataset', async () => {
  const { error } = await prepare(
    newProject({ sql: 'SELECT id, "at", amount, hour, country, late FROM orders WHERE amount > 1000000' }),
  );
  assert.match(error?.message ?? '', /returned no row that fits the schema of `features`/);
});

test('the result of the SQL is checked: invalid rows are quarantined, fail the stage, or are kept', async () => {
  const sql =
    'SELECT id, "at", CASE WHEN amount > 50 THEN -5000 ELSE amount END AS amount, hour, country, late FROM orders';
  const bad = orders({ rows: 60 }).filter(({ amount }) => amount > 50).length;
  const project = newProject({ sql });
  assert.equal((await prepare(project)).stages[0]?.summary, `${60 - bad} rows · ${bad} quarantined`);
  const { quarantined, detail } = newestSnapshot(project.store, 'features') ?? {};
  assert.equal(quarantined, bad);
  assert.equal((await project.rows(detail?.quarantineFile ?? '')).length, bad);
  assert.match(
    (await prepare(newProject({ sql, invalid: 'fail' }))).error?.message ?? '',
    new RegExp(`${bad} of 60 rows of \`features\` do not fit its schema`),
  );
  const kept = newProject({ sql, invalid: 'warn' });
  assert.equal((await prepare(kept)).stages[0]?.summary, '60 rows');
});

test('a column of the schema that the SQL does not return is named', async () => {
  const { error } = await prepare(newProject({ sql: 'SELECT id, "at", amount, hour, country FROM orders' }));
  assert.match(error?.message ?? '', /`features` does not fit its schema: .*\blate\b/);
});

test('a dataset without files is reported with the way to create it', async () => {
  const project = newProject();
  const { rmSync } = await import('node:fs');
  rmSync(`${project.root}/raw`, { recursive: true });
  assert.match(
    (await prepare(project)).error?.message ?? '',
    /The dataset `orders` has no file: nothing matches `raw\/\*\.csv`/,
  );
});

test('as of a time, later rows are not read; with a window, older rows are not read either', async () => {
  const project = newProject();
  const day = (n: number) => Date.UTC(2026, 0, 1 + n);
  await prepare(project, { period: { asOf: day(30), window: null, regime: null } });
  const span = async () =>
    (await project.rows('data/features.parquet', 'SELECT min("at") AS a, max("at") AS b FROM data'))[0];
  assert.ok(Number((await span())?.['b']) <= day(30));
  const windowed = await prepare(project, { period: { asOf: day(30), window: 10 * 86_400_000, regime: null } });
  assert.ok(Number((await span())?.['a']) > day(20));
  assert.match(
    windowed.stages[0]?.reasons.join('; ') ?? '',
    /limited to the newest 10 days of data, the last run was not/,
  );
});

const regime = Date.UTC(2026, 1, 10);
const sidesOf = (project: ReturnType<typeof newProject>) =>
  project.rows(
    'data/features.parquet',
    `SELECT "at" >= make_timestamp_ms(${regime}) AS new, _split AS side, count(*) AS n FROM data GROUP BY ALL ORDER BY ALL`,
  );
const answering = { period: { asOf: Date.UTC(2026, 2, 2), window: null, regime } };

test('for a change, a split by time cuts only the rows after it, and trains on all earlier ones', async () => {
  const project = newProject();
  await prepare(project, answering);
  assert.deepEqual(await sidesOf(project), [
    { new: false, side: 'train', n: 40 },
    { new: true, side: 'test', n: 4 },
    { new: true, side: 'train', n: 12 },
    { new: true, side: 'validation', n: 4 },
  ]);
});

test('the column of the split says which rows are from after a change, when the schema names no timestamp', async () => {
  const project = newProject({ schema: (text) => text.replace(', loopwright: { role: timestamp }', '') });
  await prepare(project, { period: { ...answering.period, asOf: null } });
  assert.equal((await sidesOf(project)).filter((row) => row['new'] === false).length, 1);
});

test('a random split is the same with a change', async () => {
  const project = newProject({ split: 'by: random, train: 0.6, validation: 0.2, test: 0.2' });
  await prepare(project);
  const before = await sidesOf(project);
  await prepare(project, answering);
  assert.deepEqual(await sidesOf(project), before);
});

test('all rows of a group stay on one side, and stay there', async () => {
  const project = newProject({ split: 'by: grouped, column: hour, train: 0.5, validation: 0.2, test: 0.3' });
  await prepare(project);
  const sides = async () =>
    new Map(
      (
        await project.rows(
          'data/features.parquet',
          'SELECT hour, min(_split) AS side, count(DISTINCT _split) AS n FROM data GROUP BY 1',
        )
      ).map((row) => [Number(row['hour']), `${String(row['side'])} ${String(row['n'])}`]),
    );
  const before = await sides();
  assert.ok(before.size > 5 && [...before.values()].every((text) => text.endsWith(' 1')));
  writeFiles(project.root, { 'raw/b.csv': ordersCsv(orders({ rows: 300, prefix: 'n', seed: 4 })) });
  await prepare(project);
  const after = await sides();
  for (const [hour, side] of before) assert.equal(after.get(hour), side);
});

test('a stratified split never moves a row and logs the shares of each value; with `exact` they are exact to the row', async () => {
  const project = newProject({ split: 'by: stratified, column: country, train: 0.6, validation: 0.2, test: 0.2' });
  const sides = async () =>
    new Map(
      (await project.rows('data/features.parquet', 'SELECT id, _split FROM data')).map((row) => [
        String(row['id']),
        String(row['_split']),
      ]),
    );
  await prepare(project);
  const before = await sides();
  assert.ok(before.size > 0);
  writeFiles(project.root, { 'raw/b.csv': ordersCsv(orders({ rows: 400, prefix: 'n', seed: 9 })) });
  await prepare(project);
  const after = await sides();
  for (const [id, side] of before) assert.equal(after.get(id), side, id);
  assert.ok(project.logs.some((line) => /split of country = \w+: \d+ rows, train [\d.]+ %/.test(line)));
  const exact = newProject({
    split: 'by: stratified, column: country, exact: true, train: 0.6, validation: 0.2, test: 0.2',
    csv: ordersCsv(orders({ rows: 460 })),
  });
  await prepare(exact);
  for (const row of await exact.rows(
    'data/features.parquet',
    `SELECT country, count(*) AS n, sum((_split = 'train')::INT) AS a, sum((_split = 'test')::INT) AS c FROM data GROUP BY 1`,
  )) {
    const n = Number(row['n']);
    assert.ok(
      Math.abs(Number(row['a']) - 0.6 * n) <= 1 && Math.abs(Number(row['c']) - 0.2 * n) <= 1,
      JSON.stringify(row),
    );
  }
});

test('values are bound to the SQL, never inserted as text', async () => {
  const project = newProject({
    sql: `SELECT id, "at", amount, hour, country, amount > 50 AS late FROM orders WHERE hour >= $least AND country <> $word -- $other\n`,
  });
  const yaml = readFileSync(join(project.root, 'loopwright.yaml'), 'utf8');
  const evil = `x'; DROP TABLE orders; --`;
  writeFiles(project.root, {
    'loopwright.yaml': yaml.replace(
      'sql: sql/features.sql',
      `sql: sql/features.sql\n      params: { least: 12, word: ${JSON.stringify(evil)} }`,
    ),
  });
  const { error } = await prepare(project);
  assert.equal(error, null, error?.message);
  assert.deepEqual(
    await project.rows('data/features.parquet', 'SELECT min(hour) >= 12 AS ok, count(*) > 0 AS some FROM data'),
    [{ ok: true, some: true }],
  );
});

test('a truncated gzip file is refused, not partly read', async () => {
  const project = newProject();
  const yaml = readFileSync(join(project.root, 'loopwright.yaml'), 'utf8');
  const whole = gzipSync(ordersCsv(orders({ rows: 500 })));
  writeFiles(project.root, { 'loopwright.yaml': yaml.replace('path: raw/*.csv', 'path: raw/*.csv.gz') });
  writeFileSync(join(project.root, 'raw/a.csv.gz'), whole.subarray(0, Math.floor(whole.length / 2)));
  assert.match((await prepare(project)).error?.message ?? '', /a\.csv\.gz: not a complete gzip file .*truncated/);
  writeFileSync(join(project.root, 'raw/a.csv.gz'), whole);
  assert.equal((await prepare(project)).error, null);
});

test('few dates after a change are cut through, so that no side is empty', async () => {
  for (const dates of [1, 2, 4, 6]) {
    const rows = orders({ rows: 400 }).map((row, i) => {
      const day = i < 200 ? Date.UTC(2025, 0, 1 + i) : regime + Math.floor(((i - 200) * dates) / 200) * 86_400_000;
      return { ...row, at: new Date(day).toISOString() };
    });
    const project = newProject({
      csv: ordersCsv(rows),
      split: 'by: time, column: at, train: 0.7, validation: 0.15, test: 0.15',
    });
    await prepare(project, answering);
    const counts = Object.fromEntries(
      (await sidesOf(project)).map((row) => [`${row['new'] ? 'new' : 'old'} ${String(row['side'])}`, Number(row['n'])]),
    );
    assert.deepEqual(
      counts,
      { 'old train': 200, 'new train': 140, 'new validation': 30, 'new test': 30 },
      `${dates} dates`,
    );
    const last = await project.rows(
      'data/features.parquet',
      'SELECT max("at") AS at, _split AS side FROM data GROUP BY 2',
    );
    const at = (side: string) => Number(last.find((row) => row['side'] === side)?.['at']);
    assert.ok(at('train') <= at('validation') && at('validation') <= at('test'));
    assert.match(project.logs.join('\n'), /too few different times for the shares after the change/);
  }
});

test('a first split by time of few dates leaves no side empty', async () => {
  const rows = orders({ rows: 300 }).map((row, i) => ({
    ...row,
    at: new Date(Date.UTC(2026, 0, 1 + Math.floor(i / 150))).toISOString(),
  }));
  const project = newProject({ csv: ordersCsv(rows) });
  await prepare(project);
  const { detail } = newestSnapshot(project.store, 'features') ?? {};
  assert.deepEqual(detail?.split, { train: 180, validation: 60, test: 60 });
});

test('the time of the output limits the rows where no dataset that is read names one', async () => {
  const project = newProject({ schema: (text) => text.replace(', loopwright: { role: timestamp }', '') });
  const period = { asOf: Date.UTC(2026, 0, 31), window: 10 * 86_400_000, regime: null };
  await prepare(project, { period });
  const [row] = await project.rows(
    'data/features.parquet',
    'SELECT min("at") AS a, max("at") AS b, count(*) AS n FROM data',
  );
  assert.ok(
    Number(row?.['n']) > 0 && Number(row?.['a']) > period.asOf - period.window && Number(row?.['b']) <= period.asOf,
  );
});
