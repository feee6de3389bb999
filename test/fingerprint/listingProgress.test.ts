// Tried: none within the first second, one for each folder without a pace, the looks at files in steps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walkGlob } from '../../engine/base/walkGlob.ts';
import { ListingProgress } from '../../engine/fingerprint/listingProgress.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('the progress of a listing counts the names of the folders, and then the files', () => {
  const root = makeProject({ 'data/a.csv': '', 'data/b.csv': '', 'data/more/c.csv': '' });
  const told: string[] = [];
  const at = (pace?: { quietMs: number; everyMs: number }) =>
    new ListingProgress((text, share) => told.push(`${text} ${share}`), pace);
  const list = (progress: ListingProgress) =>
    walkGlob(root, 'data/**/*.csv', { listed: (names) => progress.listed(names) });
  list(at());
  assert.deepEqual(told, [], 'it ended at once');
  const progress = at({ quietMs: 0, everyMs: 0 });
  assert.equal(list(progress).length, 3);
  assert.deepEqual([told.at(0), told.at(-1)], ['listing files: 3 0', 'listing files: 4 0']);
  told.length = 0;
  for (let i = 0; i < 1024; i++) progress.looked(i, 1024);
  assert.deepEqual(told, [
    'looking at 0 of 1,024 files 0',
    'looking at 256 of 1,024 files 0.25',
    'looking at 512 of 1,024 files 0.5',
    'looking at 768 of 1,024 files 0.75',
  ]);
});
