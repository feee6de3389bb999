import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { withSlashes } from '../../engine/base/projectPath.ts';
import { globSegments, matchName, segmentTest, type GlobSegment } from '../../engine/base/linearGlob.ts';
import { walkGlob } from '../../engine/base/walkGlob.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeLink } from '../helpers/makeLink.ts';

const root = mkdtempSync(join(tmpdir(), 'loopwright-walk-'));
after(() => rmSync(root, { recursive: true, force: true }));
for (const path of ['a/b/c.csv', 'a/b/d.csv', 'a/.h/x.csv', '.dot', 'b.csv', 'a/b/c/e.csv', 'x(1).csv', 'a/[z].csv']) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
}
const hasLinks = [
  makeLink(join(root, 'a'), join(root, 'link')),
  makeLink(join(root, 'b.csv'), join(root, 'file-link.csv')),
  makeLink('.', join(root, 'loop')),
].every(Boolean);

test('finds what Node finds (random globs)', () => {
  const random = seededRandom(3);
  const parts = ['a', 'b', '*', '*', '.csv', '/', '/', '**/', '[ab]', '{a,b}', 'link', 'c', '?', '{a/b,q}', '.*'];
  let found = 0;
  for (let round = 0; round < 2000; round++) {
    const glob = Array.from({ length: 1 + random.integer(6) }, () => parts[random.integer(parts.length)]).join('');
    // Node follows one link behind a leading `**`, and leaves out links behind `*/`.
    if (/^\/|\/\/|\*{3}|\*\*.*[*?]|\/$|\*\*$/.test(glob)) continue;
    const expected = globSync(glob, { cwd: root })
      .map((path) => withSlashes(path))
      .toSorted();
    assert.deepEqual(walkGlob(root, glob).toSorted(), expected, glob);
    found += expected.length;
  }
  assert.ok(found > 200, `${found} files`);
});

test('absolute globs, folders above, folders alone', () => {
  const name = basename(root);
  assert.deepEqual(walkGlob(root, `${root}/*b.csv`), [`${withSlashes(root)}/b.csv`]);
  assert.deepEqual(walkGlob(root, `../${name}/b*`), [`../${name}/b.csv`]);
  assert.deepEqual(walkGlob(root, './a/*/').toSorted(), ['a/b']);
  assert.deepEqual(walkGlob(root, 'a/b/**').toSorted(), ['a/b', 'a/b/c', 'a/b/c.csv', 'a/b/c/e.csv', 'a/b/d.csv']);
  assert.deepEqual(walkGlob(root, 'no/*.csv'), []);
  assert.deepEqual(walkGlob(root, 'a\0*'), []);
});

test('a folder linked to itself, many wildcards and too many names end', { timeout: 20_000 }, () => {
  if (hasLinks) assert.deepEqual(walkGlob(root, 'loop/loop/b.csv'), ['loop/loop/b.csv']);
  assert.equal(walkGlob(root, '**/**/**/**/c.csv').length, 1);
  assert.deepEqual(walkGlob(root, `${'*a'.repeat(40)}/x`), []);
  assert.equal(walkGlob(root, '*', { most: 3 }).length <= 3, true);
  assert.throws(
    () => walkGlob(root, '*', { most: 3, complete: true }),
    /more than 3 files and folders. Name the folder/,
  );
  assert.ok(walkGlob(root, '/**/*.csv').length >= 0);
});

test('only files: files and links to files, whatever the glob', () => {
  for (const glob of ['*', '**', 'a/**', 'a/b/*', '{a,b.csv}', 'b.csv', 'a', '*/*', '**/*.csv', 'link/*'])
    assert.deepEqual(
      walkGlob(root, glob, { onlyFiles: true }).toSorted(),
      walkGlob(root, glob)
        .filter((path) => statSync(join(root, path)).isFile())
        .toSorted(),
      glob,
    );
  assert.deepEqual(walkGlob(root, 'a/*/', { onlyFiles: true }), []);
});

test('the first match is found exactly where there is any', () => {
  for (const glob of 'a/**/*.csv,**/e.*,**/*.md,*.csv,**/z.*,a/*/c.csv,{x,a}/**,*/,**,none/*,link/*,.*'.split(','))
    assert.equal(walkGlob(root, glob, { first: true }).length > 0, walkGlob(root, glob).length > 0, glob);
});

test('a segment with one star is what each of its characters matches', () => {
  const random = seededRandom(4);
  const any = (n: number) => Array.from({ length: random.integer(n) }, () => 'ab.'[random.integer(3)]).join('');
  for (let i = 0; i < 2000; i++) {
    const [[segment]] = globSegments(`${any(3)}*${any(3)}`) as [[Exclude<GlobSegment, string>]];
    const name = any(6);
    assert.equal(segmentTest(segment)(name), matchName(segment, name), `${JSON.stringify(segment)} ${name}`);
  }
});
