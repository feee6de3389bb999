// Names with accents as one character (NFC) and as two (NFD): in globs of both forms, with `?`, classes, braces, `**`, as a
// folder and as a file; of files in both forms, alone and beside each other; in a lock of the other form, of few and of
// very many files, one of which changes or goes.
import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { globMatcher } from '../../engine/base/glob.ts';
import { walkGlob } from '../../engine/base/walkGlob.ts';
import { fileChanges } from '../../engine/fingerprint/compare.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const nfc = 'größe é'.normalize('NFC');
const nfd = nfc.normalize('NFD');
/** A Mac and Windows with some disks take both for one file. */
const options = { skip: process.platform === 'linux' ? false : 'the disk may take both names for one' };

test('a glob finds a name however its accents are composed, as the folder lists it', options, () => {
  const globs = (name: string) => [
    `${name}/*.csv`,
    `*/${name}.csv`,
    `**/${name}*`,
    `{${name},x}/${name}.csv`,
    `gr?${name.slice(name.indexOf('e') - 1)}/*`,
  ];
  for (const form of [nfc, nfd]) {
    const root = makeProject({ [`${form}/${form}.csv`]: 'a\n1\n', 'other/x.csv': 'a\n' });
    for (const typed of [nfc, nfd])
      for (const glob of globs(typed).slice(0, typed === nfc ? 4 : 3)) {
        assert.deepEqual(walkGlob(root, glob, { onlyFiles: true }), [`${form}/${form}.csv`], glob);
        assert.ok(globMatcher(glob).test(`${form}/${form}.csv`), glob);
      }
  }
  const root = makeProject({ [`d/${nfc}.csv`]: 'a\n1\n', [`d/${nfd}.csv`]: 'a\n2\n' });
  assert.deepEqual(walkGlob(root, `d/${nfc}*`).toSorted(), [`d/${nfc}.csv`, `d/${nfd}.csv`].toSorted());
});

test('a lock with the other form of a name is the same, and both forms are told apart', () => {
  const file = (hash: string) => ({ hash, bytes: 1 });
  assert.deepEqual(fileChanges({ [nfd]: file('a') }, { [nfc]: file('a') }), []);
  assert.deepEqual(fileChanges({ [nfc]: file('a') }, { [nfd]: file('a') }), []);
  assert.deepEqual(fileChanges({ [nfc]: file('a') }, { [nfd]: file('b') }), [`${nfd} changed`]);
  assert.deepEqual(fileChanges({ [nfc]: file('a') }, { [nfc]: file('a'), [nfd]: file('a') }), [`${nfd} is new`]);
  assert.deepEqual(fileChanges({ [nfc]: file('a'), [nfd]: file('b') }, { [nfc]: file('b') }), [
    `${nfc} changed`,
    `${nfd} is gone`,
  ]);
});

test('a project whose lock comes from a system with the other form is fresh', options, async () => {
  for (const more of [2, 600]) {
    const files = Object.fromEntries(Array.from({ length: more }, (_, i) => [`data/${nfd} ${i}.csv`, `a\n${i}\n`]));
    const root = makeProject({
      ...files,
      'loopwright.yaml': `version: 1\nproject: p\nstages:\n  a: { cmd: echo done > out.txt, deps: ["data/*.csv"], outs: [out.txt] }\n`,
    });
    const runner = runIn(root);
    assert.equal((await runner.run()).error, null);
    const lock = join(root, 'loopwright.lock');
    writeFileSync(lock, readFileSync(lock, 'utf8').normalize('NFC'));
    const states = async () => (await runner.run()).stages.map(({ status, reasons }) => `${status} ${reasons.join()}`);
    const [fresh = ''] = await states();
    assert.ok(!/is new|is gone|changed/.test(fresh), fresh);
    renameSync(join(root, `data/${nfd} 0.csv`), join(root, `data/${nfc} 0.csv`));
    const [renamed = ''] = await states();
    assert.ok(!/is new|is gone|changed/.test(renamed), renamed);
    writeFileSync(join(root, `data/${nfc} 0.csv`), 'a\nother\n');
    assert.match((await states()).join(), /0\.csv changed/);
    rmSync(join(root, `data/${nfc} 0.csv`));
    assert.match((await states()).join(), /0\.csv is gone/);
  }
});
