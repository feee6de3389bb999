// Names and values of data and projects as SQL. Tried: columns that end a quoted name or a text, with comments, second
// statements, subqueries that read a file, COPY and ATTACH, braces of structs and of `COLUMNS(*)`, `$1`, `?`, backslashes, line
// breaks; the same as values, categories of the schema, patterns, keys, targets and groups of slices; slices, crossings, fairness, the
// search for slices and gates of a whole validation; filters, orders
// and searches of runs with every part of them hostile.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { openGroups } from '../../engine/stages/validation/readGroups.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import type { RunQuery } from '../../protocol/runs.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';

const secret = 'TOPSECRET';
const attacks = [
  `x" FROM read_text('secret.txt') --`,
  `x'; COPY (SELECT 1) TO 'pwned1.csv'; --`,
  `x"; COPY (SELECT 1) TO 'pwned2.csv'; --`,
  `"" || (SELECT content FROM read_text('secret.txt')) || ""`,
  `' || (SELECT content FROM read_text('secret.txt')) || '`,
  `x) UNION ALL (SELECT content FROM read_text('secret.txt')`,
  `x"; ATTACH 'pwned3.db' AS y; --`,
  `COLUMNS(*)`,
  `*`,
  `$1`,
  `?`,
  `\\'; SELECT 1; --`,
  `/* x`,
  `x::STRUCT(a INT)`,
  `{'a': 1}`,
  `rowid`,
  `\${env.HOME}`,
  `E'\\x27'`,
  `x"\n; SELECT 1`,
];

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const table = (shift: number) =>
  [
    attacks.map(cell).join(','),
    ...Array.from({ length: 30 }, (_, i) =>
      attacks.map((_, k) => cell(attacks[(i + k * shift) % attacks.length] ?? '')).join(','),
    ),
  ].join('\n');
const fields = attacks.map((name, i) => ({
  name,
  type: 'string',
  constraints: i % 3 === 0 ? { enum: attacks } : i % 3 === 1 ? { pattern: "^[^']*'; --|.*" } : { minLength: 1 },
}));

test('no name and no value of data is SQL', async () => {
  const root = makeProject({
    'secret.txt': secret,
    'a.csv': table(1),
    'b.csv': table(3),
    's.dataset.json': JSON.stringify({ fields, missingValues: attacks.slice(0, 2) }),
  });
  const [, two = ''] = attacks;
  const run = async (...args: string[]) => {
    const { code, out, err } = await runCli(args, { cwd: root });
    assert.ok(!`${out}${err}`.includes(secret), args.join(' '));
    assert.ok(!/internal error|Parser Error|Binder Error|syntax error/i.test(`${out}${err}`), err.slice(0, 2000));
    return { code, out, err };
  };
  assert.equal((await run('data', 'profile', 'a.csv', '--json', '--target', two)).code, 0);
  await run('data', 'validate', 'a.csv', '--schema', 's.dataset.json', '--json', '--quarantine', 'q.csv');
  assert.match(
    (await run('data', 'diff', 'a.csv', 'b.csv', '--key', attacks[2] ?? '', '--json')).out,
    /unique|twice|several|key/i,
  );
  assert.equal((await run('data', 'drift', 'a.csv', 'b.csv', '--json')).code, 0);
  const left = readdirSync(root).filter((name) => name.startsWith('pwned'));
  assert.deepEqual(left, []);
});

test('no column of slices is SQL', async (t) => {
  const db = await openDatabase();
  t.after(() => db.close());
  const root = makeProject({ 'secret.txt': secret });
  const hostile = attacks.map((text) => text.replaceAll(/pwned|secret\.txt/g, (name) => join(root, name)));
  const names = hostile.map((text) => `"${text.replaceAll('"', '""')}"`);
  await db.run(
    `CREATE TABLE t AS SELECT ${names.map((name, i) => `i * ${i + 1} AS ${name}`).join(', ')} FROM range(40) r(i)`,
  );
  const reader = await openGroups(db, {
    sql: 'SELECT * FROM t',
    rows: 40,
    declared: hostile,
    searched: hostile,
    byValue: [],
  });
  reader.add(await db.table('SELECT * FROM t'));
  assert.deepEqual([...reader.groups().keys()], hostile);
  assert.deepEqual(readdirSync(root), ['secret.txt']);
});

// As columns and as values of slices, crossings, fairness, the search and gates, in a whole stage; also numbers in bins.
test('no column, value or gate of slices is SQL in a validation', async () => {
  const rows = 360;
  const columns = attacks.filter((name) => !name.includes('\n') && !name.includes('${'));
  const [first = '', second = ''] = columns;
  const values = columns.map((_, c) => Array.from({ length: rows }, (_row, i) => columns[(i + c) % 3] ?? ''));
  const line = (i: number) => [
    ...values.map((own, c) => (c % 4 === 3 ? String((i * 37) % 101) : (own[i] ?? ''))),
    i % 5 < 2 ? 'yes' : 'no',
    String(((i * 7) % 10) / 10 + 0.05),
  ];
  const declared = [...columns.filter((_, c) => c % 4 !== 3).slice(0, 6), [first, second]];
  const gates = {
    'recall@champion': { min: 0 },
    [`recall[${first}]`]: { min: 0.99 },
    [`recall[${first}=${first}]`]: { min: 0 },
    [`recall[${first}=${first}, ${second}=${second}]`]: { min: 0 },
    [`recall[${first}=x' OR 1=1 --]`]: { min: 0 },
    [`demographic_parity_difference[${second}]`]: { max: 1 },
  };
  const root = makeProject({
    'secret.txt': secret,
    'rows.csv': [[...columns, 'truth', 'score'], ...Array.from({ length: rows }, (_, i) => line(i))]
      .map((cells) => cells.map(cell).join(','))
      .join('\n'),
    's.dataset.json': JSON.stringify({
      fields: [
        ...columns.map((name, c) =>
          c % 4 === 3 ? { name, type: 'number' } : { name, type: 'string', loopwright: { role: 'feature' } },
        ),
        { name: 'truth', type: 'string', categories: ['no', 'yes'], loopwright: { role: 'target', positive: 'yes' } },
        { name: 'score', type: 'number', loopwright: { role: 'score' } },
      ],
    }),
    'loopwright.yaml': JSON.stringify({
      version: 1,
      project: 'p',
      datasets: { rows: { path: 'rows.csv', schema: 's.dataset.json' } },
      stages: {
        validate: {
          uses: 'validate',
          with: {
            predictions: 'rows',
            slices: declared,
            fairness: { attributes: [second, [first, second]], population: { [second]: { [first]: 1, [second]: 2 } } },
            find_slices: { columns, min_rows: 10 },
          },
          gates,
        },
      },
    }),
  });
  const runner = runIn(root);
  const { error } = await runner.run();
  const said = [error?.message, ...runner.logs].join('\n');
  assert.ok(!said.includes(secret));
  assert.ok(!/internal error|Parser Error|Binder Error|Catalog Error|syntax error/i.test(said), said.slice(0, 2000));
  // The worst slice is too bad, and no row has the value of the last but one.
  assert.match(said, /2 of 6 gates failed/);
  assert.match(said, /the worst of 3 slices is/);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('pwned')),
    [],
  );
});

test('no part of a filter, an order or a search of runs is SQL', (t) => {
  const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' });
  const store = openStore(root);
  t.after(() => store.sql.close());
  for (const [id, name] of [
    ['a', 'first'],
    ['b', 'second'],
  ] as const)
    store.sql.run(
      `INSERT INTO runs (run_id, experiment, name, status, started_at) VALUES (?, 'default', ?, 'finished', 1)`,
      id,
      name,
    );
  const evil = [
    ...attacks,
    `1 OR 1=1`,
    `' OR ''='`,
    `" OR ""="`,
    '` OR 1=1 --',
    `x'); DELETE FROM runs; --`,
    `x; DROP TABLE runs`,
    `1) OR (SELECT count(*) FROM runs`,
    `%' OR 1=1 --`,
    `_`,
    `x ESCAPE '`,
  ];
  const quoted = (text: string) => [`'${text}'`, `"${text}"`, `'${text.replaceAll("'", "''")}'`];
  const forms = (text: string) => [
    text,
    `metrics.${text} > 1`,
    `metrics.\`${text.replaceAll('`', '``')}\` > 1`,
    `params."${text}" = 'x'`,
    `tags.\`${text.replaceAll('`', '``')}\` != 'x'`,
    `${text} = 'x'`,
    `name ${text} 'x'`,
    ...quoted(text).flatMap((value) => [
      `name = ${value}`,
      `params.a LIKE ${value}`,
      `params.a NOT IN (${value}, ${value})`,
      `name = ${value} OR name = 'no'`,
      `started > ${value}`,
    ]),
    `metrics.a > ${text}`,
    `duration < ${text}`,
  ];
  const asked = (query: RunQuery) => {
    const { runs, problem } = listRuns(store, query);
    assert.ok(!/SQL|syntax error|no such column/i.test(problem?.message ?? ''), JSON.stringify([query, problem]));
    return problem ? null : runs.map(({ name }) => name);
  };
  for (const text of evil) {
    for (const filter of forms(text)) {
      const found = asked({ filter });
      // A condition on a name that no run has.
      if (/^name = /.test(filter) && found !== null) assert.deepEqual(found, [], filter);
    }
    asked({ search: text });
    for (const column of [text, `metrics.${text}`, `params.${text}`]) asked({ order: [{ column, descending: true }] });
    asked({ experiment: text });
  }
  assert.equal(store.sql.all('SELECT * FROM runs').length, 2);
  assert.ok(!existsSync(join(root, 'pwned1.csv')));
});
