import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rewrittenFolder } from '../../../engine/data/reading/rewrittenFiles.ts';
import { makeProject } from '../../helpers/makeProject.ts';

// The shared temporary folder is everybody's. Tried: a folder of the right name of another user, one that anybody can
// write, a link of that name to a folder of ours, and a real leftover.

test('leftovers in the temporary folder are removed only when they are of this user', () => {
  const shared = makeProject();
  process.env['TMPDIR'] = shared;
  const leftover = (name: string) => {
    const path = join(shared, `loopwright-read-99999999-${name}`);
    mkdirSync(path);
    writeFileSync(join(path, 'a.csv'), 'x');
    return path;
  };
  const long = new Date(Date.now() - 10 * 3_600_000);
  const mine = leftover('mine');
  const foreign = leftover('foreign');
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(foreign, 65534, 65534);
  const target = makeProject({ 'keep.txt': 'x' });
  const link = join(shared, 'loopwright-read-99999999-link');
  symlinkSync(target, link, 'junction');
  for (const path of [mine, foreign, target]) utimesSync(path, long, long);
  assert.ok(existsSync(rewrittenFolder()));
  assert.ok(!existsSync(mine));
  if (isRoot) assert.ok(existsSync(join(foreign, 'a.csv')));
  assert.ok(existsSync(join(target, 'keep.txt')) && existsSync(link));
});
