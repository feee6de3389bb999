import { strict as assert } from 'node:assert';
import { posix, win32 } from 'node:path';
import { test } from 'node:test';
import { folderOf, isVirtual, pathFrom, placeIn } from '../../server/places.ts';

// Tried under both systems' rules: addresses with and without an authority, at the top and below, and paths of disks.

for (const [name, rules] of [
  ['win32', win32],
  ['posix', posix],
] as const) {
  test(`addresses are joined as addresses: ${name}`, () => {
    for (const root of ['vscode-vfs:/github/acme/churn', 'memfs:/churn']) {
      assert.ok(isVirtual(root));
      assert.equal(placeIn(root, 'loopwright.yaml', rules), `${root}/loopwright.yaml`);
      assert.equal(placeIn(root, 'data/a b.csv', rules), `${root}/data/a b.csv`);
      assert.equal(placeIn(root, '/etc/passwd', rules), `${root}/etc/passwd`);
      assert.equal(placeIn(root, '../other/x.csv', rules), `${root.replace(/churn$/, '')}other/x.csv`);
      assert.equal(pathFrom(root, `${root}/data/a.csv`, rules), 'data/a.csv');
      assert.equal(pathFrom(root, root, rules), '');
      assert.equal(folderOf(`${root}/loopwright.yaml`, rules), root);
    }
    assert.equal(folderOf('memfs:/loopwright.yaml', rules), 'memfs:/loopwright.yaml');
  });
}

test('paths of disks are joined by the rules of the system', () => {
  assert.ok(!isVirtual('C:/work'));
  assert.equal(placeIn('C:\\work', 'data/a.csv', win32), 'C:\\work\\data\\a.csv');
  assert.equal(placeIn('C:\\work', 'D:/data/a.csv', win32), 'D:\\data\\a.csv');
  assert.equal(pathFrom('C:\\work', 'c:\\work\\data\\a.csv', win32), 'data/a.csv');
  assert.equal(folderOf('C:\\work\\a.csv', win32), 'C:\\work');
  assert.equal(placeIn('/work', '/data/a.csv', posix), '/data/a.csv');
});
