import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyEdits, formatEdits as editsOf, formatYaml } from '../../engine/project/formatYaml.ts';
import { toValue } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { yamlTokens, commentsIn } from '../../engine/project/yamlTokens.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';
import { ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';
import { rounds } from '../helpers/rounds.ts';

const root = join(import.meta.dirname, '..', '..');
const formatEdits = (text: string) => editsOf(parseYaml('', text));
const formatted = (text: string) => applyEdits(text, formatEdits(text));
const value = (text: string) => toValue(parseYaml('', text).root ?? undefined);

test('formatted text is unchanged, including values aligned by hand', () => {
  for (const text of [
    ordersYaml,
    ordersSchema,
    '',
    '# only\n',
    'a:\n- 1\n- 2\n',
    'a:\n  - 1\n',
    'a:   1\nbcd: 2\n',
    'm:\n  - [ 1,  2]\n  - [10, 20]\n',
    'a: 1   # x\nbc: 2  # y\n',
    'a: 1    # alone\n',
    'x: { a: 1,   b: 2 }\ny: { a: 100, b: 3 }\n',
  ])
    assert.equal(formatYaml(text), text);
  const examples = globSync('examples/*/**/*.yaml', { cwd: root });
  assert.ok(examples.length > 0);
  for (const path of examples) {
    const text = readFileSync(join(root, path), 'utf8').replaceAll(/ +$/gm, '');
    assert.equal(formatYaml(text), text, path);
  }
});

test('indentation, gaps, blank lines and the end', () => {
  const cases: [string, string][] = [
    ['a:\n    b:\n        - c: 1\n          d: 2\n', 'a:\n  b:\n    - c: 1\n      d: 2\n'],
    ['a:\n    -   b: 1\n        c:\n        -   d\n', 'a:\n  - b: 1\n    c:\n    - d\n'],
    ['a : [ 1,2 , 3 ]\nlonger:    {a: 1,b: { } ,c: [ ]}\n', 'a: [1, 2, 3]\nlonger: { a: 1, b: {}, c: [] }\n'],
    ['\n\na: 1  \n\n\n\nb: 2\n\n\n', 'a: 1\n\nb: 2\n'],
    ['a: 1', 'a: 1\n'],
    ['a: {\n      b: 1,\n   c: [\n 2\n ]\n      }\n', 'a: {\n  b: 1,\n  c: [\n    2\n  ]\n}\n'],
    ['a: 1#x\nb: 2    #y\n', 'a: 1#x\nb: 2    #y\n'],
    [
      'a:\n     # of b\n     b: 1\n     # end of a\n# of c\nc: 2\n',
      'a:\n  # of b\n  b: 1\n  # end of a\n# of c\nc: 2\n',
    ],
    ['a:\r\n    b: 1  \r\n\r\n\r\nc: 2', 'a:\r\n  b: 1\r\n\r\nc: 2\r\n'],
    ['x: &x\n    a: 1\ny:\n    <<:   *x\n    b: *x\n', 'x: &x\n  a: 1\ny:\n  <<: *x\n  b: *x\n'],
    ['a:\n    "k y" :   1\n    \'z\':  !!str 2\n', 'a:\n  "k y": 1\n  \'z\': !!str 2\n'],
  ];
  for (const [before, after] of cases) assert.equal(formatted(before), after, before);
});

test('texts over several lines move as a whole and are not changed inside', () => {
  const cases: [string, string][] = [
    [
      'a:\n    b: |\n            x   y\n              z  \n\n            # no comment\n    c: 1\n',
      'a:\n  b: |\n    x   y\n      z  \n\n    # no comment\n  c: 1\n',
    ],
    ['a:\n    b: >-\n       x\n\n\n\n       y\n\n\n\nc: 1\n', 'a:\n  b: >-\n    x\n\n\n\n    y\n\nc: 1\n'],
    ['a:\n    b: "x\n        y   z"\n    c: plain\n      text\n', 'a:\n  b: "x\n      y   z"\n  c: plain\n    text\n'],
    ['- |2\n    x\n   y\n', '- |2\n    x\n   y\n'],
    ['a: |+\n   x\n\n\n', 'a: |+\n  x\n\n\n'],
    ['a: |\n   x', 'a: |\n  x'],
  ];
  for (const [before, after] of cases) {
    assert.equal(formatted(before), after, before);
    assert.deepEqual(value(after), value(before));
  }
});

test('other layouts are unchanged', () => {
  for (const text of ['a: [1\nb:  2\n', 'a:\n\tb:  1\n', '? a\n:   b\n', '%YAML 1.2\n---\na:   1\n', 'a:  1\n...\n'])
    assert.deepEqual(formatEdits(text), [], text);
});

/** The text with white space moved about in ways that keep its meaning. */
function shaken(text: string, random: Random): string {
  const indents = new Map<number, number>([[0, 0]]);
  const width = 1 + random.integer(6);
  const wide = (indent: number) => {
    const known = indents.get(indent);
    if (known !== undefined) return known;
    const moved = indent * width + (indent % 2);
    indents.set(indent, moved);
    return moved;
  };
  const spaces = (n: number) => ' '.repeat(random.integer(n));
  let result = '';
  let lineStart = true;
  for (const token of yamlTokens(text)) {
    const written = text.slice(token.start, token.end);
    if (token.kind === 'newline') {
      const more = random.integer(6) === 0 ? `${spaces(3)}\n`.repeat(random.integer(4)) : '';
      result += spaces(2) + written + (/[|>][-+]?\s*$/.test(result) ? '' : more);
      lineStart = true;
      continue;
    }
    if (token.kind === 'block-scalar')
      result += written.replaceAll(/^( +)(?=\S)/gm, (indent: string) => ' '.repeat(wide(indent.length)));
    else if (token.kind === 'space')
      result += lineStart ? ' '.repeat(wide(written.length)) : written + (random.integer(4) === 0 ? spaces(5) : '');
    else if (token.kind === 'comma') result += spaces(2) + written + spaces(3);
    else if (token.kind === 'flow-map-start' || token.kind === 'flow-seq-start') result += written + spaces(3);
    else if (token.kind === 'flow-map-end' || token.kind === 'flow-seq-end') result += spaces(3) + written;
    else result += written;
    lineStart = token.kind === 'block-scalar';
  }
  return random.integer(4) === 0 ? result.replaceAll(/\r?\n/g, '\r\n') : result;
}

test('values and comments stay, formatting is idempotent and restores the layout (random)', () => {
  const random = seededRandom(11);
  const texts = [
    ordersYaml,
    ordersSchema,
    ...globSync('examples/*/**/*.yaml', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8')),
  ];
  const odd =
    'a:\n  - b: |\n      x\n        y\n    # tail\n    c: "q\n      r"\n  -\n    d: [1,\n      { e: 2 }] # f\n# g\nh: { i: [ 1, 2 ], j: "k" }\nl: >+\n  m\n\nn: &o { p: 1 }\nq: *o\n';
  const all = rounds(600);
  let [changed, tried, refused] = [0, 0, 0];
  for (let i = 0; i < all; i++) {
    const base = [...texts, odd][i % (texts.length + 1)] ?? '';
    const text = shaken(base, random);
    if (parseYaml('', text).problems.length > 0) continue;
    tried++;
    const once = formatted(text);
    assert.deepEqual(value(once), value(text));
    assert.deepEqual(commentsIn(once), commentsIn(text));
    assert.deepEqual(formatEdits(once), [], `twice is not once:\n${text}\n----\n${once}`);
    if (once !== text) changed++;
    else if (formatYaml(text) !== text) refused++;
  }
  assert.ok(
    tried > (all * 2) / 3 && changed > tried * 0.95 && refused === 0,
    `${changed} of ${tried} of ${all} were laid out, ${refused} refused`,
  );
});

test('damaged texts: nothing throws, nothing is lost (random)', () => {
  const random = seededRandom(12);
  const pieces = [
    '',
    '"',
    '{',
    '}',
    '[',
    '\n',
    '\n  ',
    ': ',
    ':',
    '|\n',
    '- ',
    ' # x',
    '*x',
    '&x ',
    ',',
    '\t',
    '!!str ',
    '? ',
  ];
  for (let i = 0; i < rounds(500); i++) {
    const at = random.integer(ordersYaml.length);
    const text =
      ordersYaml.slice(0, at) +
      (pieces[random.integer(pieces.length)] ?? '') +
      ordersYaml.slice(at + random.integer(4));
    const once = formatted(text);
    assert.equal(once.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''));
    assert.deepEqual(value(once), value(text));
    assert.deepEqual(commentsIn(once), commentsIn(text));
    if (once !== text) assert.deepEqual(formatEdits(once), [], `twice is not once:\n${text}`);
  }
});
