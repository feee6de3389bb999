import { strict as assert } from 'node:assert';
import { globSync, readFileSync } from 'node:fs';
import { join, posix, win32 } from 'node:path';
import { test } from 'node:test';
import {
  isInside,
  leadsOut,
  projectPath,
  relativePath,
  withDrive,
  withSlashes,
} from '../../engine/base/projectPath.ts';

// Both systems are tried on each: the rules are passed in. Tried: relative, `..`, absolute, other drives, shares with
// one and several folders, `/` and `\`, paths from the root of a drive, drive-relative ones, names that begin with dots.

test('a path of a project is inside it, or where its absolute path says', () => {
  const windows: [string, string][] = [
    ['data/a.csv', 'C:\\work\\data\\a.csv'],
    ['data\\a.csv', 'C:\\work\\data\\a.csv'],
    ['../shared/a.csv', 'C:\\shared\\a.csv'],
    ['D:\\data\\a.csv', 'D:\\data\\a.csv'],
    ['D:/data/a.csv', 'D:\\data\\a.csv'],
    ['d:/data/*.csv', 'd:\\data\\*.csv'],
    ['\\\\server\\share\\a.csv', '\\\\server\\share\\a.csv'],
    ['//server/share/a.csv', '\\\\server\\share\\a.csv'],
    ['/data/a.csv', 'C:\\data\\a.csv'],
  ];
  for (const [path, expected] of windows) assert.equal(projectPath('C:\\work', path, win32), expected, path);
  const linux: [string, string][] = [
    ['data/a.csv', '/work/data/a.csv'],
    ['../shared/a.csv', '/shared/a.csv'],
    ['/data/a.csv', '/data/a.csv'],
    ['/data/../etc/a', '/etc/a'],
    ['C:\\a.csv', '/work/C:\\a.csv'],
  ];
  for (const [path, expected] of linux) assert.equal(projectPath('/work', path, posix), expected, path);
});

test('a stored path has `/`, and is absolute where no relative one leads', () => {
  assert.equal(relativePath('C:\\work', 'C:\\work\\data\\a.csv', win32), 'data/a.csv');
  assert.equal(relativePath('c:\\work', 'C:\\Work\\a.csv', win32), 'a.csv');
  assert.equal(relativePath('C:\\work', 'C:\\shared\\a.csv', win32), '../shared/a.csv');
  assert.equal(relativePath('C:\\work', 'D:\\data\\a.csv', win32), 'D:/data/a.csv');
  assert.equal(relativePath('C:\\work', '\\\\server\\share\\a.csv', win32), '//server/share/a.csv');
  assert.equal(relativePath('/work', '/work/a\\b.csv', posix), 'a\\b.csv');
  assert.equal(withSlashes('data\\raw\\*.csv', win32), 'data/raw/*.csv');
  assert.equal(withSlashes('data\\[raw].csv', posix), 'data\\[raw].csv');
  for (const path of ['data/a.csv', '../b.csv', 'D:/c.csv', '//server/share/d.csv']) {
    const stored = relativePath('C:\\work', projectPath('C:\\work', path, win32), win32);
    assert.equal(stored, path);
  }
});

test('hostile paths of both systems do not stay inside', () => {
  const hostile = {
    win32: [
      '..',
      '../x',
      '..\\x',
      'a/../../x',
      'a\\..\\..\\x',
      'C:\\Windows\\win.ini',
      'c:/Windows/win.ini',
      'D:\\x',
      'D:x',
      'D:',
      '\\x',
      '/x',
      '\\\\server\\share\\x',
      '//server/share/x',
      '\\\\?\\C:\\x',
      '\\\\.\\COM1',
    ],
    posix: ['..', '../x', 'a/../../x', './../x', '/etc/passwd', '//etc/passwd', 'a/b/../../../x'],
  };
  const harmless = {
    win32: ['a', 'a\\b', 'a/b', './a', '...', '..a', '..a\\b', 'a/../b', ''],
    posix: ['a', 'a/b', './a', '...', '..a', '..a/b', 'a/../b', 'C:\\x', '\\\\server\\x', ''],
  };
  for (const [name, rules, root] of [
    ['win32', win32, 'C:\\work'],
    ['posix', posix, '/work'],
  ] as const) {
    for (const path of hostile[name]) {
      assert.ok(leadsOut(path, rules), `${name} ${path}`);
      // A drive-relative path depends on the current folder of its drive; only its text tells.
      if (!/^[a-z]:(?![\\/])/i.test(path))
        assert.ok(!isInside(root, projectPath(root, path, rules), rules), `${name} ${path}`);
    }
    for (const path of harmless[name]) {
      assert.ok(!leadsOut(path, rules), `${name} ${path}`);
      assert.ok(isInside(root, projectPath(root, path, rules), rules), `${name} ${path}`);
    }
  }
  assert.ok(!isInside('C:\\work', 'C:\\workshop\\x', win32));
  assert.ok(!isInside('/work', '/workshop/x', posix));
});

test('a drive letter has one case', () => {
  assert.equal(withDrive('c:\\Work', win32), 'C:\\Work');
  assert.equal(withDrive('C:\\work', win32), 'C:\\work');
  assert.equal(withDrive('c:\\work', posix), 'c:\\work');
});

/** Folders of the engine in which a root is joined with names that were listed or made there, never with typed ones. */
const listed =
  /^engine\/(?:start|transfer|store|python|mlflow|provenance)\/|^engine\/(?:runner\/(?:dvcLock|sweep\/)|project\/dvc\/)/;

test('only projectPath joins the root of a project and a path', () => {
  const root = join(import.meta.dirname, '../..');
  const found = globSync('{engine,cli,engineHost}/**/*.ts', { cwd: root }).flatMap((path) => {
    const name = path.replaceAll('\\', '/');
    if (listed.test(name) || name === 'engine/base/projectPath.ts') return [];
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(/\b(?:join|resolve)\((?:\w+\.)*root, (?![\w.]*(?:Folder|Name)\b|'|name\))[^)]*\)/g)].map(
      ([call]) => `${name}: ${call}`,
    );
  });
  assert.deepEqual(found, []);
});
