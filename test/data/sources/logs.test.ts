import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { sampled } from '../../helpers/rounds.ts';
import { runIn } from '../../helpers/runIn.ts';

// Tried: rotation by renaming, by copying and truncating, by dates, numbers before the extension and words; gzip and
// zstd of files that were read whole, in part and not at all; a truncated gzip; the inode of a removed file used again;
// files that are removed; a link that moves; a file under two names; last lines without a break; empty and blank lines;
// CRLF; a byte order mark; null bytes at the start and inside; bytes that are not UTF-8; other encodings; a line of
// 17 MB; no right to read; new formats and schemas; `--force`; a dataset that was removed.

/** A project that collects numbered lines `n=1` of logs. */
function numbered(logs: string, more = '') {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { rows: { path: data/rows.parquet } }\nstages:\n  get: { uses: collect, with: { dataset: rows, from: { logs: ${logs}, format: logfmt${more} } } }\n`,
  });
  mkdirSync(join(root, 'log'));
  const project = runIn(root);
  let next = 1;
  const lines = (count: number) =>
    Array.from({ length: count }, () => `n=${next++} text="some words of a line"\n`).join('');
  return {
    ...project,
    path: (name: string) => join(root, 'log', name),
    lines,
    add: (name: string, count: number) => appendFileSync(join(root, 'log', name), lines(count)),
    collect: async (request = {}) => {
      const outcome = await project.run({ stages: ['get'], ...request });
      assert.equal(outcome.error, null);
      return outcome.stages[0]?.summary;
    },
    /** Every number so far is in the dataset once. */
    complete: async (but: readonly number[] = []) => {
      const rows = await project.rows('data/rows.parquet', 'SELECT n FROM data ORDER BY n');
      const wanted = Array.from({ length: next - 1 }, (_, i) => i + 1).filter((n) => !but.includes(n));
      assert.deepEqual(
        rows.map(({ n }) => Number(n)),
        wanted,
      );
    },
  };
}

const old = (path: string) => utimesSync(path, new Date(2020, 1, 1), new Date(2020, 1, 1));

test('a log that grows gives each line once', async () => {
  const log = numbered('log/app.log');
  log.add('app.log', 3);
  assert.equal(await log.collect(), '3 rows');
  assert.equal(await log.collect(), '3 rows · nothing new');
  log.add('app.log', 2);
  assert.equal(await log.collect(), '5 rows · 2 added');
  await log.complete();
  assert.equal(await log.collect({ force: true }), '5 rows');
  await log.complete();
});

test('files that are renamed, numbered and compressed go on where they were read', async () => {
  for (const logs of ['log/app.log', '"log/app.log*"']) {
    const log = numbered(logs);
    log.add('app.log', 3);
    await log.collect();
    log.add('app.log', 2);
    renameSync(log.path('app.log'), log.path('app.log.1'));
    log.add('app.log', 2);
    await log.collect();
    await log.complete();
    // The file that was read in part is compressed, and two files came and went since.
    log.add('app.log', 2);
    writeFileSync(log.path('app.log.3.gz'), gzipSync(readFileSync(log.path('app.log.1'))));
    rmSync(log.path('app.log.1'));
    writeFileSync(log.path('app.log.2.gz'), gzipSync(readFileSync(log.path('app.log'))));
    rmSync(log.path('app.log'));
    log.add('app.log.1', 4);
    log.add('app.log', 1);
    await log.collect();
    await log.complete();
    assert.equal(await log.collect(), '14 rows · nothing new');
    renameSync(log.path('app.log.3.gz'), log.path('app.log.4.gz'));
    writeFileSync(log.path('app.log.2.zst'), zstdCompressSync(readFileSync(log.path('app.log.1'))));
    rmSync(log.path('app.log.1'));
    log.add('app.log', 1);
    await log.collect();
    await log.complete();
  }
});

test('other names of rotated files', async () => {
  const names = [
    ['app.log', 'app.log-20261130', 'app.log-20261130.gz'],
    ['app.log', 'app-2026-11-30.log', 'app-2026-11-30.log.gz'],
    ['app.log', 'app.log.2026-11-30_02', 'app.log.2026-11-30_02.gz'],
    ['app.log', 'app.1.log', 'app.1.log.zst'],
    ['server.out', 'server.out.old', 'server.out.old.gz'],
    ['messages', 'messages.1', 'messages.1.gz'],
  ] as const;
  for (const [name, rotated, packed] of sampled(names)) {
    const log = numbered(`log/${name}`);
    log.add(name, 3);
    await log.collect();
    log.add(name, 2);
    renameSync(log.path(name), log.path(rotated));
    log.add(name, 2);
    await log.collect();
    await log.complete();
    appendFileSync(log.path(rotated), log.lines(1));
    const pack = packed.endsWith('gz') ? gzipSync : zstdCompressSync;
    writeFileSync(log.path(packed), pack(readFileSync(log.path(rotated))));
    rmSync(log.path(rotated));
    await log.collect();
    await log.complete();
  }
});

test('a file that is copied and truncated, while it grows and before it was read', async () => {
  const log = numbered('"log/app.log*"');
  log.add('app.log', 3);
  // The copy is there before the first collection, and the file is not yet truncated.
  copyFileSync(log.path('app.log'), log.path('app.log.1'));
  await log.collect();
  await log.complete();
  log.add('app.log', 2);
  copyFileSync(log.path('app.log'), log.path('app.log.2'));
  await log.collect();
  await log.complete();
  truncateSync(log.path('app.log'));
  await log.collect();
  log.add('app.log', 5);
  await log.collect();
  await log.complete();
  // The new content is longer than what was read of the old one.
  log.add('app.log', 1);
  copyFileSync(log.path('app.log'), log.path('app.log.3'));
  writeFileSync(log.path('app.log'), log.lines(20));
  await log.collect();
  await log.complete();
  // A writer without O_APPEND leaves a hole of null bytes.
  copyFileSync(log.path('app.log'), log.path('app.log.4'));
  writeFileSync(log.path('app.log'), Buffer.concat([Buffer.alloc(6_000_000), Buffer.from(log.lines(2))]));
  await log.collect();
  await log.complete();
  log.add('app.log', 1);
  await log.collect();
  await log.complete();
});

test('an inode that is used again, and files that are replaced or removed', async () => {
  const log = numbered('log/app.log');
  log.add('app.log', 4);
  await log.collect();
  writeFileSync(log.path('app.log'), log.lines(3));
  assert.equal(await log.collect(), '7 rows · 3 added');
  await log.complete();
  rmSync(log.path('app.log'));
  log.add('app.log', 2);
  await log.collect();
  await log.complete();
  assert.ok(log.logs.some((line) => line.includes('cannot be read')));
  rmSync(log.path('app.log'));
  assert.match((await log.run({ stages: ['get'] })).error?.message ?? '', /No file matches `log\/app\.log`/);
  await log.complete();
});

test('a link that moves to the next file, and a file under two names', async () => {
  const log = numbered('[log/current, "log/app-2*.log"]');
  log.add('app-2026-01-01.log', 2);
  symlinkSync('app-2026-01-01.log', log.path('current'));
  await log.collect();
  log.add('app-2026-01-01.log', 1);
  log.add('app-2026-01-02.log', 2);
  rmSync(log.path('current'));
  symlinkSync('app-2026-01-02.log', log.path('current'));
  await log.collect();
  await log.complete();
});

test('files of several writers with the same lines are not taken for copies', async () => {
  const log = numbered('"log/**/*.log"');
  for (const name of ['web-1.log', 'web-2.log', 'a/app.log', 'b/app.log']) {
    mkdirSync(join(log.path(name), '..'), { recursive: true });
    writeFileSync(log.path(name), 'text=started\n');
  }
  assert.equal(await log.collect(), '4 rows');
  for (const name of ['web-1.log', 'web-2.log', 'a/app.log', 'b/app.log'])
    appendFileSync(log.path(name), 'text=more\n');
  assert.equal(await log.collect(), '8 rows · 4 added');
});

test('a last line waits for its line break, unless nothing writes to it any more', async () => {
  const log = numbered('"log/app.log*"');
  appendFileSync(log.path('app.log'), 'n=1 text=a\nn=2 te');
  await log.collect();
  assert.equal((await log.rows('data/rows.parquet')).length, 1);
  appendFileSync(log.path('app.log'), 'xt=b\nn=3');
  await log.collect();
  assert.deepEqual(await log.rows('data/rows.parquet', 'SELECT n, text FROM data ORDER BY n'), [
    { n: 1, text: 'a' },
    { n: 2, text: 'b' },
  ]);
  renameSync(log.path('app.log'), log.path('app.log.1'));
  old(log.path('app.log.1'));
  writeFileSync(log.path('app.log'), 'n=4 text=d\n');
  writeFileSync(log.path('app.log.2.gz'), gzipSync('n=5 text=e'));
  await log.collect();
  assert.deepEqual(
    (await log.rows('data/rows.parquet', 'SELECT n FROM data ORDER BY n')).map(({ n }) => n),
    [1, 2, 3, 4, 5],
  );
});

test('bytes of any kind', async () => {
  const contents: Record<string, [Uint8Array | string, unknown[], string?]> = {
    crlf: ['text=a\r\n\r\ntext=b\r\n', ['a', 'b']],
    blank: ['\n\n  \ntext=a\n\n\ntext=b\n\n', ['a', 'b']],
    bom: ['\uFEFFtext=a\ntext=b\n', ['a', 'b']],
    nulls: [Buffer.concat([Buffer.alloc(5000), Buffer.from('text=a\nte\0xt=b\n')]), ['a', 'b']],
    latin: [Buffer.from('text=a\ntext=caf\xe9\n', 'latin1'), ['a', 'caf\uFFFD']],
    windows: [Buffer.from('text=\x80\ntext=caf\xe9\n', 'latin1'), ['€', 'café'], ', encoding: windows-1252'],
    sjis: [Buffer.from([0x74, 0x65, 0x78, 0x74, 0x3d, 0x93, 0xfa, 0x96, 0x7b, 10]), ['日本'], ', encoding: shift_jis'],
    quotes: ['text="a, b\tc"\ntext=it\'s\n', ['a, b\tc', "it's"]],
    long: [`text=a\ntext=${'x'.repeat(17_000_000)}\ntext=b\n`, ['a', 17_000_000, 'b']],
  };
  for (const [name, [content, wanted, more = '']] of Object.entries(contents)) {
    const log = numbered('log/app.log', more);
    writeFileSync(log.path('app.log'), content);
    await log.collect();
    const rows = await log.rows(
      'data/rows.parquet',
      'SELECT CASE WHEN length(text) > 1000 THEN NULL ELSE text END AS text, length(text) AS n FROM data',
    );
    assert.deepEqual(
      rows.map(({ text, n }) => text ?? n),
      wanted,
      name,
    );
  }
});

test('lines that are none are quarantined with file and number, also in later collections', async () => {
  const log = numbered('log/app.log');
  writeFileSync(log.path('app.log'), 'n=1\n\nwords only\nn=2\n');
  assert.equal(await log.collect(), '2 rows · 1 quarantined');
  appendFileSync(log.path('app.log'), 'n=3\nn="open\n');
  assert.equal(await log.collect(), '3 rows · 1 added · 1 quarantined');
  const file = newestSnapshot(log.store, 'rows')?.detail.quarantineFile ?? '';
  assert.match(readFileSync(join(log.root, file), 'utf8'), /log\/app\.log,6,"?not in the format logfmt: n=""open/);
  appendFileSync(log.path('app.log'), 'bad\n');
  assert.equal(await log.collect(), '3 rows · nothing new · 1 quarantined');
  assert.equal(await log.collect(), '3 rows · nothing new · 1 quarantined');
  const all = numbered('log/app.log');
  writeFileSync(all.path('app.log'), 'words\nmore words\n');
  assert.match(
    (await all.run()).error?.message ?? '',
    /^All 2 rows of `rows` would be quarantined.*not in the format logfmt, first line 1/,
  );
});

test('no file, no line, no right, damaged files', async () => {
  const none = numbered('log/none.log');
  assert.match((await none.run()).error?.message ?? '', /No file matches `log\/none\.log`/);
  const empty = numbered('log/app.log');
  writeFileSync(empty.path('app.log'), '');
  assert.match((await empty.run()).error?.message ?? '', /There is no whole line in `log\/app\.log` yet/);
  empty.add('app.log', 1);
  await empty.collect();
  await empty.complete();
  const log = numbered('"log/*"');
  log.add('app.log', 2);
  writeFileSync(log.path('app.log.1.gz'), gzipSync(log.lines(500)).subarray(0, 60));
  writeFileSync(log.path('b.log.2.bz2'), 'BZh91AY');
  mkdirSync(log.path('folder.log'));
  await log.collect();
  assert.ok(log.logs.some((line) => line.includes('app.log.1.gz is not complete or damaged')));
  assert.ok(log.logs.some((line) => line.includes('b.log.2.bz2 is not read')));
  assert.equal((await log.rows('data/rows.parquet')).length, 2);
  if (process.getuid?.() === 0) return;
  const denied = numbered('"log/*.log"');
  denied.add('a.log', 1);
  denied.add('b.log', 1);
  chmodSync(denied.path('b.log'), 0);
  await denied.collect();
  assert.ok(denied.logs.some((line) => line.includes('b.log cannot be read')));
});

test('another format reads all again while everything is there, and only new lines afterwards', async () => {
  const log = numbered('"log/app.log*"');
  log.add('app.log', 3);
  await log.collect();
  const yaml = readFileSync(join(log.root, 'loopwright.yaml'), 'utf8');
  const pattern = yaml.replace('format: logfmt', () => "format: pattern, pattern: '^n=(?<n>[0-9]+) (?<more>.*)$'");
  writeFileSync(join(log.root, 'loopwright.yaml'), pattern);
  assert.equal(await log.collect(), '3 rows');
  assert.deepEqual(Object.keys((await log.rows('data/rows.parquet'))[0] ?? {}), ['n', 'more']);
  renameSync(log.path('app.log'), join(log.root, 'elsewhere'));
  log.add('app.log', 2);
  writeFileSync(join(log.root, 'loopwright.yaml'), yaml);
  assert.equal(await log.collect(), '5 rows · 2 added');
  await log.complete();
  rmSync(join(log.root, 'data/rows.parquet'));
  log.add('app.log', 1);
  await log.collect();
  await log.complete();
  assert.equal(await log.collect({ force: true }), '3 rows');
  assert.ok(log.logs.some((line) => line.includes('their lines leave the dataset')));
});
