import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { artifactParts } from '../../engine/mlflow/artifactFiles.ts';
import { MlflowError } from '../../engine/mlflow/mlflowError.ts';

// Tried on both systems: names that Windows cannot store, in folders and encoded; hostile paths; plain ones.

const isRefused = (error: unknown) => error instanceof MlflowError && error.code === 'INVALID_PARAMETER_VALUE';

test('an artifact is stored under its name or refused with the reason', () => {
  for (const path of ['a%3Fb', 'plots/con', 'nul.txt', 'x/y.', 'a%7Cb', 'a:b', 'a%20/c', '%3Cx%3E', 'a*', 'aux/x.txt'])
    assert.throws(() => artifactParts(path, 'win32'), isRefused, path);
  for (const path of ['a%3Fb', 'plots/con', 'nul.txt', 'x/y.', 'a%7Cb', 'a*'])
    assert.doesNotThrow(() => artifactParts(path, 'linux'), path);
  for (const platform of ['win32', 'linux'] as const) {
    assert.deepEqual(artifactParts('plots/a%20b/%C3%A9.png', platform), ['plots', 'a b', 'é.png']);
    for (const path of ['../x', 'a/../../x', '%2e%2e/x', 'a%5C..%5Cx', 'C%3A/x', '%00', '%2F%2Fserver/x'])
      assert.throws(() => artifactParts(path, platform), isRefused, `${platform} ${path}`);
  }
});
