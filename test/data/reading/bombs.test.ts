import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkWholeGzip } from '../../../engine/data/wholeGzip.ts';
import { columnNames } from '../../../engine/data/reading/columnNames.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runCli } from '../../helpers/runCli.ts';

// Files that are made to stop what reads them. Tried: gzip of one endless line of letters, blanks and quotes, the same
// not packed; JSON of arrays, of objects and of both, 200,000 levels deep, at once, behind other values, as a line
// among good ones, packed, and with blanks and line breaks between; many broken lines that leave brackets open.

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
      await assert.rejects(checkWholeGzip([join(root, file)]), /nested 500 levels deep; this is deeper/, name);
  }
  const fine = {
    'broken.jsonl': '{"a": [{"b": 1\n'.repeat(2000),
    'quote.jsonl': '{"a": "[[[[\n'.repeat(2000),
    'flat.json': `[${'{"a": [[1]]},'.repeat(2000)}{}]`,
    'brackets.json': JSON.stringify({ a: '['.repeat(5000) }),
  };
  const root = makeProject(fine);
  await checkWholeGzip(Object.keys(fine).map((name) => join(root, name)));
});

test('the command line tells it and goes on', async () => {
  const root = makeProject({ 'a.jsonl': `${deep['objects']}\n` });
  const { code, err } = await runCli(['data', 'profile', 'a.jsonl'], { cwd: root });
  assert.equal(code, 1);
  assert.match(err, /a\.jsonl.*nested 500 levels deep/);
});
