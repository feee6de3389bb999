import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { noticesOf, packagesOf } from '../../scripts/packaging/notices.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('a file belongs to the innermost package', () => {
  assert.deepEqual(
    packagesOf([
      'node_modules/a/lib/b.js',
      'node_modules/a/c.js',
      'node_modules/@x/y/node_modules/z/i.js',
      'engine/a.ts',
    ]),
    ['node_modules/a', 'node_modules/@x/y/node_modules/z'],
  );
});

test('each package has its licence: its own texts, or the words of what it names', () => {
  const root = makeProject({
    'own/package.json':
      '{"name":"own","version":"1.0.0","license":"MIT","repository":{"url":"git+https://x.test/own.git"}}',
    'own/LICENSE': 'its own words',
    'own/NOTICE.md': 'its notice',
    'own/licenses/other.txt': 'of a part of it',
    'own/license.js': 'a program',
    'none/package.json': '{"name":"none","version":"2.0.0","license":"(MIT OR ISC)","author":{"name":"Ann"}}',
    'apache/package.json': '{"name":"apache","version":"3.0.0","license":"Apache-2.0"}',
    'odd/package.json': '{"name":"odd","version":"4.0.0","license":"GPL-3.0"}',
    'silent/package.json': '{"name":"silent","version":"5.0.0"}',
  });
  const text = noticesOf(['own', 'none', 'apache', 'own'].map((name) => join(root, name)));
  for (const words of [
    'its own words',
    'its notice',
    'of a part of it',
    'MIT, https://x.test/own',
    'Copyright (c) Ann',
  ])
    assert.ok(text.includes(words), words);
  assert.doesNotMatch(text, /a program/);
  assert.match(text, /The ISC License/);
  assert.match(text, /Apache License\s+Version 2\.0, January 2004/);
  assert.throws(() => noticesOf([join(root, 'odd')]), /odd 4\.0\.0 has the licence "GPL-3\.0"/);
  assert.throws(() => noticesOf([join(root, 'silent')]), /silent 5\.0\.0 has the licence ""/);
});
