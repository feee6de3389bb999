import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { HeldFiles } from '../../../engine/data/logs/heldFiles.ts';
import { scannerFor } from '../../../engine/data/logs/lineParser.ts';
import { copyLines } from '../../../engine/data/logs/lineSlices.ts';
import { LogParts } from '../../../engine/data/logs/logParts.ts';
import { ScannedLines } from '../../../engine/data/logs/scannedLines.ts';
import type { DatasetSchema, Field } from '../../../engine/project/schema/datasetSchema.ts';
import type { FromLogs } from '../../../engine/project/schema/sources/logs.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { rounds } from '../../helpers/rounds.ts';

let state = 7;
const random = (upTo: number) => (state = (state * 48271) % 2147483647) % upTo;
const any = <T>(list: readonly T[]): T => list[random(list.length)] as T;
/** The first one of a list mostly, any of it otherwise. */
const mostly = <T>(list: readonly T[]): T => (random(14) > 0 ? (list[0] as T) : any(list));

/** Reads a file twice: scanned, and by SQL alone. Returns the rows and lines that are none, as JSON. */
async function bothWays(text: string | Buffer, source: FromLogs, schema: DatasetSchema | null) {
  const root = makeProject({});
  writeFileSync(join(root, 'x.log'), text);
  const db = await openDatabase({ threads: 2 });
  const held = new HeldFiles(root, ['x.log'], { known: [], since: null, warn: () => {} });
  const [file] = (await held.refresh()).files;
  assert.ok(file);
  const read = async (isScanned: boolean) => {
    const folder = join(root, String(isScanned));
    mkdirSync(folder);
    const scanner = isScanned ? scannerFor(source, schema) : null;
    const scanned = scanner && new ScannedLines(scanner);
    const slice = await copyLines(file, 0, join(folder, 'lines'), {
      encoding: 'utf-8',
      continued: null,
      isFinished: true,
      scanned,
      signal: new AbortController().signal,
    });
    assert.ok(slice !== null && slice !== 'changed');
    const parts = new LogParts(db, folder, source, schema);
    const lines = await parts.add(slice, { file: 'x.log', before: 5, order: 1 });
    const rows = await db.rows(`SELECT * FROM ${await parts.rows()} ORDER BY _line`);
    const unparsed = await db.rows(`SELECT * FROM (${parts.unparsed()}) ORDER BY line`);
    return { lines, count: parts.count(), rows, unparsed, share: 1 - (scanned?.others.length ?? 0) / lines };
  };
  try {
    return { scanned: await read(true), slowly: await read(false) };
  } finally {
    await held.close();
    db.close();
  }
}

async function agree(lines: readonly string[], source: Partial<FromLogs>, schema: DatasetSchema | null) {
  const text = lines.map((line) => `${line}\n`).join('');
  const both = await bothWays(text, { logs: 'x.log', format: 'combined', ...source }, schema);
  const { share, ...found } = both.scanned;
  const { share: _, ...wanted } = both.slowly;
  for (const [i, row] of wanted.rows.entries()) {
    const line = lines[Number(row['_line']) - 6];
    // The order of columns is that of the schema when lines are scanned.
    assert.deepEqual(found.rows[i], row, `${line}`);
  }
  assert.deepEqual(found, wanted);
  return share;
}

const fields = (...names: (string | Field)[]): DatasetSchema => ({
  fields: names.map((name) => (typeof name === 'string' ? { name, type: 'string' } : name)),
});

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
  const clock = mostly(['02:00:00', '23:59:59', '24:00:00', '12:60:00', '12:00:60', '1:00:00', '02:00:00.5']);
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
  for (let round = 0; round < rounds(6); round++)
    for (const schema of schemas)
      for (const format of ['combined', 'common'] as const) {
        const lines = Array.from({ length: 400 }, accessLine);
        const share = await agree(lines, { format }, schema);
        if (format === 'combined') assert.ok(share > 0.1 && share < 1, `${share} of the lines are scanned`);
      }
});
