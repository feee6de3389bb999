import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputScreen } from '../../engine/base/outputScreen.ts';

/** Returns the lines that are output for a text, written whole or one character at a time. */
function kept(text: string): string[] {
  const results = [Number.POSITIVE_INFINITY, 1, 3].map((size) => {
    const lines: string[] = [];
    const screen = new OutputScreen((line) => lines.push(line));
    for (let i = 0; i < text.length; i += size) screen.write(text.slice(i, i + size));
    screen.end();
    return lines;
  });
  for (const other of results) assert.deepEqual(other, results[0], JSON.stringify(text));
  return results[0] ?? [];
}

const times = (n: number, text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i)).join('');
const up = '\u001b[A';

test('plain lines are unchanged with every kind of line end', () => {
  for (const [text, lines] of [
    ['a\nb\r\nc\r\r\n\nlast', ['a', 'b', 'c', '', 'last']],
    ['tab\tin\n  spaces  \n', ['tab\tin', '  spaces  ']],
    ['\u001b[31mred\u001b[0m\n', ['\u001b[31mred\u001b[0m']],
    ['Größe 漢字 🚀\n', ['Größe 漢字 🚀']],
    ['', []],
    ['\n\n', ['', '']],
    ['a\u0007b\n', ['ab']],
    ['a\u0000b\u0001c\u0005d\u007fe\n', ['abcde']],
    ['a\u000bb\u000cc\u0013d\u001a\u001c\u001f\te\n', ['abcd\te']],
    ['\u001b[31m\u0001red\u001b[0m\u007f\n', ['\u001b[31mred\u001b[0m']],
    ['\u001b]0;title\u0007x\u001b]8;;http://h\u001b\\y\u001b]8;;\u001b\\\n', ['xy']],
  ] as const)
    assert.deepEqual(kept(text), lines, JSON.stringify(text));
});

test('a bar is one line: tqdm, keras, pip, wget, Windows, with colours, and a cleared bar is no line', () => {
  for (const [name, text, lines] of [
    ['tqdm', `${times(2001, (i) => `\rEpoch 1: ${i}/2000`)}\nloss 0.5\n`, ['Epoch 1: 2000/2000', 'loss 0.5']],
    ['tqdm in two', `${times(9, (i) => `\ra ${i}`)}\n${times(9, (i) => `\rb ${i}`)}\n`, ['a 8', 'b 8']],
    [
      'keras 2',
      `${times(30, (i) => `${'\b'.repeat(40)}\r${i + 1}/30 [====] - loss: 0.${i}`)}\n`,
      ['30/30 [====] - loss: 0.29'],
    ],
    [
      'keras 3',
      `${times(30, (i) => `\r\u001b[1m${i + 1}/30\u001b[0m \u001b[32m${'━'.repeat(i)}\u001b[0m loss: 0.${i}`)}${'\b'.repeat(200)}\r\u001b[1m30/30\u001b[0m done\u001b[K\n`,
      ['\u001b[1m30/30\u001b[0m done'],
    ],
    ['return last', '10%\r50%\r100%\r', ['100%']],
    ['shorter over longer, erased', 'downloading 100 MB\r\u001b[Kdone\n', ['done']],
    ['shorter over longer, not erased', 'abcdef\rxy\n', ['xycdef']],
    ['Windows', times(5, (i) => `\r${i}`) + '\r\nnext\r\n', ['4', 'next']],
    ['cleared', `${times(5, (i) => `\r${i}/4`)}\r        \rnext\n`, ['next']],
    ['cleared, nothing after', `${times(5, (i) => `\r${i}/4`)}\r        \r`, []],
    ['erase line 2 and column 1', times(4, (i) => `\u001b[2K\u001b[1G${i} of 3`) + '\n', ['3 of 3']],
    ['erased to the start', 'abc\u001b[1K\rx\n', ['x']],
    ['tqdm.write beside a bar', '\r1/3\r     \rnote\n\r2/3\r     \rother\n\r3/3\n', ['note', 'other', '3/3']],
    ['spinner by backspace', 'work |\b/\b-\b\\\bdone\n', ['work done']],
    ['carriage and colour', '\u001b[31mred text\u001b[0m\rRED\n', ['RED\u001b[31m text\u001b[0m']],
    ['moved right and left', 'ab\u001b[3Cc\u001b[2Dx\n', ['ab  xc']],
  ] as const)
    assert.deepEqual(kept(text), lines, name);
});

test('nested bars and live displays are output in their last state', () => {
  const nested = times(3, (outer) => times(10, (i) => `\router ${outer}/3\n\rinner ${i}/9${up}`));
  assert.deepEqual(kept(`${nested}\router 3/3\n\r         ${up}\n`), ['outer 3/3'], 'tqdm, the inner one taken away');
  assert.deepEqual(kept(`${nested}\router 3/3\n\n`), ['outer 3/3', 'inner 9/9'], 'tqdm, the inner one left');
  const three = times(50, (i) => `\ra ${i}\n\rb ${i}\n\rc ${i}${up}${up}`);
  assert.deepEqual(kept(`${three}\n\n\nend\n`), ['a 49', 'b 49', 'c 49', 'end'], 'three below each other');
  const rich = `\u001b[?25l${times(100, (i) => `${i === 0 ? '' : `\r\u001b[2K${up}\u001b[2K${up}\u001b[2K`}Epoch ${i}\nloss ${i}\nlr 1`)}\n\u001b[?25h`;
  assert.deepEqual(kept(rich), ['Epoch 99', 'loss 99', 'lr 1'], 'rich Live');
  assert.ok(
    kept(times(50, (i) => `${i === 0 ? '' : `${up}${up}`}\u001b[2Kfirst ${i}\n\u001b[2Ksecond ${i}\n`)).length <= 4,
    'without a hidden cursor the first drawing is output as well',
  );
  assert.deepEqual(
    kept(times(5, (i) => `\u001b[H\u001b[2Jcount ${i}\nend`)).at(-2),
    'count 4',
    'a screen that is cleared',
  );
  assert.deepEqual(kept(`a\nb\n${up}${up}${up}${up}x\n`), ['a', 'b', 'x'], 'above the first row there is nothing');
});

test('open rows are reported before they end', () => {
  const lines: string[] = [];
  const screen = new OutputScreen((line) => lines.push(line));
  screen.write('Downloading model ... ');
  assert.deepEqual([screen.open, lines], [['Downloading model ... '], []]);
  screen.write('done\n\r 5%');
  assert.deepEqual([screen.open, lines], [[' 5%'], ['Downloading model ... done']]);
  screen.write('\n');
  assert.deepEqual([screen.open, lines.length], [[' 5%'], 1], 'a bar that was left may be gone back to');
  screen.settle();
  assert.deepEqual([screen.open, lines.at(-1)], [[], ' 5%']);
});

test('a line without end and an incomplete sequence do not fill the memory', () => {
  const lines: string[] = [];
  const screen = new OutputScreen((line) => lines.push(line));
  for (let i = 0; i < 25; i++) screen.write('x'.repeat(100_000));
  screen.write(`\u001b]0;${'t'.repeat(5000)}`);
  screen.write('\n');
  screen.end();
  assert.equal(lines.slice(0, 2).reduce((sum, line) => sum + line.length, 0) >= 2_000_000, true);
});
