import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nameMixedUp, pathMixedUp, whyNoFileName } from '../../engine/base/fileName.ts';

// Tried: each forbidden character, control characters, names of devices with and without an extension and in any case,
// dots and spaces at the end, long names; names that only look like these; letters of two cases, accents in both forms.

test('names that Windows cannot store are refused there, and only there', () => {
  const refused = [...'"*:<>?|\\/', '\t', '\u0001'].map((c) => `a${c}b`);
  refused.push('con', 'CON', 'nul.txt', 'Aux.tar.gz', 'com1', 'COM9.log', 'lpt¹', 'prn ', 'CONIN$');
  refused.push('a.', 'a ', '...', ' .');
  for (const name of refused) {
    assert.notEqual(whyNoFileName(name, 'win32'), null, JSON.stringify(name));
    if (!name.includes('/')) assert.equal(whyNoFileName(name, 'linux'), null, JSON.stringify(name));
  }
  for (const name of [
    'console',
    'com',
    'com10',
    'nulls.txt',
    'a.con',
    '.gitignore',
    'a b',
    'é',
    'x'.repeat(255),
    "a'b",
  ])
    assert.equal(whyNoFileName(name, 'win32'), null, name);
  for (const platform of ['win32', 'linux', 'darwin'] as const)
    assert.notEqual(whyNoFileName('é'.repeat(128), platform), null);
});

test('names that a system does not tell apart are found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-names-'));
  try {
    mkdirSync(join(folder, 'Model'));
    writeFileSync(join(folder, 'Model', 'caf\u00e9.txt'), '');
    for (const platform of ['win32', 'darwin'] as const) {
      assert.equal(nameMixedUp(folder, 'model', platform), 'Model');
      assert.equal(nameMixedUp(folder, 'Model', platform), null);
      assert.equal(nameMixedUp(folder, 'models', platform), null);
      assert.deepEqual(pathMixedUp(folder, ['Model', 'cafe\u0301.txt'], platform), {
        name: 'cafe\u0301.txt',
        other: 'caf\u00e9.txt',
      });
      assert.equal(pathMixedUp(folder, ['Model', 'caf\u00e9.txt'], platform), null);
      assert.equal(pathMixedUp(folder, ['absent', 'x'], platform), null);
    }
    assert.equal(nameMixedUp(folder, 'model', 'linux'), null);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
