// One file as German programs write it, read by all that reads data. Tried: `;` between fields, decimal comma with points
// between thousands, whole numbers with points, dates of two-digit years, `NA` for no value, windows-1252, codes with
// zeros before them, words; without a schema, and with `read:` alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { inferFiles } from '../../engine/data/inferFiles.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { tableSql } from '../../engine/data/typedSource.ts';
import { FactFinder } from '../../engine/facts/compute.ts';
import type { DatasetFacts, Fact, SqlFacts, TrainFacts } from '../../engine/facts/facts.ts';
import { factRequests } from '../../engine/facts/requests.ts';
import { countNewRows } from '../../engine/loop/countNewRows.ts';
import { findSubject } from '../../engine/overview/dataSubject.ts';
import { foreignSources, profileSubject } from '../../engine/overview/dataViews.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { mergeRows } from '../../engine/stages/mergeRows.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const rows = Array.from({ length: 70 }, (_, i) => ({
  plz: `0${1000 + i}`,
  ort: i % 3 === 0 ? 'Köln' : 'Görlitz',
  menge: i % 5 === 0 ? null : 1000 + i,
  preis: 1000 + i + 0.5,
  tag: `${String((i % 28) + 1).padStart(2, '0')}.12.24`,
  aktiv: i % 2 === 0,
}));
const grouped = (n: number) => n.toLocaleString('de-DE', { useGrouping: 'always' });
const lines = rows.map(
  ({ plz, ort, menge, preis, tag, aktiv }) =>
    `${plz};${ort};${menge === null ? 'NA' : grouped(menge)};${grouped(preis)}0;${tag};${aktiv ? 'ja' : 'nein'}\r\n`,
);
const german = Buffer.from(`plz;ort;menge;preis;tag;aktiv\r\n${lines.join('')}`, 'latin1');
const figures = {
  rows: 70,
  menge: rows.reduce((sum, { menge }) => sum + (menge ?? 0), 0),
  missing: 14,
  preis: rows.reduce((sum, { preis }) => sum + preis, 0),
  first: '2024-12-01',
  last: '2024-12-28',
  active: 35,
  place: 'Görlitz',
  code: '01000',
};

/** The same figures of any table with these columns. */
async function figuresOf(db: Database, source: string): Promise<Record<string, unknown>> {
  const [row = {}] = await db.rows(`SELECT count(*)::DOUBLE AS rows, sum(menge)::DOUBLE AS menge,
    count(*) FILTER (menge IS NULL)::DOUBLE AS missing, sum(preis)::DOUBLE AS preis, min(tag)::DATE::VARCHAR AS first,
    max(tag)::DATE::VARCHAR AS last, count(*) FILTER (aktiv = 'ja')::DOUBLE AS active, min(ort) AS place, min(plz) AS code FROM ${source}`);
  return row;
}

async function withDb<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase({ threads: 1 });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

const yaml = `version: 1
project: p
datasets:
  verkauf: { path: verkauf.csv }
  roh: { path: data/roh.parquet }
  fertig: { path: data/fertig.parquet }
stages:
  collect: { uses: collect, with: { dataset: roh, from: { files: verkauf.csv } } }
  prepare: { uses: prepare, with: { sql: fertig.sql, output: fertig } }
`;

test('infer, profile, facts, collect and prepare give the same numbers', async () => {
  const root = makeProject({
    'loopwright.yaml': yaml,
    'verkauf.csv': german,
    'fertig.sql': "SELECT *, preis * 2 AS doppelt FROM verkauf WHERE tag >= DATE '2024-12-01'\n",
  });
  const file = join(root, 'verkauf.csv');
  await withDb(async (db) => {
    const { schema } = await inferFiles(db, [file], { guess: false });
    assert.deepEqual(
      schema.fields.map(({ type }) => type),
      ['string', 'string', 'number', 'number', 'date', 'string'],
    );
    assert.deepEqual(await figuresOf(db, await tableSql(db, [file], schema)), figures, 'by the inferred schema');
    assert.deepEqual(await figuresOf(db, await tableSql(db, [file], null)), figures, 'without a schema');
    const project = loadProject(root);
    const place = { project, config: project.readable?.config ?? null, store: null, folder: root };
    const found = await findSubject({ kind: 'dataset', name: 'verkauf' }, place);
    const { columns } = await profileSubject(db, found, { root });
    const preis = columns.find(({ name }) => name === 'preis');
    assert.deepEqual([preis?.numbers?.min, preis?.numbers?.max], [1000.5, 1069.5], 'profile');
  });

  const finder = new FactFinder(root);
  const found = new Map<string, Fact>();
  for (const request of factRequests(loadProject(root)))
    found.set(`${request.kind} ${request.name}`, await finder.find(request, await finder.stamp(request)));
  finder.close();
  const { rows: n, error, columns } = found.get('dataset verkauf') as DatasetFacts;
  const of = (name: string) => columns.find((column) => column.name === name);
  assert.deepEqual([n, error], [70, null]);
  assert.deepEqual([of('preis')?.type, of('preis')?.numbers?.max, of('menge')?.missing], ['number', 1069.5, 14]);
  assert.deepEqual([of('tag')?.type, of('aktiv')?.type, of('plz')?.type], ['date', 'string', 'string']);
  const sql = found.get('sql prepare') as SqlFacts;
  assert.deepEqual([sql.error, sql.columns.at(-1)], [null, { name: 'doppelt', type: 'number' }], 'the SQL of a stage');

  const project = runIn(root);
  const outcome = await project.run();
  assert.deepEqual([outcome.error, outcome.status], [null, 'finished'], project.logs.join('\n'));
  await withDb(async (db) => {
    for (const name of ['roh', 'fertig'])
      assert.deepEqual(await figuresOf(db, sourceSql([join(root, `data/${name}.parquet`)])), figures, name);
  });
});

test('`read:` of a dataset holds for training, its facts, new rows and foreign keys', async () => {
  const schema = `fields:
  - { name: plz, type: string }
  - { name: menge, type: number, loopwright: { role: feature } }
  - { name: preis, type: number, loopwright: { role: target } }
  - { name: tag, type: date, loopwright: { role: timestamp } }
foreignKeys: [{ fields: plz, reference: { resource: orte, fields: plz } }]
`;
  const root = makeProject({
    'loopwright.yaml': `version: 1
project: p
datasets:
  verkauf:
    path: verkauf.txt
    schema: verkauf.dataset.yaml
    read: { encoding: windows-1252, delimiter: '|', decimal: ',', thousands: '.', dates: '%d.%m.%y', missing: [NA] }
  orte: { path: orte.csv, read: { delimiter: '|' } }
stages:
  train: { uses: train, with: { data: verkauf, model: linear } }
`,
    'verkauf.dataset.yaml': schema,
    'verkauf.txt': Buffer.from(german.toString('latin1').replaceAll(';', '|'), 'latin1'),
    'orte.csv': `plz|name\n${rows.map(({ plz, ort }) => `${plz}|${ort}, Haus; 1\n`).join('')}`,
  });
  const project = loadProject(root);
  const config = project.readable?.config;
  assert.ok(config, JSON.stringify(project));
  const finder = new FactFinder(root);
  const found = new Map<string, Fact>();
  for (const request of factRequests(project))
    found.set(`${request.kind} ${request.name}`, await finder.find(request, await finder.stamp(request)));
  finder.close();
  const train = found.get('train train') as TrainFacts;
  const [association] = train.associations;
  assert.equal(train.rows, 70);
  assert.deepEqual([association?.feature, association?.measure], ['menge', 'r2']);
  const facts = found.get('dataset verkauf') as DatasetFacts;
  assert.deepEqual([facts.broken, facts.orphans], [[], []], 'each code is in the other table');
  const { store } = runIn(root);
  assert.equal(await countNewRows(project, config, store, 'verkauf', Date.UTC(2024, 11, 27)), 4);
  await withDb(async (db) => {
    const place = { project, config, store: null, folder: root };
    const table = () => findSubject({ kind: 'dataset', name: 'orte' }, place);
    const [source] = await foreignSources(
      db,
      (await findSubject({ kind: 'dataset', name: 'verkauf' }, place)).schema,
      table,
    );
    assert.deepEqual(await db.rows(`SELECT min(plz) AS plz FROM ${source}`), [{ plz: '01000' }]);
  });
});

test('no text gets lost where values are kept: one of another type makes a column of texts', async () => {
  const root = makeProject({
    'a.csv': `n;t\n${Array.from({ length: 40 }, (_, i) => `${i === 7 ? 'unbekannt' : i === 8 ? 'NA' : `1.00${i % 10},5`};${i}\n`).join('')}`,
    'base.csv': 'n;t\n2.000,5;007\n',
  });
  await withDb(async (db) => {
    const read = async (options: Parameters<typeof tableSql>[3]) =>
      (await db.rows(`SELECT n FROM ${await tableSql(db, [join(root, 'a.csv')], null, options)} LIMIT 3 OFFSET 6`)).map(
        ({ n }) => n,
      );
    assert.deepEqual(await read({}), [1006.5, null, null]);
    assert.deepEqual(await read({ strays: 'text' }), ['1006.5', 'unbekannt', null]);
    assert.deepEqual(await read({ strays: 'text', asWritten: new Set(['n']) }), ['1.006,5', 'unbekannt', null]);
    assert.deepEqual(await read({ texts: new Set(['n']) }), ['1.006,5', 'unbekannt', null]);
    const schema = { fields: [{ name: 'n', type: 'number' as const, decimalChar: ',', groupChar: '.' }] };
    const source = await tableSql(db, [join(root, 'a.csv')], schema, { strays: 'text' });
    assert.deepEqual(await db.rows(`SELECT n, t FROM ${source} LIMIT 3 OFFSET 6`), [
      { n: '1006.5', t: '6' },
      { n: 'unbekannt', t: '7' },
      { n: 'NA', t: '8' },
    ]);
    await db.run("CREATE TEMP TABLE fresh AS SELECT 1.5::DOUBLE AS n, '1' AS t");
    const { sql } = await mergeRows(db, [join(root, 'base.csv')], 'fresh', []);
    assert.deepEqual(await db.rows(sql ?? ''), [
      { n: 2000.5, t: '007' },
      { n: 1.5, t: '1' },
    ]);
  });
});
