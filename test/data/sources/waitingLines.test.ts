// How many lines a collection of logs would add, as the preview says it before. Tried: nothing collected, lines added, a
// half last line, blank lines, `\r\n`, rotation by rename, copytruncate, gzip of yesterday, a file of its own, all read,
// a large log by an estimate, a changed format. The number is the one that the collection adds.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { countLines } from '../../../engine/data/logs/countLines.ts';
import { configFor, loadProject } from '../../../engine/project/loadProject.ts';
import { findCollect } from '../../../engine/stages/findCollect.ts';
import { previewSource } from '../../../engine/stages/previewSource.ts';
import { wouldBring } from '../../../words/sourcePreview.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn } from '../../helpers/runIn.ts';

const yaml = (format: string) =>
  `version: 1\nproject: p\ndatasets: { d: { path: data/d.parquet } }\nstages:\n  s: { uses: collect, with: { dataset: d, from: { logs: "app.log*", format: ${format} } } }\n`;

test('the preview counts what the next collection adds', async () => {
  const root = makeProject({ 'loopwright.yaml': yaml('logfmt') });
  const log = join(root, 'app.log');
  const runner = runIn(root);
  let n = 0;
  const more = (count: number, end = '\n') =>
    appendFileSync(log, Array.from({ length: count }, () => `n=${n++} word=x${end}`).join(''));
  const preview = async () => {
    const project = loadProject(root);
    const config = configFor(project, 'default');
    const found = findCollect({ project, config }, 's');
    assert.ok(found);
    const { signal } = new AbortController();
    return previewSource({ project, config, ...found, store: runner.store, rows: 5, all: false, runs: false, signal });
  };
  let has = 0;
  const agrees = async (what: string, expected: number) => {
    const { lines, ...words } = await preview();
    assert.deepEqual(lines, { count: expected, exact: true }, what);
    const said =
      expected === 0
        ? 'nothing new'
        : `would add ${expected} line${expected === 1 ? '' : 's'}${has > 0 ? ` to ${has} rows` : ''}`;
    assert.equal(wouldBring({ lines, ...words }), said, what);
    const { error } = await runner.run({ stages: ['s'] });
    assert.equal(error?.message, undefined, what);
    const [row] = await runner.rows('data/d.parquet', 'SELECT count(*) AS n FROM data');
    assert.equal(Number(row?.['n']) - has, expected, `${what}: what was added`);
    has = Number(row?.['n']);
  };
  more(30);
  appendFileSync(log, '\n\r\n');
  more(3, '\r\n');
  await agrees('nothing was collected', 33);
  more(4);
  appendFileSync(log, `n=${n} half=`);
  await agrees('a half last line', 4);
  appendFileSync(log, 'x\n');
  n++;
  more(2);
  renameSync(log, join(root, 'app.log.1'));
  more(5);
  await agrees('renamed, with lines before and after', 8);
  more(6);
  copyFileSync(log, join(root, 'app.log.0'));
  truncateSync(log, 0);
  more(7);
  await agrees('copied and truncated', 13);
  more(2);
  writeFileSync(join(root, 'app.log.2.gz'), gzipSync(readFileSync(log)));
  rmSync(log);
  more(3);
  await agrees('compressed with new lines in it', 5);
  writeFileSync(join(root, 'app.log.9.gz'), gzipSync('n=1 other=y\nn=2 other=y\n'));
  await agrees('a packed file of its own', 2);
  await agrees('all is collected', 0);
  writeFileSync(join(root, 'loopwright.yaml'), yaml('json'));
  assert.match((await preview()).notes.join(), /format or the schema changed|There is no new line/);
});

test('a large file is estimated, and a last line without a line break counts in a finished one', async () => {
  const root = makeProject({ 'a.log': `${'x'.repeat(99)}\n`.repeat(5000), 'half.log': 'a\nb' });
  const large = await open(join(root, 'a.log'));
  const half = await open(join(root, 'half.log'));
  try {
    const all = { from: 0, size: 500_000, mostBytes: 1 << 30, isFinished: false };
    assert.deepEqual(await countLines(large, all), { lines: 5000, exact: true });
    assert.deepEqual(await countLines(large, { ...all, mostBytes: 50_000 }), { lines: 5000, exact: false });
    assert.deepEqual(await countLines(large, { ...all, from: 499_900 }), { lines: 1, exact: true });
    assert.deepEqual(await countLines(half, { ...all, size: 3 }), { lines: 1, exact: true });
    assert.deepEqual(await countLines(half, { ...all, size: 3, isFinished: true }), { lines: 2, exact: true });
  } finally {
    await large.close();
    await half.close();
  }
});
