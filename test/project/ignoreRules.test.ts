import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readIgnoreRules } from '../../engine/project/ignoreRules.ts';
import { makeProject } from '../helpers/makeProject.ts';

/** Paths asked about; those that end in `/` are folders. */
const paths = [
  'out/',
  'a/out/',
  'outer/',
  'data/',
  'data/raw/',
  'data/raw/x.csv',
  'a/data/raw/',
  'a/b/c/',
  'a/c/',
  'a/b/',
  'build.d/',
  'build-1/',
  'b1/',
  'b2/',
  'b9/',
  'bx/',
  'models/v1/',
  'models/v2/',
  'x y/',
  'trailing/',
  'trailing /',
  '#hash/',
  '!bang/',
  'deep/er/node/',
  'deep/node/',
  'node/',
  'foo.txt',
  'a/foo.txt',
  'star*/',
  'starry/',
  'a-b/',
  'a]b/',
  'tmp/loopwright.yaml',
  'loopwright.yaml',
  'Ünï/',
  '[x]/',
  'a/x/y/z/b/',
  'ab/',
];

/** Patterns as they stand in public repositories, and those of the manual's finer points. */
const files = [
  'out/',
  '/out',
  'out',
  '*.txt\n!foo.txt',
  'data/*\n!data/raw',
  'data/**',
  '**/raw',
  'a/**/b',
  'a/**/c/',
  'b[0-4]/',
  'b[!0-4]/',
  'b[^12]',
  '\\#hash',
  '\\!bang/',
  '#hash',
  'trailing   ',
  'trailing\\ ',
  'x y/',
  'deep/**/node',
  '**/node/',
  '**',
  '*',
  '/*\n!/data/',
  '*\n!*/\n',
  'star\\*',
  'star*',
  'build*/',
  'build?1',
  '!out\nout/',
  'out/\n!out/',
  'models/v?/\n!models/v2/',
  'a/b',
  '/a/b/',
  'a//b',
  'loopwright.yaml',
  '/tmp/loopwright.yaml',
  '\uFEFFout/',
  'out/\r\ndata/\r\n',
  '[',
  'a[]-]b',
  '\\[x\\]/',
  'a***b',
  'Ünï/',
  '/',
  '',
  '\n\n',
  'foo.txt/',
  '**/*.txt',
  'a-[a-c]',
  '{out,data}/',
];

test('the same paths are ignored as in git', () => {
  const root = makeProject();
  execFileSync('git', ['init', '-q'], { cwd: root });
  // Git knows a folder by looking: a slash at the end of a path that is asked about confuses it.
  for (const path of paths) if (path.endsWith('/')) mkdirSync(join(root, path), { recursive: true });
  for (const text of files) {
    writeFileSync(join(root, '.gitignore'), text);
    const rules = readIgnoreRules(text);
    // Each path alone: git answers for the folders around it as well, which is the caller's part here.
    const asked = paths.filter(
      (path) =>
        !path
          .split('/')
          .slice(0, -1)
          .some(
            (_, i, parts) =>
              i + 1 < path.replace(/\/$/, '').split('/').length &&
              rules(parts.slice(0, i + 1).join('/'), true) === true,
          ),
    );
    const answer = spawnSync(
      'git',
      ['-c', 'core.quotePath=false', 'check-ignore', '--no-index', '-v', '-n', '-z', '--stdin'],
      { cwd: root, input: asked.map((path) => path.replace(/\/$/, '')).join('\0'), encoding: 'utf8' },
    ).stdout.split('\0');
    for (const [i, path] of asked.entries()) {
      const pattern = answer[i * 4 + 2] ?? '';
      const expected = pattern === '' ? null : !pattern.startsWith('!');
      assert.equal(
        rules(path.replace(/\/$/, ''), path.endsWith('/')),
        expected,
        `${JSON.stringify(text)} on ${path}, where git names ${JSON.stringify(pattern)}`,
      );
    }
  }
});

// Tried: many stars, stars of both kinds, classes with `/` in a range, and a line that is longer than any path.
test('a line with many stars takes linear time', () => {
  const name = `${'a'.repeat(200)}b`;
  for (const line of ['*a'.repeat(60), `${'**/a*'.repeat(40)}`, `x/${'[a-z]*'.repeat(60)}1`, `${'*?'.repeat(60)}c`]) {
    const ignores = readIgnoreRules(`${line}\n`);
    for (const path of [name, `x/${name}`, Array.from({ length: 30 }, () => name).join('/')])
      assert.equal(ignores(path, false), null, line.slice(0, 20));
  }
  assert.equal(readIgnoreRules('*'.repeat(100_000))('x', false), null);
  assert.equal(readIgnoreRules(`${'*a'.repeat(60)}*`)('a'.repeat(200), false), true);
});

test('a class does not match a slash, also where its range holds one', () => {
  for (const line of ['x[+-9]y', 'x[!a]y', 'x[/]y', 'x[a/]y', 'x[.-0]y', 'x[!-a]y'])
    assert.equal(readIgnoreRules(`/${line}`)('x/y', false), null, line);
  for (const [line, path] of [
    ['x[+-9]y', 'x.y'],
    ['x[+-9]y', 'x5y'],
    ['x[.-0]y', 'x0y'],
    ['x[-a]y', 'x-y'],
    ['x[a-]y', 'x-y'],
    ['x[!-a]y', 'xby'],
    ['x[a/]y', 'xay'],
  ] as const)
    assert.equal(readIgnoreRules(line)(path, false), true, `${line} ${path}`);
});
