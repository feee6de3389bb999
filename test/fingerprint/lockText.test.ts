// Long sections of files are written without the YAML library, and must be what it writes, byte for byte. Tried: plain,
// quoted and odd paths (words and numbers of YAML, spaces, colons, `#`, quotes, signs at either end, line breaks, control
// characters, non-ASCII, long names, names of object properties), hashes that are numbers, sizes that are not whole,
// several stages, sections around the bound, and texts of commands in the form of a section.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { FileFingerprint, Lock } from '../../engine/fingerprint/lockFile.ts';
import { lockText } from '../../engine/fingerprint/lockText.ts';
import { readLockText } from '../../engine/fingerprint/readLockText.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';

const byLibrary = (stages: Lock) =>
  `# Written by loopwright: what each stage was made from. Commit it.\n${stringify({ version: 1, stages }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

const odd = [
  'null', 'NULL', 'true', 'False', '~', '1', '01', '0x1f', '0o17', '1e3', '1E5', '12e03', '.5', '.inf', '.nan', '-1', '+2',
  '2024-01-01', '2024-01-01.csv', '1_000', '1:30', '#x', 'x#y', 'x #y', 'a: b', 'a:b', 'C:/data/a.csv', 'train: w.bin',
  's3://bucket/key', 'a:', ':a', '- z', '-z', '-', '--', '? q', '?', '* star', '&and', '!bang', '%per', '@at', '`tick',
  '"quoted"', "it's", "'single'", '[a]', '{a}', 'a,b', 'a[1].csv', 'a{1}.csv', 'a (1).csv', 'a b.csv', 'a  b.csv', ' a', 'a ', '\ta', 'a\tb',
  'a\nb', 'a\r', 'a\u2028b', 'a\u0085b', 'a\u0001b', 'a\\b', 'ü.csv', 'e\u0301.csv', '名前/表.csv', '😀.png', 'ab', '\ufeffa',
  'constructor', '__proto__', 'hasOwnProperty', '<<', '=', 'y', 'no', 'on', './d', '../c', '/abs/e', '...', '---', '.hidden', '',
  `${'long'.repeat(300)}.csv`, `${'long name '.repeat(120)}.csv`,
]; // prettier-ignore

/** Files of plain and of odd names, among them `add`. */
function filesOf(n: number, add: readonly string[], random = seededRandom(1)): Record<string, FileFingerprint> {
  const named = Array.from({ length: n }, (_, i) => `data/part ${i % 7}/file-${i}.csv`);
  for (const path of add) named.splice(random.integer(named.length + 1), 0, path);
  return Object.fromEntries(
    named.map((path, i): [string, FileFingerprint] => [
      path,
      random.integer(40) === 0
        ? { hash: ['short', '1'.repeat(64), `${'1'.repeat(30)}e${'2'.repeat(33)}`, 'md5:x'][i % 4] ?? '', bytes: [1.5, 1e21, -1, 0][i % 4] ?? 0 }
        : { hash: hashOf(path), bytes: random.integer(1e9) },
    ]),
  ); // prettier-ignore
}

function isSame(stages: Lock, told: string): void {
  const text = lockText(stages);
  const [lines, expected] = [text, byLibrary(stages)].map((one) => one.split('\n'));
  const at = lines?.findIndex((line, i) => line !== expected?.[i]) ?? -1;
  assert.equal(lines?.[at], expected?.[at], `${told}: line ${at + 1}`);
  assert.equal(lines?.length, expected?.length, told);
  assert.deepEqual(JSON.parse(JSON.stringify(readLockText(text))), JSON.parse(JSON.stringify(parse(text))), told);
}

test('a lock is what the library writes and reads, for each odd path', () => {
  isSame(
    { s: { spec: { cmd: 'x' }, params: {}, deps: filesOf(100, odd), outs: filesOf(99, []), run: 'r' } },
    'odd paths',
  );
});

test('and for any mixture of them', () => {
  const random = seededRandom(3);
  const alphabet = [...' .:/#-?\'"&*!|>%@`{}[],\\~<=+_0123456789eExoabnulltrueüß\t'];
  const any = () =>
    Array.from({ length: 1 + random.integer(8) }, () => alphabet[random.integer(alphabet.length)]).join('');
  for (let i = 0; i < rounds(10); i++) {
    const stages = Object.fromEntries(
      ['a', 'train@wide', '1', 'odd name', 'deps'].slice(0, 1 + random.integer(5)).map((name) => [
        name,
        {
          spec: { cmd: `x\n    deps:\n      a.csv:\n        hash: ${hashOf('x')}\n        bytes: 1\n` },
          params: { deps: 'loopwright-files-', text: ' ' },
          deps: filesOf(90 + random.integer(30), Array.from({ length: random.integer(60) }, any), random),
          outs: filesOf(random.integer(3) * 60, Array.from({ length: random.integer(9) }, any), random),
          run: 'r',
        },
      ]),
    );
    isSame(stages, String(i));
  }
});
