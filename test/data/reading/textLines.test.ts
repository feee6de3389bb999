// Tried: each end of a line, cut between two chunks too; characters of several bytes cut between chunks; separators of
// Unicode, which JSON allows inside of texts; empty files and lines; no end at the end; a line without an end, packed and
// not, at once and in many chunks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textLines } from '../../../engine/data/reading/textLines.ts';

async function allOf(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function linesOf(text: string | Buffer, size: number): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return allOf(textLines(chunks(), 'x.jsonl'));
}

test('lines are the same wherever the chunks are cut', async () => {
  for (const [text, lines] of [
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\nb', ['a', '', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\rc', ['a', 'b', 'c']],
    ['{"ü":"€😀"}\n{"x":"a\u2028b\u2029c\u0085d"}\n', ['{"ü":"€😀"}', '{"x":"a\u2028b\u2029c\u0085d"}']],
    ['\uFEFF{}\n', ['\uFEFF{}']],
  ] as const)
    for (let size = 1; size <= 8; size++) assert.deepEqual(await linesOf(text, size), lines, `${text} by ${size}`);
});

test('a line without an end is told before it fills the memory', async () => {
  const chunk = Buffer.alloc(1 << 20, 'x');
  let given = 0;
  async function* endless() {
    for (;;) {
      given++;
      yield chunk;
    }
  }
  await assert.rejects(allOf(textLines(endless(), 'x.jsonl.gz')), /a line has more than 64 million characters/);
  assert.ok(given < 70);
});
