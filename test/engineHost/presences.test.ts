// Tried: few and many paths in one folder, a folder that is not there, a path outside, globs.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { presences } from '../../engineHost/presences.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

test('a path that comes or goes changes its presence, among few and among many', () => {
  for (const n of [3, 100]) {
    const names = Array.from({ length: n }, (_, i) => `data/${i}.csv`);
    const root = makeProject({ ...Object.fromEntries(names.map((name) => [name, ''])), 'a.txt': '' });
    const paths = [...names, 'data/new.csv', 'none/a.csv', 'a.txt', '../outside.txt', 'data/*.csv', 'train: w.bin'];
    const before = presences(root, paths);
    assert.deepEqual([...before.keys()].toSorted(), paths.toSorted());
    assert.deepEqual(presences(root, paths), before);
    rmSync(join(root, 'data/1.csv'));
    writeFiles(root, { 'data/new.csv': '', 'none/a.csv': '' });
    const now = presences(root, paths);
    assert.deepEqual(
      paths.filter((path) => now.get(path) !== before.get(path)),
      ['data/1.csv', 'data/new.csv', 'none/a.csv', 'data/*.csv'],
    );
    rmSync(join(root, 'data'), { recursive: true });
    const gone = presences(root, paths);
    assert.deepEqual(
      names.filter((path) => gone.get(path) !== 'false'),
      [],
    );
  }
});
