import { strict as assert } from 'node:assert';
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { replaceFile, replaceFileSync } from '../../engine/base/replaceFile.ts';

// Tried: each error of a file in use, for a moment and for good; errors that are none; a file that is open (Windows).

function temporaryFiles(): { from: string; to: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-replace-'));
  const [from, to] = [join(folder, 'new'), join(folder, 'old')];
  writeFileSync(from, 'new');
  writeFileSync(to, 'old');
  return { from, to, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A rename that fails a number of times with an error. */
function failing(code: string, times: number) {
  let calls = 0;
  return (from: string, to: string) => {
    if (calls++ < times) throw Object.assign(new Error(code), { code });
    renameSync(from, to);
  };
}

for (const code of ['EPERM', 'EACCES', 'EBUSY'])
  test(`a file that is in use for a moment is waited for: ${code}`, async () => {
    using one = temporaryFiles();
    replaceFileSync(one.from, one.to, { platform: 'win32', rename: failing(code, 3) });
    assert.equal(readFileSync(one.to, 'utf8'), 'new');
    using other = temporaryFiles();
    await replaceFile(other.from, other.to, { platform: 'win32', rename: failing(code, 3) });
    assert.equal(readFileSync(other.to, 'utf8'), 'new');
  });

test('a file that stays in use is named, and is as it was', async () => {
  using files = temporaryFiles();
  const options = { platform: 'win32', patienceMs: 30, rename: failing('EPERM', 1000) } as const;
  const told = (error: unknown) =>
    error instanceof WorkError && error.message.startsWith(`${files.to} cannot be replaced, because another program`);
  assert.throws(() => replaceFileSync(files.from, files.to, options), told);
  await assert.rejects(replaceFile(files.from, files.to, options), told);
  assert.equal(readFileSync(files.to, 'utf8'), 'old');
  assert.equal(readFileSync(files.from, 'utf8'), 'new');
});

test('other errors are told at once', () => {
  using files = temporaryFiles();
  const once = failing('EACCES', 1);
  assert.throws(() => replaceFileSync(files.from, files.to, { platform: 'linux', rename: once }), { code: 'EACCES' });
  assert.throws(() => replaceFileSync(`${files.from}x`, files.to, { platform: 'win32' }), { code: 'ENOENT' });
});

test('a file that a program has open is replaced once it is closed', async () => {
  using files = temporaryFiles();
  const open = openSync(files.to, 'r');
  const closing = setTimeout(() => closeSync(open), 50);
  await replaceFile(files.from, files.to).finally(() => clearTimeout(closing));
  assert.equal(readFileSync(files.to, 'utf8'), 'new');
});

test('nothing else renames', () => {
  const root = join(import.meta.dirname, '../..');
  const found = globSync('{engine,cli,engineHost,server}/**/*.ts', { cwd: root }).filter(
    (path) =>
      !/[\\/]replaceFile\.ts$/.test(path) &&
      /import \{[^}]*\brename(?:Sync)?\b[^}]*\} from 'node:fs/.test(readFileSync(join(root, path), 'utf8')),
  );
  assert.deepEqual(found, []);
});
