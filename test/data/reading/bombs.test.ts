import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { CancelledError } from '../../../engine/base/errors.ts';
import { unpack } from '../../../engine/data/logs/unpack.ts';
import { checkFiles } from '../../../engine/data/checkFiles.ts';
import { TextLimits } from '../../../engine/data/reading/textLimits.ts';
import { columnNames } from '../../../engine/data/reading/columnNames.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runCli } from '../../helpers/runCli.ts';

// Files that are made to stop what reads them. Tried: gzip of one endless line of letters, blanks and quotes, the same
// not packed; JSON of arrays, of objects and of both, 200,000 levels deep, at once, behind other values, as a line
// among good ones, packed, and with blanks and line breaks between; many broken lines that leave brackets open. Packed in
// gzip and zstd, and not packed: a cell of many megabytes in the second line, quoted, in the last line, of delimiters; a
// million blank lines of all kinds of line ends, of blanks and tabs, in UTF-16, at the start, in the middle, at the end, in
// quotes; text of which nearly all repeats; gzip and others inside gzip. In JSON: a text, a key, a number and an object of
// many megabytes. Larger ones were tried by hand: cells of 2 GB, 500 million lines.

const bytes = 17 << 20;
const fills = { letters: 'a', blanks: ' ', quotes: '"' };

test('a first line without an end is told', () => {
  for (const [name, fill] of Object.entries(fills)) {
    const root = makeProject({ 'a.csv.gz': gzipSync(Buffer.alloc(bytes, fill), { level: 1 }) });
    assert.throws(() => readText(join(root, 'a.csv.gz')), /first 16 MB have no line break/, name);
  }
  const root = makeProject({
    'a.csv': Buffer.alloc(bytes, 'a'),
    'ok.csv': `${Array.from({ length: 2000 }, (_, i) => `c${i}`).join(',')}\n1\n`,
  });
  assert.throws(() => readText(join(root, 'a.csv')), /first 16 MB have no line break/);
  assert.equal(new Set(columnNames(Array<string>(100_000).fill('a')).names).size, 100_000);
  assert.equal(readText(join(root, 'ok.csv')).readAs.delimiter, ',');
});

const levels = 200_000;
const deep: Record<string, string> = {
  arrays: '['.repeat(levels) + ']'.repeat(levels),
  'not closed': '['.repeat(levels),
  objects: `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
  both: `${'[{"a":'.repeat(levels / 2)}1`,
  'with breaks': '[\n '.repeat(levels),
  'behind values': `[{"a": [1, 2], "b": "]["}, ${'['.repeat(levels)}`,
  'among lines': `{"a": 1}\n{"a": ${'['.repeat(levels)}${']'.repeat(levels)}}\n{"a": 2}\n`,
};

test('JSON that is nested too deeply is refused before DuckDB reads it', async () => {
  for (const [name, text] of Object.entries(deep)) {
    const root = makeProject({ 'a.json': text, 'b.jsonl.gz': gzipSync(text, { level: 1 }) });
    for (const file of ['a.json', 'b.jsonl.gz'])
      await assert.rejects(checkFiles([join(root, file)]), /nested 500 levels deep; this is deeper/, name);
  }
  const fine = {
    'broken.jsonl': '{"a": [{"b": 1\n'.repeat(2000),
    'quote.jsonl': '{"a": "[[[[\n'.repeat(2000),
    'flat.json': `[${'{"a": [[1]]},'.repeat(2000)}{}]`,
    'brackets.json': JSON.stringify({ a: '['.repeat(5000) }),
  };
  const root = makeProject(fine);
  await checkFiles(Object.keys(fine).map((name) => join(root, name)));
});

test('the command line tells it and goes on', async () => {
  const root = makeProject({ 'a.jsonl': `${deep['objects']}\n` });
  const { code, err } = await runCli(['data', 'profile', 'a.jsonl'], { cwd: root });
  assert.equal(code, 1);
  assert.match(err, /a\.jsonl.*nested 500 levels deep/);
});

const cell = 'x'.repeat(bytes);
const blank = 1_100_000;

const bombs: Record<string, { text: string | Buffer; says: RegExp }> = {
  'cell in line 2': { text: `a,b\n1,${cell}\n2,3\n`, says: /line 2, which starts at byte 4, is longer than 16 MB/ },
  'cell at the end': { text: `a,b\r\n1,2\r\n3,${cell}`, says: /line 3, which starts at byte 10, is longer/ },
  'cell in quotes': { text: `a,b\n1,2\n3,"${cell}"\n`, says: /line 3, .* is longer/ },
  'delimiters only': { text: `a,b\n${','.repeat(bytes)}\n1,2\n`, says: /line 2, .* is longer/ },
  'blank lines': { text: `a,b\n1,2\n${'\n'.repeat(blank)}3,4\n`, says: /million blank lines follow line 2/ },
  'blank lines of Windows': { text: `a\r\n1\r\n${'\r\n'.repeat(blank)}`, says: /million blank lines follow line 2/ },
  'blank lines of old Macs': {
    text: `a,b\r1,2\r${'\r'.repeat(blank)}3,4\r`,
    says: /million blank lines follow line 2/,
  },
  'lines of blanks': { text: `a,b\n${' \t\n'.repeat(blank)}3,4\n`, says: /million blank lines follow line 1/ },
  'blank lines first': { text: `${'\n'.repeat(blank)}a,b\n3,4\n`, says: /million blank lines follow line 1/ },
  'blank lines in quotes': { text: `a,b\n1,"x${'\n'.repeat(blank)}"\n`, says: /million blank lines follow line 2/ },
  'blank lines in UTF-16': {
    text: Buffer.from(`\uFEFFa,b\n1,2\n${'\n'.repeat(blank)}`, 'utf16le'),
    says: /million blank lines follow line 2/,
  },
};

test('a text that takes its reader hours is told with its line, packed or not', async () => {
  for (const [name, { text, says }] of Object.entries(bombs)) {
    const root = makeProject({
      'a.csv': text,
      'a.csv.gz': gzipSync(text, { level: 1 }),
      'a.csv.zst': zstdCompressSync(text),
    });
    for (const file of ['a.csv', 'a.csv.gz', 'a.csv.zst'])
      await assert.rejects(checkFiles([join(root, file)]), says, `${name} in ${file}`);
  }
  const stopped = AbortSignal.abort();
  const root = makeProject({ 'a.csv.gz': gzipSync(`a\n${'1\n'.repeat(2_000_000)}`, { level: 1 }) });
  await assert.rejects(checkFiles([join(root, 'a.csv.gz')], stopped), CancelledError);
  await checkFiles([join(root, 'a.csv.gz')]);
});

test('a packed text of the same short rows is told, one that is a table is not', () => {
  type Packed = ConstructorParameters<typeof TextLimits>[1]['packed'];
  const unpack = (packed: Packed, megabytes: number, row: string, hasLines = true) => {
    const limits = new TextLimits('a.csv.gz', { packed, hasLines });
    const part = Buffer.alloc(1 << 20, row);
    for (let i = 0; i < megabytes; i++) limits.next(part);
  };
  const gzip = (bytes: number) => ({ bytes, packing: 'gzip' as const });
  const zstd = (bytes: number) => ({ bytes, packing: 'zstd' as const });
  const says = /unpacks to more than 512 MB, \d+ times its size/;
  assert.throws(() => unpack(gzip(2 << 20), 600, '1,2\n'), says);
  assert.throws(() => unpack(zstd(2 << 20), 600, '1,2\r'), says);
  assert.throws(() => unpack(gzip(2 << 20), 600, '{"a":1},', false), says);
  const wide = `${'0,'.repeat(5000)}1\n`;
  assert.throws(() => unpack(gzip(512 << 10), 600, wide), says);
  assert.throws(() => unpack(zstd(50 << 10), 600, wide), says);
  // One of thousands of columns is not 0; zeros; a large table; a small text; a text that is not packed.
  unpack(gzip(700 << 10), 540, wide);
  unpack(zstd(150 << 10), 540, wide);
  unpack(gzip(4 << 20), 600, '0,0,0,0\n');
  unpack(gzip(100 << 20), 2000, '1,2\n');
  unpack(gzip(1 << 10), 500, '1,2\n');
  unpack(null, 2000, '1,2\n');
});

test('a file that is packed twice is told', async () => {
  const inner = gzipSync('a,b\n1,2\n');
  const root = makeProject({
    'a.csv.gz': gzipSync(inner),
    'b.jsonl.gz': gzipSync(inner),
    'c.csv.zst': zstdCompressSync(inner),
    'd.csv.gz': gzipSync(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)])),
  });
  for (const file of ['a.csv.gz', 'b.jsonl.gz', 'c.csv.zst'])
    await assert.rejects(checkFiles([join(root, file)]), /inside is a gzip file, so it is packed twice/, file);
  await assert.rejects(checkFiles([join(root, 'd.csv.gz')]), /inside is a ZIP archive; unpack it/);
});

const long = 'x'.repeat((64 << 20) + 10);
const json: Record<string, { text: string; says: RegExp }> = {
  'text in an array': { text: `[{"a":1},\n{"a":["${long}`, says: /line 2: a text in it has more than 64 MB/ },
  key: { text: `{"a":1}\n\n{"${'k'.repeat(70_000)}":1}\n`, says: /line 3: a key has more than 65,536 bytes/ },
  number: { text: `{"a":1}\n{"a":1${'1'.repeat(70_000)}}\n`, says: /line 2: a number in it has more than 65,536/ },
  word: { text: `{"a":${'n'.repeat(200_000)}`, says: /line 1: a number in it has more than 65,536/ },
  'blank lines': { text: `{"a":1}\n${'\n'.repeat(2 * blank)}{"a":2}\n`, says: /million blank lines follow line 1/ },
};

test('JSON with a text, key or number that is too long is told', async () => {
  for (const [name, { text, says }] of Object.entries(json)) {
    const root = makeProject({ 'a.jsonl': text });
    await assert.rejects(checkFiles([join(root, 'a.jsonl')]), says, name);
  }
  const fine = { a: 'x'.repeat(100_000), b: '\n'.repeat(1000), c: { d: [1.5, -2e300, null] } };
  const root = makeProject({ 'a.jsonl': `${JSON.stringify(fine)}\n`.repeat(20) });
  await checkFiles([join(root, 'a.jsonl')]);
});

test('a packed log is told, with its line', async () => {
  const root = makeProject({ 'x.log.gz': gzipSync(`{"a":1}\n{"a":2}\n${'\n'.repeat(blank)}`) });
  const path = join(root, 'x.log.gz');
  const handle = await open(path);
  const held = { id: 'x', path, handle, size: 1, mtimeMs: 0, ctimeMs: 0, version: '', onlyKnown: false };
  const { signal } = new AbortController();
  await assert.rejects(
    unpack({ ...held, packing: 'gzip' }, join(root, 'unpacked'), signal),
    /x\.log\.gz: more than a million blank lines follow line 2/,
  );
  await handle.close();
});

test('`check` tells it', async () => {
  const root = makeProject({
    'a.csv.gz': gzipSync(bombs['cell in line 2']?.text ?? '', { level: 1 }),
    'a.dataset.yaml': 'fields:\n  - { name: a, type: integer }\n',
    'loopwright.yaml':
      'version: 1\nproject: p\ndatasets:\n  rows: { path: a.csv.gz, schema: a.dataset.yaml }\nstages: { a: { cmd: echo a, deps: [a.csv.gz] } }\n',
  });
  const { code, err, out } = await runCli(['check'], { cwd: root });
  assert.equal(code, 1);
  assert.match(`${out}${err}`, /a\.csv\.gz: line 2, which starts at byte 4, is longer than 16 MB/);
});
