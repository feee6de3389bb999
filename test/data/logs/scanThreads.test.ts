import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CancelledError } from '../../../engine/base/errors.ts';
import { openDatabase, type Database } from '../../../engine/data/database.ts';
import { HeldFiles, type HeldFile } from '../../../engine/data/logs/heldFiles.ts';
import { copyLines, endOfSlice, type LineSlice } from '../../../engine/data/logs/lineSlices.ts';
import { LogParts } from '../../../engine/data/logs/logParts.ts';
import { scannerFor } from '../../../engine/data/logs/scannerFor.ts';
import { ScannedLines } from '../../../engine/data/logs/scannedLines.ts';
import { ScanThreads } from '../../../engine/data/logs/scanThreads.ts';
import type { DatasetSchema } from '../../../engine/project/schema/datasetSchema.ts';
import type { FromLogs } from '../../../engine/project/schema/sources/logs.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { any, fields, mostly, random } from '../../helpers/readBothWays.ts';

// Tried: all formats; slices of a few lines and of one that is longer than they are; more slices than threads; lines of
// other forms, blank ones and ones that are none at the start, in the middle and at the end of slices; CRLF, null bytes and bytes that are not UTF-8; too many lines of other forms; a file
// that is truncated, a folder that is gone, a cancelled collection.

async function opened(text: string | Buffer): Promise<{ root: string; held: HeldFiles; file: HeldFile }> {
  const root = makeProject({});
  writeFileSync(join(root, 'x.log'), text);
  const held = new HeldFiles(root, ['x.log'], { known: [], since: null, warn: () => {} });
  const [file] = (await held.refresh()).files;
  assert.ok(file);
  return { root, held, file };
}

/** Reads slices of about `length` bytes in threads, all at once. Returns null when their lines are not worth scanning. */
async function inThreads(file: HeldFile, parts: LogParts, threads: ScanThreads, setup: Setup, length: number) {
  const scanner = scannerFor(setup.source, setup.schema);
  assert.ok(scanner);
  const scanning: Promise<LineSlice | 'changed'>[] = [];
  for (let from = 0; from < file.size;) {
    const end = await endOfSlice(file, from, length);
    assert.ok(end !== null);
    scanning.push(
      threads.scan({ fd: file.handle.fd, from, end, path: `${file.path}.${scanning.length}.lines` }, scanner),
    );
    from = end;
  }
  const adding: Promise<number>[] = [];
  let before = 0;
  for (const [order, promise] of scanning.entries()) {
    const slice = await promise;
    assert.ok(slice !== 'changed' && slice.scanned);
    adding.push(parts.add(slice, { file: 'x.log', before, order }));
    before += slice.scanned.lines;
  }
  const lines = (await Promise.all(adding)).reduce((sum, count) => sum + count, 0);
  assert.equal(lines, before);
  return { slices: scanning.length, lines };
}

interface Setup {
  source: FromLogs;
  schema: DatasetSchema | null;
}

async function found(db: Database, parts: LogParts) {
  const rows = await db.rows(`SELECT * FROM ${await parts.rows()} ORDER BY _line`);
  return {
    count: parts.count(),
    rows: rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === '' ? null : value])),
    ),
    unparsed: await db.rows(`SELECT * FROM (${parts.unparsed()}) ORDER BY line`),
  };
}

const signal = new AbortController().signal;

async function agreeInThreads(text: string | Buffer, source: Partial<FromLogs>, schema: DatasetSchema | null) {
  const setup: Setup = { source: { logs: 'x.log', format: 'combined', ...source }, schema };
  const { root, held, file } = await opened(text);
  const db = await openDatabase({ threads: 2 });
  const threads = ScanThreads.start(setup, signal, 3);
  assert.ok(threads);
  try {
    const folders = ['threads', 'slowly'].map((name) => join(root, name));
    for (const folder of folders) mkdirSync(folder);
    const [here = '', there = ''] = folders;
    const parts = new LogParts(db, here, setup.source, schema);
    const { slices, lines } = await inThreads(file, parts, threads, setup, 12_000);
    assert.ok(slices > 1, `${slices} slices`);
    const scanner = scannerFor(setup.source, schema);
    assert.ok(scanner);
    const slowly = new LogParts(db, there, setup.source, schema);
    const slice = await copyLines(file, 0, join(there, 'lines'), {
      encoding: 'utf-8',
      continued: null,
      isFinished: true,
      scanned: new ScannedLines(scanner),
      signal,
    });
    assert.ok(slice !== null && slice !== 'changed');
    assert.equal(await slowly.add(slice, { file: 'x.log', before: 0, order: 0 }), lines);
    assert.deepEqual(await found(db, parts), await found(db, slowly));
  } finally {
    await threads.close();
    await held.close();
    db.close();
  }
}

test('slices that are read in threads give the rows, numbers and other lines of the whole log', async () => {
  const line = (i: number) => {
    const host = mostly(['10.0.0.1', 'shop:443 10.0.0.1', 'a"b', '::1']);
    const path = mostly([`/items/${i}`, '/\\x22', '/ü', '/a b']);
    return mostly([
      `${host} - - [30/Nov/2026:02:00:${10 + (i % 50)} +0100] "GET ${path} HTTP/1.1" 200 ${i} "-" "curl/8.5.0"`,
      '',
      'words',
      `${host} - - [30/Nov/2026:02:00:00 +0100] "-" 400 0 "-" "-"`,
    ]);
  };
  const text = Array.from({ length: 600 }, (_, i) => `${line(i)}${any(['\n', '\n', '\n', '\r\n'])}`).join('');
  await agreeInThreads(text, {}, null);
  const time = { name: 'time', type: 'datetime' } as const;
  const status = { name: 'status', type: 'integer' } as const;
  const odd = Buffer.from(`${text.slice(0, 15_000)}\n\0\xff\xfe${text.slice(15_000)}`, 'latin1');
  await agreeInThreads(odd, {}, fields(time, 'host', status, 'agent'));
});

test('JSON lines, logfmt and patterns are read in threads alike', async () => {
  const schema = fields({ name: 'time', type: 'datetime' }, 'level', { name: 'n', type: 'integer' });
  const time = (i: number) => `2026-11-30T02:00:${10 + (i % 50)}Z`;
  const number = (i: number) => mostly([String(i), '007', '', 'x']);
  const texts = {
    json: (i: number) => `{"time":"${time(i)}","level":"${'a'.repeat(random(60))}","n":${number(i) || 'null'}}`,
    logfmt: (i: number) => `time=${time(i)} level="a \\"${random(9)}" n=${number(i)}`,
    pattern: (i: number) => `${time(i)} ${mostly(['info', 'é', ''])} ${number(i)}`,
  };
  for (const format of ['json', 'logfmt', 'pattern'] as const) {
    const text = Array.from({ length: 600 }, (_, i) => `${texts[format](i)}\n`).join('');
    const more = format === 'pattern' ? { pattern: '^(?<time>\\S+) (?<level>\\S*) (?<n>\\d+)$' } : {};
    await agreeInThreads(text, { format, ...more }, schema);
  }
});

const usual = (count: number) =>
  Array.from({ length: count }, (_, i) => `10.0.0.1 - - [30/Nov/2026:02:00:00 +0100] "GET /${i} HTTP/1.1" 200 ${i}\n`);

async function withThreads<T>(
  text: string,
  work: (threads: ScanThreads, file: HeldFile, root: string, abort: () => void) => Promise<T>,
) {
  const setup: Setup = { source: { logs: 'x.log', format: 'common' }, schema: null };
  const scanner = scannerFor(setup.source, null);
  assert.ok(scanner);
  const { root, held, file } = await opened(text);
  const controller = new AbortController();
  const threads = ScanThreads.start(setup, controller.signal, 2);
  assert.ok(threads);
  try {
    return await work(threads, file, root, () => controller.abort());
  } finally {
    await threads.close();
    await held.close();
  }
}

test('a slice ends after a line, and a longer line has no end', async () => {
  const { held, file } = await opened(`ab\ncd\n${'x'.repeat(200_000)}\ny`);
  assert.equal(await endOfSlice(file, 0, 4), 3);
  assert.equal(await endOfSlice(file, 0, 6), 6);
  assert.equal(await endOfSlice(file, 0, 150_000), 6);
  assert.equal(await endOfSlice(file, 6, 150_000), null);
  assert.equal(await endOfSlice(file, 6, 1 << 20), 200_007);
  assert.equal(await endOfSlice(file, 200_007, 1 << 20), null);
  await held.close();
});

const format = { source: { logs: 'x.log', format: 'common' }, schema: null } as const satisfies Setup;

test('a file that is truncated while it is read in threads has changed', async () => {
  await withThreads(usual(5000).join(''), async (threads, file) => {
    const end = file.size;
    truncateSync(file.path, 100);
    const scanner = scannerFor(format.source, null);
    assert.ok(scanner);
    assert.equal(await threads.scan({ fd: file.handle.fd, from: 0, end, path: '' }, scanner), 'changed');
  });
});

test('a slice that cannot be written says why, and its thread goes on', async () => {
  await withThreads(usual(100).join(''), async (threads, file, root) => {
    const scanner = scannerFor(format.source, null);
    assert.ok(scanner);
    for (let round = 0; round < 3; round++) {
      const slice = await threads.scan({ fd: file.handle.fd, from: 0, end: file.size, path: '' }, scanner);
      assert.ok(slice !== 'changed' && slice.scanned);
      const { scanned } = slice;
      const part = { file: 'x.log', before: 0, types: scanner.columns.map(({ type }) => type), found: [] };
      await assert.rejects(scanned.write(join(root, 'gone/x.parquet'), part), { code: 'ENOENT' });
      scanned.release();
      scanned.release();
    }
    const slice = await threads.scan({ fd: file.handle.fd, from: 0, end: file.size, path: '' }, scanner);
    assert.ok(slice !== 'changed' && slice.scanned?.lines === 100);
  });
});

test('threads end when the collection is cancelled, also while they scan and while a slice waits for one', async () => {
  await withThreads(usual(200_000).join(''), async (threads, file, _root, abort) => {
    const scanner = scannerFor(format.source, null);
    assert.ok(scanner);
    const scans = [1, 2, 3].map(() => threads.scan({ fd: file.handle.fd, from: 0, end: file.size, path: '' }, scanner));
    abort();
    for (const scan of await Promise.allSettled(scans))
      assert.ok(scan.status === 'rejected' && scan.reason instanceof CancelledError);
    await assert.rejects(
      threads.scan({ fd: file.handle.fd, from: 0, end: file.size, path: '' }, scanner),
      CancelledError,
    );
  });
});

test('one core needs no threads, and a cancelled collection starts none', () => {
  assert.equal(ScanThreads.start(format, signal, 1), null);
  assert.equal(ScanThreads.start(format, AbortSignal.abort(), 2), null);
});
