import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DatasetSchema } from '../../../engine/project/schema/datasetSchema.ts';
import { ownFrom, type LineScanner } from '../../../engine/data/logs/lineScanner.ts';
import { scannerFor } from '../../../engine/data/logs/scannerFor.ts';
import type { FromLogs } from '../../../engine/project/schema/sources/logs.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { agree, agreeChecked, any, fields, mostly, random } from '../../helpers/readBothWays.ts';
import { rounds } from '../../helpers/rounds.ts';
import { runIn } from '../../helpers/runIn.ts';

function accessLine(): string {
  const host = mostly(['10.0.0.1', '::1', 'shop:443 10.0.0.1', 'a"b', '-', 'ü.example', '', 'x\ty', '2001:db8::1 ::1']);
  const identity = mostly(['-', 'id', '1.2', '::1', 'a\\b', '']);
  const user = mostly(['-', 'ann', 'ann lee', '[x]', '"', 'ann [30/Nov/2026:02:00:00 +0100]', '']);
  const day = mostly([
    '30/Nov/2026',
    '29/Feb/2024',
    '29/Feb/2023',
    '31/Apr/2026',
    '00/Jan/2026',
    '3/Nov/2026',
    '01/JAN/2026',
    '01/Foo/2026',
    '31/Dec/0999',
    '31/Dec/9999',
  ]);
  const clock = mostly([
    '02:00:00',
    '23:59:59',
    '24:00:00',
    '12:60:00',
    '12:00:60',
    '23:59:60',
    '12:29:60',
    '1:00:00',
    '02:00:00.5',
  ]);
  const zone = mostly(['+0000', '-0330', '+1400', '+2400', '+0060', 'Z', '0000', '+01:00']);
  const time = random(20) === 0 ? any(['2026-11-30T02:00:00+01:00', '', '-']) : `${day}:${clock} ${zone}`;
  const method = mostly(['GET', 'POST', 'get', 'M-SEARCH', '-', '1', '']);
  const path = mostly(['/', `/items/${random(1000)}?q=%20`, '*', '/ü\u{1F600}', '/a b', '/\\x22', '', '/\u0001', '//']);
  const protocol = mostly(['HTTP/1.1', 'HTTP/2.0', 'HTTP/', 'HTTP/1.1 ', 'http/1.1', 'FTP/1', 'HTTP/x']);
  const request = mostly([
    `${method} ${path} ${protocol}`,
    '-',
    '\\x16\\x03\\x01',
    '\u0016\u0003',
    '',
    'GET /',
    'words of no request',
    `${method} ${path} ${protocol} ${protocol}`,
  ]);
  const status = mostly(['200', '404', '-', '099', '20', '2000', 'OK']);
  const bytes = mostly([
    String(random(100000)),
    '-',
    '0',
    '007',
    '123456789012345678',
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551616',
    '-5',
    '',
  ]);
  const referer = mostly(['https://example.com/', '-', '', 'a b', 'a\\"b', 'caf\u00e9', 'x\ty', '\\']);
  const agent = mostly(['curl/8.5.0', '-', '', 'Mozilla/5.0 (X11; Linux x86_64)', 'a\\\\b', 'cut', ' x ', '\u007f']);
  const end = mostly([
    '',
    ' "1.2.3.4" 0.01',
    ' ',
    '  x  y ',
    'x',
    ' "',
    ' \t',
    ' "a\\"b"',
    ' [30/Nov/2026:02:00:00 +0000] "GET / HTTP/1.1" 200 5',
  ]);
  const line = `${host} ${identity} ${user} [${time}] "${request}" ${status} ${bytes} "${referer}" "${agent}"${end}`;
  const form = random(40);
  if (form === 0) return line.slice(0, random(line.length));
  if (form === 1)
    return any(['', ' ', 'words', '\u0016\u0003\u0001', '"', '[', '\ufeff', '\u001f\u001d', '\u0002e', '"""""" ""']);
  if (form === 2) return line.replace(' ', '  ');
  return form < 8 ? line.slice(0, line.indexOf(` "${referer}"`)) : line;
}

// Tried: IPv6, virtual hosts, users with spaces and brackets, escaped quotes, requests that are `-`, empty, of TLS or
// without a protocol, tabs and other control characters, empty fields, fields after the agent, times that do not exist,
// offsets, numbers of too many digits, blank and cut lines; columns of other types, in another order, and some only.
test('access logs that are scanned give what SQL gives', async () => {
  const time = { name: 'time', type: 'datetime' } as const;
  const schemas = [
    null,
    fields('agent', time, 'host', { name: 'status', type: 'integer' }, 'rest', 'request', 'vhost', 'nothing'),
    fields('host', 'time', 'status', 'bytes', 'method', 'path', 'protocol', 'referer', 'user', 'identity'),
    fields('path', { name: 'time', type: 'datetime', format: '%d/%b/%Y:%H:%M:%S %z' }),
  ];
  for (let round = 0; round < rounds(5); round++)
    for (const schema of schemas)
      for (const format of ['combined', 'common'] as const) {
        const lines = Array.from({ length: 400 }, accessLine);
        const share = await agree(lines, { format }, schema);
        if (format === 'combined') assert.ok(share > 0.1 && share < 1, `${share} of the lines are scanned`);
      }
});

function jsonLine(): string {
  const text = () =>
    mostly([
      '"served"',
      '"a b"',
      '""',
      '"ü\u{1F600}"',
      '"a \\"b\\" \\\\ \\/ c"',
      '"line\\nline\\r\\tx\\b\\f"',
      '"\\u00e9"',
      '"\\ud83d\\ude00"',
      '"\\ud83d"',
      '"\\x"',
      '"cut',
      '"\u0002e"',
      '"null"',
      '" x "',
      "'x'",
      '"\t"',
      'words',
    ]);
  const whole = () =>
    mostly([
      String(random(1000)),
      '0',
      '-7',
      '-0',
      '007',
      '+1',
      '1e3',
      '123456789012345678',
      '12345678901234567890',
      '"12"',
      '"012"',
      '" 5"',
      '1.0',
      '1.5',
      'true',
      'null',
      '[]',
      '{"a":1}',
      '""',
      '-',
    ]);
  const decimal = () =>
    mostly([
      '0.25',
      '12.5',
      '1.0',
      '1.50',
      '0.0001',
      '0.001',
      '-3.75',
      '1e-7',
      '123456789.123456789',
      '.5',
      '5.',
      '7',
      '"0.5"',
      'NaN',
      '1E400',
      '"inf"',
      'null',
      '0.0',
      '-0.5',
    ]);
  const time = () =>
    mostly([
      '"2026-11-30T02:00:00Z"',
      '"2026-11-30T02:00:00.123456Z"',
      '"2026-11-30 02:00:00,5"',
      '"2026-11-30T02:00:00+02:00"',
      '"2026-11-30T02:00:00-0330"',
      '"2026-11-30"',
      '"2026-02-29T00:00:00Z"',
      '"2024-02-29T23:59:59.9"',
      '"2026-11-30T24:00:00Z"',
      '1700000000',
      '1700000000.5',
      '1700000000.123456',
      '1700000000.1234567',
      '17000000000.25',
      '"1700000000"',
      '"0170000000"',
      '1700000000000',
      '1700000000000.5',
      '1700000000123456',
      '1700000000123456789',
      '170000000',
      '17000000',
      '-1700000000',
      '1.7e9',
      '"30/Nov/2026:02:00:00 +0100"',
      '"yesterday"',
      '""',
      'null',
      '"2026-11-30T02:00:60Z"',
      '"0026-11-30T02:00:00Z"',
      '"2026-11-30T02:00:00.1234567Z"',
      '"2026-11-30T02:00:00.Z"',
      '"2026-11-30T02:00:00 +00:00"',
    ]);
  const flag = () => mostly(['true', 'false', '"true"', '1', 'null', 'True', '"yes"']);
  const http = () =>
    mostly([
      `{"method":"GET","status":${whole()}}`,
      '{}',
      '[]',
      '["x"]',
      'null',
      '"text"',
      '{"method":"A","method":"B"}',
      '{"method":{"x":1}}',
      `{"other":[1,{"method":"deep"},[]],"method":${text()}}`,
      '{"method":"GET"',
      '{"a":1,}',
    ]);
  const other = () =>
    mostly([
      '"x"',
      '[1, 2, {"a": [] }]',
      '{"time": "deep", "b": {}}',
      '1e5',
      '-0.0',
      '1E400',
      '[1,]',
      '[,1]',
      '{"a"}',
      '{"a":}',
      '[1 2]',
      '"\\u12"',
      'nul',
      '"\u007f"',
      '[[[[1]]]]',
      '0x1',
      '[true,false,null]',
    ]);
  const pairs: string[] = [
    `"time":${time()}`,
    `"level":${text()}`,
    `"n":${whole()}`,
    `"d":${decimal()}`,
    `"ok":${flag()}`,
    `"http":${http()}`,
    `"other":${other()}`,
  ];
  const form = random(40);
  if (form === 0) pairs.push(any(pairs));
  if (form === 1) pairs.reverse();
  if (form === 2) pairs.splice(random(7), 1);
  if (form === 3) pairs.push(`"http.method":${text()}`);
  if (form === 4) pairs.push('"\\u006e":5', '"a\\"b":1');
  if (form === 5)
    return any([
      '',
      ' ',
      '{}',
      '[]',
      '{',
      '{"n":1}}',
      '{"n":1} x',
      '{"n" 1}',
      '{"n"::1}',
      '{n:1}',
      'null',
      '5',
      '"{}"',
      '{"n":1,}',
      '{"n":1;"d":2}',
      '\u0001{}',
      '\ufeff{}',
    ]);
  const [between, after, around] = form < 10 ? [', ', ': ', any(['', ' ', '\t'])] : [',', ':', ''];
  const line = `${around}{${pairs.join(between).replaceAll('":', `"${after}`)}}${around}`;
  return form === 11 ? line.slice(0, random(line.length)) : line;
}

const times = { name: 'time', type: 'datetime' } as const;
const plainFields = fields(
  times,
  'level',
  { name: 'n', type: 'integer' },
  { name: 'd', type: 'number' },
  { name: 'ok', type: 'boolean' },
  'http.method',
  'absent',
);

// Tried: texts with escapes, by number too, empty, with marks and tabs; numbers with leading zeros, exponents, of many
// digits, in quotes, negative zero; times with offsets, fractions, in other forms, that do not exist, as numbers; true and
// false; null; lists and objects as values; keys twice, in another order, with escapes, with dots; broken and cut JSON;
// blanks between; a schema with rules on texts, missing markers, numbers with commas, and a zone.
test('JSON lines that are scanned give what SQL gives', async () => {
  const schemas: [DatasetSchema, Partial<FromLogs>?][] = [
    [plainFields],
    [fields('time', 'n', 'd', 'ok', 'http', 'http.0', 'level')],
    [{ ...plainFields, missingValues: ['', 'null', '-7'] }],
    [
      fields(
        { ...times, constraints: { minLength: 20 } },
        { name: 'n', type: 'integer', constraints: { pattern: '[0-9]' } },
        { name: 'level', type: 'string', constraints: { required: true } },
      ),
    ],
    [
      fields(
        times,
        { name: 'n', type: 'integer', constraints: { minimum: 5, maximum: 900 } },
        { name: 'd', type: 'number', decimalChar: ',' },
      ),
    ],
    [plainFields, { timezone: 'Europe/Berlin' }],
  ];
  for (let round = 0; round < rounds(5); round++)
    for (const [schema, more] of schemas) {
      const lines = Array.from({ length: 400 }, jsonLine);
      const share = await agreeChecked(lines, { format: 'json', ...more }, schema);
      if (schema === plainFields) assert.ok(share > 0.1 && share < 1, `${share} of the lines are scanned`);
    }
});

// Tried: the lines above behind a line of the usual form, which has all kinds of values, an object and a list.
test('a line is scanned alike behind a line of its form and alone', () => {
  const usual =
    '{"time":"2026-11-30T02:00:00Z","level":"served","n":5,"d":0.25,"ok":true,"http":{"method":"GET","status":7},"other":[1,"a"]}';
  const schema = fields('time', 'level', 'n', 'd', 'ok', 'http.method', 'http.status');
  const read = (scanner: LineScanner, line: string) => {
    const bytes = Buffer.from(line);
    if (!scanner.scan(bytes, 0, bytes.length)) return null;
    return scanner.columns.map((_, i) => {
      const [from = 0, to = 0] = [scanner.bounds[2 * i], scanner.bounds[2 * i + 1]];
      return from >= ownFrom
        ? scanner.own.toString('utf8', from - ownFrom, to - ownFrom)
        : bytes.toString('utf8', from, to);
    });
  };
  const newScanner = () => {
    const scanner = scannerFor({ logs: 'x', format: 'json' }, schema);
    assert.ok(scanner);
    return scanner;
  };
  let scanned = 0;
  for (let i = 0; i < rounds(4000); i++) {
    const odd = jsonLine();
    const line = random(2) === 0 ? odd : odd.replace(/"other":.*/, '"other":[1,"a"]}');
    const behind = newScanner();
    assert.ok(read(behind, usual));
    const alone = read(newScanner(), line);
    assert.deepEqual(read(behind, line), alone, line);
    if (alone) scanned++;
  }
  assert.ok(scanned > 0);
});

test('a log whose lines can mostly not be scanned is read whole, in its order', async () => {
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\ndatasets: { rows: { path: rows.parquet } }\nstages: { get: { uses: collect, with: { dataset: rows, from: { logs: x.log, format: combined } } } }\n',
  });
  const line = (i: number) =>
    `${i % 2 === 0 ? 'shop:443 ' : ''}10.0.0.1 - - [30/Nov/2026:02:00:00 +0100] "GET /${i} HTTP/1.1" 200 ${i} "-" "-"\n`;
  const count = 4000;
  writeFileSync(join(root, 'x.log'), Array.from({ length: count }, (_, i) => line(i)).join(''));
  const project = runIn(root);
  const outcome = await project.run({ stages: ['get'] });
  assert.equal(outcome.error, null);
  const rows = await project.rows('rows.parquet', 'SELECT vhost, bytes FROM data');
  assert.deepEqual(
    rows.map(({ vhost, bytes }) => [vhost, Number(bytes)]),
    Array.from({ length: count }, (_, i) => [i % 2 === 0 ? 'shop:443' : null, i]),
  );
});

test('lines that are all usual are all scanned', async () => {
  const plain = (i: number) => `{"time":"2026-11-30T02:00:00Z","level":"a","n":${i}}`;
  const share = await agreeChecked(
    Array.from({ length: 2000 }, (_, i) => plain(i)),
    { format: 'json' },
    plainFields,
  );
  assert.equal(share, 1);
});
