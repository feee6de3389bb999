import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { parseLines } from '../../../engine/data/logs/lineParser.ts';
import { isoTime } from '../../../engine/data/logs/timeText.ts';
import { peekSource } from '../../../engine/data/sources/peekSource.ts';
import type { SourceContext } from '../../../engine/data/sources/source.ts';
import type { DatasetSchema } from '../../../engine/project/schema/datasetSchema.ts';
import type { FromLogs } from '../../../engine/project/schema/sources/logs.ts';
import { makeProject } from '../../helpers/makeProject.ts';

/** The columns of lines as they are read; null for a line that is not in the format. */
async function read(lines: string[], source: Partial<FromLogs>, schema: DatasetSchema | null = null) {
  const db = await openDatabase({ threads: 1 });
  try {
    await db.run('CREATE TABLE records (line VARCHAR)');
    for (const line of lines) await db.run('INSERT INTO records VALUES (?)', [line]);
    const { from, columns, fits } = await parseLines(db, 'records', { logs: 'x', format: 'json', ...source }, schema);
    const rows = await db.rows(
      `SELECT ${[...columns.map(({ name, sql }) => `${sql} AS "${name.replaceAll('"', '""')}"`), `(${fits}) AS fits`].join(', ')} FROM ${from}`,
    );
    return rows.map(({ fits: isRow, ...row }) =>
      isRow === true ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) : null,
    );
  } finally {
    db.close();
  }
}

const fields = (...names: string[]): DatasetSchema => ({
  fields: names.map((name) => ({ name, type: 'string' as const })),
});

// Tried: IPv6, virtual hosts, users with spaces, `-`, escaped quotes of Apache and nginx, requests that are none, with
// spaces, without a protocol, of HTTP/2 and empty; fields after the user agent; times with offsets, in ISO form, and
// days that are none; a status that is none; a line of `common` as `combined` and the other way round; text that is cut.
test('access logs', async () => {
  const at = Date.UTC(2026, 10, 30, 1);
  const line = (middle: string, host = '10.0.0.1 - -') => `${host} [30/Nov/2026:02:00:00 +0100] ${middle}`;
  const plain = { host: '10.0.0.1', time: at, method: 'GET', path: '/', protocol: 'HTTP/1.1', status: 200, bytes: 5 };
  const cases: [string, Record<string, unknown> | null][] = [
    [line('"GET / HTTP/1.1" 200 5 "-" "curl"'), { ...plain, agent: 'curl' }],
    [line('"GET / HTTP/1.1" 200 5', '::1 - -'), { ...plain, host: '::1' }],
    [
      line('"GET / HTTP/1.1" 200 5 "-" "-"', 'shop.example:443 ::1 - ann'),
      { ...plain, vhost: 'shop.example:443', host: '::1', user: 'ann' },
    ],
    [line('"GET / HTTP/1.1" 200 5 "-" "-"', '10.0.0.1 - ann lee'), { ...plain, user: 'ann lee' }],
    [
      line('"GET / HTTP/1.1" 200 5 "http://x/?a=\\"b\\"" "a \\\\ b"'),
      { ...plain, referer: 'http://x/?a="b"', agent: 'a \\ b' },
    ],
    [line('"GET /\\x22 HTTP/1.1" 200 5 "-" "a"'), { ...plain, path: '/"', agent: 'a' }],
    [line('"GET /a b c HTTP/2.0" 200 5 "-" "-"'), { ...plain, path: '/a b c', protocol: 'HTTP/2.0' }],
    [line('"GET /" 200 5 "-" "-"'), { host: '10.0.0.1', time: at, method: 'GET', path: '/', status: 200, bytes: 5 }],
    [
      line('"\\x16\\x03\\x01" 400 0 "-" "-"'),
      { host: '10.0.0.1', time: at, request: '\\x16\\x03\\x01', status: 400, bytes: 0 },
    ],
    [line('"-" 408 - "-" "-"'), { host: '10.0.0.1', time: at, request: '-', status: 408 }],
    [line('"GET / HTTP/1.1" 200 5 "-" "a" "1.2.3.4" 0.01'), { ...plain, agent: 'a', rest: '"1.2.3.4" 0.01' }],
    ['10.0.0.1 - - [2026-11-30T02:00:00+01:00] "GET / HTTP/1.1" 200 5 "-" "-"', plain],
    ['10.0.0.1 - - [32/Nov/2026:02:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "-"', null],
    ['10.0.0.1 - - [30/Foo/2026:02:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "-"', null],
    [line('"GET / HTTP/1.1" OK 5 "-" "-"'), null],
    [line('"GET / HTTP/1.1" 200 5 "-" "cut'), { ...plain, rest: '"-" "cut' }],
    [line('"GET / HT'), null],
    ['words', null],
    ['', null],
  ];
  const found = await read(
    cases.map(([text]) => text),
    { format: 'combined' },
  );
  for (const [i, [text, wanted]] of cases.entries()) assert.deepEqual(found[i], wanted, text);
  const common = await read([line('"GET / HTTP/1.1" 200 5'), line('"GET / HTTP/1.1" 200 5 "-" "curl"')], {
    format: 'common',
  });
  assert.deepEqual(common, [plain, null]);
});

// Tried: nested objects, lists, mixed types, keys with dots, quotes and slashes, large and exact numbers, nulls, repeated
// keys, blanks around; objects that are not closed, text after one, other JSON; a schema with fields that never occur.
test('JSON lines', async () => {
  const lines = [
    '{"a":{"b":1,"c":{"d":"x"}},"list":[1,{"x":2}],"mixed":{"k":1},"n":12345678901234567890,"f":1.10}',
    '  {"a":{"b":null},"mixed":"text","q\\"/":"ü","a.x":true} ',
    '{"a":1',
    '{"a":1} more',
    '[1]',
    'null',
    '"text"',
    '',
  ];
  assert.deepEqual(await read(lines, {}), [
    { 'a.b': '1', 'a.c.d': 'x', list: '[1,{"x":2}]', mixed: '{"k":1}', n: '12345678901234567890', f: '1.1' },
    { mixed: 'text', 'q"/': 'ü', 'a.x': 'true' },
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  assert.deepEqual(await read(lines.slice(0, 2), {}, fields('a.b', 'a.x', 'a', 'none', 'list')), [
    { 'a.b': '1', a: '{"b":1,"c":{"d":"x"}}', list: '[1,{"x":2}]' },
    { 'a.x': 'true', a: '{"b":null}' },
  ]);
});

// Tried: quotes, escapes, `=` in values, bare and repeated keys, empty values, keys with dots and dashes, no pair, a
// quote that is not closed, a key that is missing, the text of a key inside a value.
test('logfmt', async () => {
  assert.deepEqual(
    await read(
      [
        'a=1 b="x \\"y\\" \\\\ z=1" ok a=2 url=http://h/?q=1&r=2 e= f="" k.x-y=ü',
        'words only',
        'a="open',
        '=1',
        'a=1 "b"',
        'msg="level=9"',
      ],
      { format: 'logfmt' },
      fields('a', 'b', 'ok', 'url', 'e', 'f', 'k.x-y', 'level'),
    ),
    [
      { a: '1', b: 'x "y" \\ z=1', ok: 'true', url: 'http://h/?q=1&r=2', e: '', f: '', 'k.x-y': 'ü' },
      null,
      null,
      null,
      null,
      {},
    ],
  );
});

test('a pattern that could backtrack for years ends', async () => {
  const found = await read([`${'a'.repeat(50_000)}!`], { format: 'pattern', pattern: '^(?<x>(a+)+)$' });
  assert.deepEqual(found, [null]);
});

test('times of logs', async () => {
  const db = await openDatabase({ threads: 1 });
  const times: [string, string, string?][] = [
    ['2026-11-30T02:00:00Z', '2026-11-30 02:00:00'],
    ['2026-11-30 02:00:00,250', '2026-11-30 02:00:00.25'],
    ['2026/11/30 02:00:00', '2026-11-30 02:00:00'],
    ['30/Nov/2026:02:00:00 +0100', '2026-11-30 01:00:00'],
    ['1796004000', '2026-11-30 02:00:00'],
    ['1796004000.5', '2026-11-30 02:00:00.5'],
    ['1796004000250', '2026-11-30 02:00:00.25'],
    ['1796004000250000000', '2026-11-30 02:00:00.25'],
    ['2026-11-30 02:00:00', '2026-11-30 01:00:00', 'Europe/Berlin'],
    ['2026-07-01 02:00:00', '2026-07-01 00:00:00', 'Europe/Berlin'],
    ['2026-07-01T02:00:00Z', '2026-07-01 02:00:00', 'Europe/Berlin'],
  ];
  for (const [text, wanted, zone] of times) {
    const [row] = await db.rows(
      `SELECT CAST(CAST(CAST(${isoTime('t', zone)} AS TIMESTAMPTZ) AS TIMESTAMP) AS VARCHAR) AS at FROM (SELECT ? AS t)`,
      [text],
    );
    assert.equal(row?.['at'], wanted, text);
  }
  db.close();
});

test('a preview shows the first lines that wait', async () => {
  const root = makeProject({ 'app.log': 'n=1 level=info\nn=2 level=warn\nbad\n' });
  const db = await openDatabase({ threads: 1 });
  const context = {
    root,
    folder: root,
    env: {},
    signal: new AbortController().signal,
    progress: () => {},
    log: () => {},
    database: () => Promise.resolve(db),
    schema: null,
  };
  const peek = await peekSource(
    context as unknown as SourceContext,
    { logs: 'app.log', format: 'logfmt' },
    { rows: 10 },
  );
  assert.deepEqual(peek.rows, [
    ['1', 'info'],
    ['2', 'warn'],
  ]);
  assert.deepEqual(
    peek.columns.map(({ name, type }) => `${name} ${type}`),
    ['n BIGINT', 'level VARCHAR'],
  );
  assert.match(peek.about, /app\.log, 34 B not yet collected/);
  assert.ok(peek.newest !== undefined);
  assert.deepEqual(peek.notes, ['1 of the first 3 lines are not in the format logfmt.']);
  writeFileSync(`${root}/app.log`, '');
  assert.deepEqual(
    (await peekSource(context as unknown as SourceContext, { logs: 'app.log', format: 'logfmt' }, { rows: 10 })).notes,
    ['There is no new line.'],
  );
  db.close();
});
