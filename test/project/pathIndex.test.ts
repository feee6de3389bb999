import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsOverlap } from '../../engine/base/glob.ts';
import { PathIndex } from '../../engine/project/pathIndex.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

test('the index finds exactly the paths that overlap one by one', () => {
  const random = seededRandom(5);
  const names = ['a', 'b', 'data', 'x.csv', '*.csv', '**', 'x?.csv', '{a,b}'];
  const path = () => Array.from({ length: 1 + random.integer(3) }, () => names[random.integer(names.length)]).join('/');
  for (let round = 0; round < 400; round++) {
    const paths = Array.from({ length: 1 + random.integer(8) }, path);
    const index = new PathIndex();
    paths.forEach((one, i) => index.add(one, String(i)));
    const asked = random.next() < 0.2 ? `./${path()}/` : path();
    const expected = paths.flatMap((one, i) => (pathsOverlap(asked, one) ? [String(i)] : []));
    assert.deepEqual(
      [...index.overlapping(asked)].toSorted(),
      expected.toSorted(),
      `${asked} among ${paths.join(' ')}`,
    );
  }
});
