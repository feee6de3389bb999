import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { artifactFile, fileTypes, suggestedName } from '../../client/panels/artifactFile.ts';

it('an artifact is a file below its own run', () => {
  const root = resolve('/', 'p');
  assert.equal(artifactFile(root, 'ab12', 'plots/roc.png'), join(root, '.loopwright/artifacts/ab12/plots/roc.png'));
  assert.equal(artifactFile(root, 'ab12', 'a/../b.txt'), join(root, '.loopwright/artifacts/ab12/b.txt'));
  for (const [run, path] of [
    ['ab12', '../cd34/x'],
    ['ab12', '/etc/passwd'],
    ['ab12', ''],
    ['ab12', '.'],
    ['..', 'x'],
    ['a/b', 'x'],
    ['', 'x'],
  ] as const)
    assert.throws(() => artifactFile(root, run, path), /is not an artifact/, `${run} ${path}`);
});

it('a suggested name leads nowhere else', () => {
  assert.deepEqual(['roc.svg', '../../x.png', 'a\\b.csv', '..', '', 'c:d?.png', '.env'].map(suggestedName), [
    'roc.svg',
    'x.png',
    'b.csv',
    'file',
    'file',
    'c-d-.png',
    'env',
  ]);
  assert.deepEqual(fileTypes('a.parquet'), { PARQUET: ['parquet'], 'All files': ['*'] });
  assert.deepEqual(fileTypes('a'), {});
});
