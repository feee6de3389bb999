// Lock files are read line by line where they have Loopwright's own form, and must be what the parser of YAML reads. Tried:
// plain, quoted and odd paths (`null`, `1e3`, `#`, `: `, non-ASCII, `__proto__`), empty sections, texts in the form of a
// section inside of commands, CRLF, comments, double keys, cut files, conflict marks, hashes of another length.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { readLockText } from '../../engine/fingerprint/readLockText.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const hash = (i: number) => i.toString(16).padStart(64, i % 5 === 0 ? '0' : i % 7 === 0 ? '1e' : 'ab12e');
const written = (stages: unknown) =>
  `# Written\n${stringify({ version: 1, stages }, { lineWidth: 0, aliasDuplicateObjects: false })}`;

function both(text: string): void {
  let expected: unknown;
  try {
    expected = parse(text);
  } catch {
    assert.throws(() => readLockText(text), Error, text);
    return;
  }
  assert.deepEqual(JSON.parse(JSON.stringify(readLockText(text))), JSON.parse(JSON.stringify(expected)), text);
}

test('a lock is what the parser of YAML reads', () => {
  const random = seededRandom(5);
  const paths = [
    'data/größe (1).csv',
    '2024-01-01.csv',
    '0001.png',
    'C:/data/x.csv',
    '"quoted".csv',
    ' blank ',
    'a.csv',
    'data/b 1.csv',
    'null',
    '1e3',
    '0x1f',
    '#x',
    'a: b',
    'ü.csv',
    '../c',
    './d',
    '/abs/e',
    "it's",
    '~',
    'x#y',
    '- z',
    'true',
    'train: w.bin',
    '.inf',
    '01',
  ];
  const files = () =>
    Object.fromEntries(
      Array.from({ length: random.integer(4) }, (): [string, unknown] => [
        paths[random.integer(paths.length)] ?? '',
        random.integer(9) === 0
          ? { hash: 'short', bytes: 1.5 }
          : { hash: hash(random.integer(1000)), bytes: random.integer(1e9) },
      ]),
    );
  for (let i = 0; i < 60; i++)
    both(
      written(
        Object.fromEntries(
          ['train', 'a@b', '1', 'odd name', 'deps', 'null'].slice(0, random.integer(7)).map((name) => [
            name,
            {
              spec: {
                cmd:
                  random.integer(2) === 0
                    ? 'x\n    deps:\n      a:\n        hash: b\n'
                    : `    outs:\n      a.csv:\n        hash: ${hash(1)}\n        bytes: 1\n`,
              },
              params: { deps: null, x: { deps: { a: 1 } } },
              deps: files(),
              outs: files(),
              run: 'r',
            },
          ]),
        ),
      ),
    );
});

test('what has another form is left to the parser', () => {
  const lock = written({
    s: { spec: {}, params: {}, deps: { 'a.csv': { hash: hash(1), bytes: 1 } }, outs: {}, run: 'r' },
  });
  for (const text of [
    lock,
    lock.replaceAll('\n', '\r\n'),
    lock.replace('        bytes: 1\n', '        bytes: 1 # comment\n'),
    lock.replace('    outs:', '# comment\n    outs:'),
    lock.replace('    outs:', '\n    outs:'),
    lock.replace('        bytes: 1\n', '        bytes: 1\n        more: 2\n'),
    lock.replace('        bytes: 1\n', ''),
    lock.replace('    outs:', '      a.csv:\n        bytes: 2\n    outs:'),
    lock.replace('    run: r', '    deps: {}\n    run: r'),
    lock.replace('      a.csv:', '<<<<<<< ours\n      a.csv:'),
    lock.replace('version: 1', 'version: 1\n  x: 2'),
    lock.replace('      a.csv:', '      __proto__:'),
    ...Array.from({ length: 12 }, (_, i) => lock.slice(0, -20 * i)),
    '',
    'x',
  ])
    both(text);
});

test('so is a long section, which is read on first use', () => {
  const files = Object.fromEntries(
    Array.from({ length: 900 }, (_, i) => [i === 400 ? 'data/a\u2028b.csv' : `data/part ${i}.csv`, { hash: hash(i * 7 + 1), bytes: i }]),
  );
  const lock = written({
    many: { spec: {}, params: {}, deps: files, outs: {}, run: 'r' },
    other: { spec: {}, params: {}, deps: {}, outs: {}, run: 'r' },
  });
  for (const text of [
    lock,
    lock.replaceAll('\n', '\r\n'),
    lock.replace('      data/part 500.csv:', '# comment\n      data/part 500.csv:'),
    lock.replace('      data/part 500.csv:', '<<<<<<< ours\n      data/part 500.csv:'),
    lock.replace('        bytes: 500\n', '        bytes: 500 # comment\n'),
    lock.slice(0, -9_000),
  ])
    both(text);
  // A file that is there twice is found when the section is read: no file of it is believed, other stages stay.
  const twice = readLockText(lock.replace('      data/part 500.csv:', '      data/part 499.csv:'));
  const { many } = (twice as { stages: Record<string, { deps: unknown; outs: object }> }).stages;
  assert.deepEqual(many?.deps, {});
}); // prettier-ignore
