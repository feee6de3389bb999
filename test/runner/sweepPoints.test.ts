import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepPoints } from '../../engine/runner/sweep/sweepPoints.ts';

test('the points of a sweep follow from it alone', () => {
  const objective = { maximize: 'f1' };
  assert.deepEqual(
    sweepPoints({ method: 'grid', objective, params: { a: { choice: [1, 2] }, b: { choice: ['x', 'y'] } } }),
    [
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ],
  );
  assert.deepEqual(
    sweepPoints({ method: 'grid', runs: 1, objective, params: { a: { choice: [1, 2] } } }, { a: 5 }),
    [{}],
    'what is given is not varied',
  );
  assert.throws(
    () => sweepPoints({ method: 'grid', objective, params: { a: { uniform: [0, 1] } } }),
    /A grid needs `choice` for `a`/,
  );
  const random = () =>
    sweepPoints({
      method: 'random',
      runs: 50,
      objective,
      params: {
        u: { uniform: [2, 3] },
        l: { log_uniform: [0.001, 10] },
        i: { int: [1, 3] },
        c: { choice: [[1], [2]] },
      },
    });
  assert.deepEqual(random(), random());
  for (const { u, l, i } of random())
    assert.ok(
      Number(u) >= 2 && Number(u) <= 3 && Number(l) >= 0.001 && Number(l) <= 10 && [1, 2, 3].includes(Number(i)),
    );
  assert.ok(new Set(random().map(({ i }) => i)).size === 3);
});

test('a Latin hypercube draws once from each part of every param', () => {
  const runs = 40;
  const points = sweepPoints({
    method: 'latin_hypercube',
    runs,
    objective: { maximize: 'f1' },
    params: { u: { uniform: [0, 1] }, l: { log_uniform: [1e-4, 1] }, i: { int: [1, 4] }, c: { choice: ['a', 'b'] } },
  });
  const parts = (share: (point: Record<string, unknown>) => number) =>
    points.map((point) => Math.floor(share(point) * runs)).toSorted((a, b) => a - b);
  const each = Array.from({ length: runs }, (_, i) => i);
  assert.deepEqual(
    parts(({ u }) => Number(u)),
    each,
  );
  assert.deepEqual(
    parts(({ l }) => (Math.log(Number(l)) - Math.log(1e-4)) / -Math.log(1e-4)),
    each,
  );
  assert.deepEqual(
    [1, 2, 3, 4].map((value) => points.filter(({ i }) => i === value).length),
    [10, 10, 10, 10],
  );
  assert.deepEqual(
    ['a', 'b'].map((value) => points.filter(({ c }) => c === value).length),
    [20, 20],
  );
  assert.notDeepEqual(
    points.map(({ u }) => Math.floor(Number(u) * runs)),
    each,
    'in an order of chance',
  );
});
