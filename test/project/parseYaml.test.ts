import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toValue } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { growsInProportion } from '../helpers/growth.ts';
import { rounds } from '../helpers/rounds.ts';

const value = (text: string | Uint8Array) => toValue(parseYaml('a.yaml', text).root ?? undefined);
const found = (text: string | Uint8Array) =>
  parseYaml('a.yaml', text).problems.map(({ code, line, column, endLine, endColumn, message }) => ({
    code,
    at: `${line}:${column}-${endLine}:${endColumn}`,
    message,
  }));

test('anchors, aliases and merge keys are resolved; own keys win over merged ones', () => {
  assert.deepEqual(value('base: &b { a: 1, b: [2, 3] }\none: *b\ntwo: { <<: *b, a: 9 }\nthree: { a: 8, <<: *b }\n'), {
    base: { a: 1, b: [2, 3] },
    one: { a: 1, b: [2, 3] },
    two: { b: [2, 3], a: 9 },
    three: { a: 8, b: [2, 3] },
  });
  assert.deepEqual(value('x: &x { a: 1 }\ny: &y { a: 2, b: 2 }\nz: { <<: [*x, *y] }\n'), {
    x: { a: 1 },
    y: { a: 2, b: 2 },
    z: { a: 1, b: 2 },
  });
});

test('an alias keeps its own place, a merged key is marked', () => {
  const text = 'b: &b { a: 1 }\nc: *b\nd: { <<: *b }\n';
  const { root, lines } = parseYaml('a.yaml', text);
  assert.ok(root?.kind === 'map');
  const [, c, d] = root.entries;
  assert.deepEqual(lines.at(c?.value.range.start ?? 0), { line: 2, column: 4 });
  assert.ok(d?.value.kind === 'map');
  assert.deepEqual(
    d.value.entries.map(({ key, merged }) => [key, merged]),
    [['a', true]],
  );
});

test('an undefined alias is a problem at its place', () => {
  assert.deepEqual(
    found('a: 1\nb: *none\n').map(({ code, at }) => [code, at]),
    [['LW100', '2:4-2:9']],
  );
});

test('a loop of aliases ends', () => {
  const { problems } = parseYaml('a.yaml', 'a: &a [1, *a]\n');
  assert.ok(problems.every(({ code }) => code === 'LW108' || code === 'LW100'));
});

test('a billion laughs attack is rejected at once', () => {
  const laughs = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from(
      { length: 9 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`,
    ),
  ].join('\n');
  const parsed = parseYaml('a.yaml', laughs);
  assert.deepEqual(
    parsed.problems.map(({ code }) => code),
    ['LW108'],
  );
  assert.match(parsed.problems[0]?.message ?? '', /aliases .* expand to more than 10,000 values/);
  assert.equal(parsed.root, null, 'a file that is refused gives no half of a tree');
});

test('many aliases of one anchor are parsed fast', async () => {
  await growsInProportion(1100, (aliases) =>
    assert.deepEqual(parseYaml('a.yaml', `a: &a 1\nb:\n${'  - *a\n'.repeat(aliases)}`).problems, []),
  );
});

test('comments, Windows line ends and a byte-order mark only change positions', () => {
  for (const text of [
    '# one\na: 1 # two\nb: [x, # three\n  y]\n',
    '# one\r\na: 1 # two\r\nb: [x, # three\r\n  y]\r\n',
    '\ufeff# one\na: 1\nb: [x, y]\n',
  ])
    assert.deepEqual(value(text), { a: 1, b: ['x', 'y'] });
  assert.deepEqual(value(Buffer.from('\ufeffa: 1\n', 'utf8')), { a: 1 });
  assert.deepEqual(
    found('\ufeffa: 1\na: 2\n').map(({ at }) => at),
    ['2:1-2:2'],
  );
  assert.deepEqual(
    found('a: 1\r\nb: 2\r\nb: 3\r\n').map(({ code, at }) => [code, at]),
    [['LW101', '3:1-3:2']],
  );
});

test('a scalar at the end of a Windows line ends before the line end', () => {
  const { root, lines } = parseYaml('a.yaml', 'a: text\r\nb: 2\r\n');
  assert.ok(root?.kind === 'map');
  assert.deepEqual(lines.place('a.yaml', root.entries[0]?.value.range ?? { start: 0, end: 0 }), {
    file: 'a.yaml',
    line: 1,
    column: 4,
    endLine: 1,
    endColumn: 8,
  });
});

test('columns count UTF-16 code units', () => {
  assert.deepEqual(
    found('{ "😀": 1, "😀": 2 }\n').map(({ code, at }) => [code, at]),
    [['LW101', '1:12-1:16']],
  );
});

test('tabs, duplicate keys, several documents and broken syntax are reported with a place and an action', () => {
  assert.deepEqual(found('a:\n\tb: 1\n').map(({ code, message }) => [code, message])[0], [
    'LW100',
    'YAML does not allow tabs for indentation. Indent with spaces.',
  ]);
  assert.equal(found('a:\n\tb: 1\n')[0]?.at.split(':')[0], '2');
  assert.deepEqual(found('stages: 1\nparams: 2\nstages: 3\n'), [
    { code: 'LW101', at: '3:1-3:7', message: 'The key "stages" is duplicated. Keep one of the two.' },
  ]);
  assert.deepEqual(
    found('a: { b: 1, b: 2 }\n').map(({ at, message }) => [at, message]),
    [['1:12-1:13', 'The key "b" is duplicated. Keep one of the two.']],
  );
  const several = found('a: 1\n---\nb: 2\n');
  assert.deepEqual(
    several.map(({ code, message }) => [code, message]),
    [['LW100', 'The file contains more than one YAML document (`---`). Keep one.']],
  );
  assert.equal(several[0]?.at.split('-')[0], '2:1');
  assert.deepEqual(value('---\na: 1\n'), { a: 1 }, 'one document may start with its mark');
  assert.equal(found('a: "open\n')[0]?.code, 'LW100');
  assert.equal(found('a: [1, 2\nb: 3\n')[0]?.code, 'LW100');
});

test('another encoding than UTF-8 is reported', () => {
  assert.match(found(Buffer.from('\ufeffversion: 1\n', 'utf16le'))[0]?.message ?? '', /UTF-16/);
  assert.match(found(Buffer.from([0xfe, 0xff, 0, 0x61]))[0]?.message ?? '', /UTF-16/);
  const [bad] = found(Buffer.from([0x61, 0x3a, 0x20, 0x31, 0x0a, 0x62, 0x3a, 0x20, 0xff, 0x0a]));
  assert.deepEqual([bad?.code, bad?.at], ['LW108', '2:4-2:5']);
  assert.match(bad?.message ?? '', /not valid UTF-8/);
});

test('an invalid byte is found after a literal replacement character', () => {
  const bytes = Buffer.concat([Buffer.from('a: "\ufffd"\nb: ', 'utf8'), Buffer.from([0xff, 0x0a])]);
  assert.deepEqual(
    found(bytes).map(({ at }) => at),
    ['2:4-2:5'],
  );
});

test('a file beyond 2 MB is rejected without being parsed', () => {
  const problems = found(Buffer.alloc(5 * 1024 * 1024, '# 0123456789012345678901234567890\n'));
  assert.match(problems[0]?.message ?? '', /5\.0 MB.*limit for a config file is 2 MB/);
  assert.equal(problems[0]?.at, '1:1-1:2');
});

test("deep nesting is rejected, by the depth limit and by the parser's stack", () => {
  const shallow = `a: ${'['.repeat(60)}${']'.repeat(60)}\n`;
  assert.deepEqual(found(shallow), []);
  for (const depth of [80, 100_000]) {
    const parsed = parseYaml('a.yaml', `a: ${'['.repeat(depth)}${']'.repeat(depth)}\nb: 1\n`);
    assert.deepEqual(
      parsed.problems.map(({ code }) => code),
      ['LW108'],
      `${depth}`,
    );
    assert.equal(parsed.root, null);
  }
});

test('too deep nesting is reported at one place, whatever the stack size', () => {
  for (const [text, at] of [
    ['a: '.repeat(5000), '1:197-1:198'],
    [`x: ${'['.repeat(3000)}`, '1:68-1:69'],
    [`x:\n  ${'- '.repeat(3000)}`, '2:131-2:132'],
    [Array.from({ length: 1200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), '66:67-66:68'],
  ] as const) {
    const deeper = (levels: number): unknown =>
      levels === 0 ? found(text).map((problem) => [problem.code, problem.at]) : deeper(levels - 1);
    assert.deepEqual(deeper(0), [['LW108', at]]);
    assert.deepEqual(deeper(4000), [['LW108', at]]);
  }
});

test('thousands of errors or keys are parsed fast; one syntax error is reported once, and duplicate keys up to a hundred', async () => {
  await growsInProportion(2500, (faults) => assert.equal(found(`a: ${'"" '.repeat(faults)}\n`).length, 1));
  await growsInProportion(2500, (keys) => assert.equal(found(`a: { ${'b: 1, '.repeat(keys)} }\n`).length, 100));
  await growsInProportion(2500, (keys) =>
    assert.deepEqual(found(`a: { ${Array.from({ length: keys }, (_, i) => `b${i}: 1, `).join('')} }\n`), []),
  );
});

test('an open text beyond 2 MB is rejected like a file', () => {
  assert.deepEqual(
    found(`a: 1\n${'# no word\n'.repeat(300_000)}`).map(({ code, at }) => [code, at]),
    [['LW108', '1:1-1:2']],
  );
});

test('lines end where editors end them, and positions are before the line end', () => {
  const { lines } = parseYaml('a.yaml', 'ab\r\ncd\refg');
  assert.deepEqual(
    [2, 3, 4, 6, 7].map((offset) => lines.at(offset)),
    [
      { line: 1, column: 3 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
    ],
  );
  assert.deepEqual([lines.offset(1, 99), lines.offset(2, 99), lines.offset(3, 99), lines.offset(9, 1)], [2, 6, 10, 10]);
});

test('empty files have no root and no problem of their own', () => {
  for (const text of ['', '\n\n', '# only a comment\n', '\ufeff', '---\n']) {
    const { root, problems } = parseYaml('a.yaml', text);
    assert.deepEqual(problems, [], JSON.stringify(text));
    assert.ok(root === null || (root.kind === 'scalar' && root.value === null), JSON.stringify(text));
  }
});

test('keys of other kinds become texts; __proto__ is an ordinary key', () => {
  assert.deepEqual(value('1: a\ntrue: b\nnull: c\n'), { 1: 'a', true: 'b', null: 'c' });
  const parsed = value('__proto__: { polluted: 1 }\n') as object;
  assert.ok(Object.hasOwn(parsed, '__proto__'));
  assert.equal((parsed as { polluted?: number }).polluted, undefined);
});

test('random text never throws, and every position is inside the text', () => {
  const random = seededRandom(5);
  const pieces = [
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '#',
    '&x ',
    '*x',
    '<<: ',
    '|',
    '>',
    '\t',
    '!t ',
    '---\n',
    '\r\n',
    '%',
    '@',
    '😀',
    '\0',
    ',',
    '? ',
    '${params.x}',
    '1e999',
    '0x1',
    '.nan',
  ];
  for (let i = 0; i < rounds(3000); i++) {
    const text = Array.from({ length: random.integer(24) }, () => pieces[random.integer(pieces.length)]).join('');
    const { problems, root } = parseYaml('a.yaml', text);
    const count = text.split('\n').length;
    for (const { line, column, endLine } of problems)
      assert.ok(
        line >= 1 && column >= 1 && endLine >= line && endLine <= count,
        `${JSON.stringify(text)}: ${line}:${column}`,
      );
    toValue(root ?? undefined);
  }
});
