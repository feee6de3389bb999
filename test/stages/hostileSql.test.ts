import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { confineSql, sqlPlaces } from '../../engine/data/confineSql.ts';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';

// SQL of a project that somebody else wrote. Tried: several statements, COPY, ATTACH, INSTALL, LOAD, SET, and reading
// a private file by read_text, read_csv, read_blob, a glob, a name in quotes, `..`, query(), a file URL, in a CTE, in a
// column and in a WHERE; each directly, and some in `prepare` and as weak labels through the command line.

const root = makeProject({ 'data/a.csv': 'k,x\n1,2\n2,3\n' });
const outside = makeProject({ 'secret.csv': 'hunter2\nhunter2\n', 'named/b.csv': 'x\n5\n', 'lake/c.csv': 'x\n6\n' });
const secret = join(outside, 'secret.csv').replaceAll('\\', '/');
const config = {
  outside_folders: [join(outside, 'named')],
  datasets: { lake: { path: join(outside, 'lake', '*.csv') } },
};

const hostile = [
  `SELECT * FROM read_text('${secret}')`,
  `SELECT * FROM read_csv('${secret}')`,
  `SELECT * FROM read_blob('${secret}')`,
  `SELECT * FROM glob('${outside}/*')`,
  `FROM '${secret}'`,
  `SELECT * FROM read_text('${root}/../../../../../../../..${secret}')`,
  `SELECT * FROM read_text('${pathToFileURL(secret).href}')`,
  `SELECT * FROM query('SELECT * FROM read_text(''${secret}'')')`,
  `WITH t AS (SELECT * FROM read_text('${secret}')) SELECT * FROM t`,
  `SELECT (SELECT content FROM read_text('${secret}')) AS x`,
  `SELECT 1 AS x WHERE EXISTS (FROM read_text('${secret}'))`,
];
const refused = [
  `SELECT 1 AS x; COPY (SELECT 1) TO '${root}/made.csv'`,
  `COPY (SELECT 1) TO '${root}/made.csv'`,
  `ATTACH '${root}/made.db'`,
  'INSTALL httpfs',
  'LOAD httpfs',
  'SET enable_external_access = true',
];

let db: Database;
before(async () => {
  db = await openDatabase();
  await confineSql(db, sqlPlaces(root, config));
});
after(() => db.close());

test('SQL reaches the project, its datasets and the folders that it names', async () => {
  for (const path of [`${root}/data/a.csv`, `${outside}/named/b.csv`, `${outside}/lake/c.csv`])
    assert.equal((await db.rows(`SELECT count(*) AS n FROM read_csv('${path}')`)).length, 1, path);
});

test('a source that is read through a rewritten copy is read', async () => {
  const latin = makeProject({
    'a.csv': Buffer.from('n;x\nJosé;1,5\nÄnne;2,5\n', 'latin1'),
    'f.sql': 'SELECT * FROM a\n',
    'loopwright.yaml':
      'version: 1\nproject: p\ndatasets: { a: { path: a.csv }, b: { path: b.parquet } }\nstages: { s: { uses: prepare, with: { sql: f.sql, output: b } } }\n',
  });
  const runner = runIn(latin);
  assert.equal((await runner.run()).status, 'finished', runner.logs.join('\n'));
  assert.deepEqual((await runner.rows('b.parquet')).length, 2);
});

for (const sql of hostile)
  test(`SQL reaches no private file: ${sql.replaceAll(outside, '').slice(0, 60)}`, () =>
    assert.rejects(db.rows(sql), (error: Error) => !error.message.includes('hunter2')));

test('settings stay as they are', () => assert.rejects(db.run('SET enable_external_access = true'), /./));

test('`prepare` and weak labels run one SELECT that reads nothing private', { timeout: 120_000 }, async () => {
  const texts = [...hostile.slice(0, 2), ...refused];
  texts.forEach((sql, i) => writeFiles(root, { [`sql/s${i}.sql`]: `${sql}\n` }));
  const yaml = `version: 1
project: p
datasets:
  a: { path: data/a.csv }
${texts.map((_, i) => `  d${i}: { path: data/d${i}.parquet }\n`).join('')}stages:
${texts.map((_, i) => `  s${i}: { uses: prepare, with: { sql: sql/s${i}.sql, output: d${i} } }\n`).join('')}labelling:
  l: { data: a, file: labels.csv, key: k, label: y, classes: [a, b], rules: sql/s2.sql }
`;
  writeFiles(root, { 'loopwright.yaml': yaml });
  const runner = runIn(root);
  for (const [i, sql] of texts.entries()) {
    const { status } = await runner.run({ stages: [`s${i}`] });
    assert.equal(status, 'failed', sql);
    assert.ok(!existsSync(join(root, `data/d${i}.parquet`)), sql);
  }
  const log = runner.logs.join('\n');
  assert.ok(!log.includes('hunter2'), log);
  assert.match(log, /secret\.csv` is outside the project\. Name its folder under `outside_folders`/);
  const labels = await runCli(['data', 'labels', 'l'], { cwd: root });
  assert.match(`${labels.out}${labels.err}`, /exactly one SELECT/);
  for (const made of ['made.csv', 'made.db']) assert.ok(!existsSync(join(root, made)), made);
});
