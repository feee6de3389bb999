import assert from 'node:assert/strict';
import { matchesGlob } from 'node:path';
import { test } from 'node:test';
import { globProblem, globMatcher, normalisePath, pathsOverlap } from '../../engine/base/glob.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const matches = (glob: string, path: string) => globMatcher(glob).test(path);

/** Asserts which of the paths a glob matches. */
function matched(glob: string, paths: readonly string[], expected: readonly string[]): void {
  assert.deepEqual(
    paths.filter((path) => matches(glob, path)),
    expected,
    glob,
  );
}

test('`*` and `?` stay in a folder, `**` goes through folders', () => {
  const paths = ['b.csv', 'a/b.csv', 'a/x/b.csv', 'a/x/y/b.csv', 'a/bc.csv'];
  matched('*.csv', paths, ['b.csv']);
  matched('a/?.csv', paths, ['a/b.csv']);
  matched('a/*/b.csv', paths, ['a/x/b.csv']);
  matched('a/**/b.csv', paths, ['a/b.csv', 'a/x/b.csv', 'a/x/y/b.csv']);
  matched('**/b.csv', paths, ['b.csv', 'a/b.csv', 'a/x/b.csv', 'a/x/y/b.csv']);
  matched('a/**', [...paths, 'c'], paths.slice(1));
});

test('classes and braces match alternatives, also negated and nested', () => {
  const days = ['day-1.csv', 'day-2.csv', 'day-x.csv', 'day-12.csv'];
  matched('day-[0-9].csv', days, ['day-1.csv', 'day-2.csv']);
  matched('day-[!0-9].csv', days, ['day-x.csv']);
  matched('day-{1,12}.csv', days, ['day-1.csv', 'day-12.csv']);
  matched('day-{1..2}.csv', days, ['day-1.csv', 'day-2.csv']);
  matched('day-{x,{1,2}}.csv', days, ['day-1.csv', 'day-2.csv', 'day-x.csv']);
  matched('*.{csv,csv.gz}', ['a.csv', 'a.csv.gz', 'a.parquet'], ['a.csv', 'a.csv.gz']);
  matched('{a/b,c}/*.csv', ['a/b/x.csv', 'c/x.csv', 'a/x.csv'], ['a/b/x.csv', 'c/x.csv']);
});

test('other characters match themselves', () => {
  for (const name of ['a (1)', 'a+b', 'a.b', 'a$', 'a^b', '!a', '@(a)', '+(a)', '"a"', "a'b", 'a|b', 'ü', 'a,b', '~a'])
    matched(`${name}*`, [`${name}.csv`, 'other'], [`${name}.csv`]);
  assert.ok(!matches('a.csv', 'aXcsv') && !matches('a+(b).csv', 'aab.csv'));
});

test('names with a leading dot match', () => {
  matched('*', ['.env', 'a'], ['.env', 'a']);
  matched('**/x', ['.cache/x', 'a/.b/x'], ['.cache/x', 'a/.b/x']);
});

test('an unclosed glob matches without an error, and so does one longer than any path', () => {
  for (const glob of [
    '[',
    'a[b',
    '{',
    '{a,b',
    '[]',
    '[!]',
    '{}',
    '\\',
    '(',
    ')',
    '***',
    '',
    '[z-a]*',
    'x'.repeat(70_000),
  ])
    assert.ok(!matches(glob, 'no/such/path'), glob.slice(0, 10));
});

test('paths without leading dots match the files that Node finds (random)', () => {
  const random = seededRandom(7);
  const pick = (from: readonly string[]) => from[random.integer(from.length)] ?? '';
  const steps = ['a', 'b', 'ab', 'x.csv', '*', '**', '*.csv', 'x?csv', '[ab]', '[!a]*', '{a,b}', '{a,x}*', 'a*b'];
  const names = ['a', 'b', 'ab', 'aab', 'x.csv', 'y.csv', 'x-csv', 'c'];
  const made = (from: readonly string[]) => Array.from({ length: 1 + random.integer(4) }, () => pick(from)).join('/');
  let found = 0;
  for (let round = 0; round < 10_000; round++) {
    const [glob, path] = [made(steps), made(names)];
    // Node leaves out the folder itself of `a/**`.
    if (glob.endsWith('**')) continue;
    const expected = matchesGlob(path, glob);
    assert.equal(matches(glob, path), expected, `${glob} ${path}`);
    if (expected) found++;
  }
  assert.ok(found > 200, `${found} matches`);
});

test('Windows paths are compared with `/` as separator', () => {
  assert.equal(normalisePath('.\\data\\raw\\'), 'data/raw');
  assert.ok(pathsOverlap('data\\raw', 'data/raw/x.csv') && pathsOverlap('data/*.csv', 'data\\x.csv'));
});

test('an invalid glob is reported with its error', () => {
  assert.equal(globProblem('data/[ab.csv'), 'is a glob whose `[` is not closed');
  assert.equal(globProblem('data/{a,b.csv'), 'is a glob whose `{` is not closed');
  assert.match(globProblem('data/***') ?? '', /`\*\*` through folders/);
  for (const path of ['data/x.csv', 'data/**/[ab]{c,d}?.csv']) assert.equal(globProblem(path), null, path);
});

// With backtracking each of them takes minutes; the test ends by its limit then.
test('globs with many wildcards end at once', { timeout: 20_000 }, () => {
  const cases: [string, string][] = [
    [`${'*a'.repeat(60)}b`, 'a'.repeat(255)],
    [`${'a*'.repeat(60)}b`, 'a'.repeat(255)],
    [`${'**/a/'.repeat(60)}b`, 'a/'.repeat(2000)],
    [`${'*'.repeat(2000)}b`, 'a'.repeat(4000)],
    [`${'?*'.repeat(100)}b`, 'a'.repeat(255)],
    [`${'{a,aa}'.repeat(30)}b`, 'a'.repeat(255)],
    [`${'{a,{b,'.repeat(500)}`, 'a'],
    [`${'[a-z]*'.repeat(60)}0`, 'z'.repeat(255)],
    [`${'**/*'.repeat(50)}/x`, 'a/'.repeat(1000)],
  ];
  for (const [glob, path] of cases) assert.equal(matches(glob, path), false, glob.slice(0, 20));
});
