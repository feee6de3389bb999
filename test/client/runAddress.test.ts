import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileOf, partOf, partsOf, readAddress, writeAddress } from '../../client/language/runAddress.ts';

it('an address of a part of a run leads back to it, and ends as its file does', () => {
  for (const [part, path] of [
    [{ part: 'code', path: 'src/größe "x".py' }, '/abcdef01/src/größe "x".py'],
    [{ part: 'code', path: '../../lib/a.py' }, '/abcdef01/lib/a.py'],
    [{ part: 'params' }, '/abcdef01/params.yaml'],
    [{ part: 'packages' }, '/abcdef01/packages.txt'],
  ] as const) {
    const address = { root: '/p q', runId: 'abcdef0123456789', part };
    const written = writeAddress(address);
    assert.equal(written.path, path);
    assert.deepEqual(readAddress(written.query), address);
  }
  for (const query of [
    '',
    '{',
    '{}',
    '{"root":"/p","runId":"a","part":{"part":"code"}}',
    '{"root":"/p","runId":"a","part":{"part":"toString"}}',
    '{"root":1,"runId":"a","part":{"part":"data"}}',
  ])
    assert.equal(readAddress(query), null, query);
});

it('each difference is shown where it stands, and what stands in one document is opened once', () => {
  assert.deepEqual(
    [
      partOf({ kind: 'param', path: null }),
      partOf({ kind: 'hardware', path: null }),
      partOf({ kind: 'stage', path: null }),
    ],
    [{ part: 'params' }, { part: 'environment' }, { part: 'code', path: 'loopwright.yaml' }],
  );
  const parts = partsOf([
    { kind: 'param', path: null },
    { kind: 'code', path: 'a.py' },
    { kind: 'seed', path: null },
    { kind: 'package', path: null },
    { kind: 'code', path: 'loopwright.yaml' },
    { kind: 'stage', path: 'loopwright.yaml' },
  ]);
  assert.deepEqual(parts.map(fileOf), ['params.yaml', 'a.py', 'packages.txt', 'loopwright.yaml']);
});
