import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  codeVersion,
  largeFile,
  mostPatch,
  patchBytes,
  patchText,
  withoutCredentials,
} from '../../engine/provenance/codeVersion.ts';
import { git as runGit } from '../../engine/provenance/git.ts';
import { commitAll, gitIn } from '../helpers/gitIn.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const outside = {
  commit: null,
  dirty: false,
  branch: null,
  remote: null,
  root: '',
  patch: null,
  leftOut: [],
  problem: null,
};

test('the commit, the branch, and whether files differ; null outside git and without it', async () => {
  const root = makeProject({ 'a.txt': '1' });
  assert.deepEqual(await codeVersion(root), outside);
  const commit = commitAll(root);
  assert.deepEqual(await codeVersion(root), { ...outside, commit, branch: 'main' });
  writeFiles(root, { 'a.txt': '2', '.loopwright/loopwright.db': 'own state' });
  const changed = await codeVersion(root);
  assert.deepEqual([changed.commit, changed.dirty, changed.problem], [commit, true, null]);
  assert.match(changed.patch?.toString() ?? '', /^diff --git a\/a\.txt b\/a\.txt\n[^]*-1\n[^]*\+2\n/);
  gitIn(root)('checkout', '-q', '--detach');
  assert.equal((await codeVersion(root)).branch, null);
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    assert.deepEqual(await codeVersion(root), outside);
  } finally {
    process.env['PATH'] = path;
  }
});

test('the patch of a project in a folder of the repository makes the commit what stood there: changed, new, deleted, renamed, binary, odd names, links, modes', async () => {
  const top = makeProject({
    'outside.txt': 'o',
    'ml/p/keep.py': 'a\nb\n',
    'ml/p/gone.py': 'x',
    'ml/p/move.py': 'long enough\n'.repeat(20),
    'ml/p/tool.sh': '#!/bin/sh\n',
    'ml/p/latin.txt': Buffer.from('caf\xe9\n', 'latin1'),
    'ml/p/.gitignore': 'ignored/\n',
  });
  commitAll(top);
  const root = join(top, 'ml/p');
  const git = gitIn(root);
  const binary = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256));
  writeFiles(root, {
    'keep.py': 'a\nB',
    'new/ünï "q".py': 'new\n',
    'blob.bin': binary,
    'latin.txt': Buffer.from('caf\xe9 \xfc\n', 'latin1'),
    'ignored/x.txt': 'no',
    'staged.py': 'staged',
    'data/out.csv': 'made',
    'star[1].py': 'glob',
  });
  writeFiles(top, { 'outside.txt': 'changed' });
  git('rm', '-q', 'gone.py');
  git('mv', 'move.py', 'moved.py');
  git('add', 'staged.py');
  chmodSync(join(root, 'tool.sh'), 0o755);
  symlinkSync('keep.py', join(root, 'link.py'));
  const before = git('status', '--porcelain');
  const found = await codeVersion(root, ['data']);
  assert.deepEqual([found.root, found.dirty, found.problem, found.leftOut], ['ml/p/', true, null, []]);
  assert.equal(git('status', '--porcelain'), before, 'the index is as it was');
  const kept = patchBytes(patchText(found.patch ?? Buffer.alloc(0)));
  assert.deepEqual(kept, found.patch, 'bytes that are no UTF-8 are kept');

  const other = join(makeProject(), 'w');
  git('worktree', 'add', '-q', '--detach', other, 'HEAD');
  await runGit(other, ['apply', '--whitespace=nowarn'], { input: kept });
  for (const file of ['keep.py', 'new/ünï "q".py', 'blob.bin', 'latin.txt', 'staged.py', 'moved.py', 'star[1].py'])
    assert.deepEqual(readFileSync(join(other, 'ml/p', file)), readFileSync(join(root, file)), file);
  for (const file of ['gone.py', 'move.py', 'ignored/x.txt', 'data/out.csv'])
    assert.equal(statSync(join(other, 'ml/p', file), { throwIfNoEntry: false }), undefined, file);
  assert.equal(readlinkSync(join(other, 'ml/p/link.py')), 'keep.py');
  assert.equal(statSync(join(other, 'ml/p/tool.sh')).mode & 0o111, 0o111);
  assert.equal(
    readFileSync(join(other, 'outside.txt'), 'utf8'),
    'o',
    'what lies outside the project is not part of it',
  );
});

test('a repository whose objects or settings are unusual gives the same patch', async () => {
  const root = makeProject({ 'a.txt': 'one\n' });
  commitAll(root);
  writeFiles(root, { 'a.txt': 'two\n' });
  const plain = (await codeVersion(root)).patch?.toString();
  assert.match(plain ?? '', /\+two/);
  const git = gitIn(root);
  for (const [key, value] of [
    ['diff.noprefix', 'true'],
    ['diff.mnemonicPrefix', 'true'],
    ['color.ui', 'always'],
    ['diff.external', '/bin/false'],
    ['diff.renames', 'copies'],
    ['core.quotePath', 'true'],
    ['core.hooksPath', 'hooks'],
    ['status.showUntrackedFiles', 'no'],
  ])
    git('config', key ?? '', value ?? '');
  assert.equal((await codeVersion(root)).patch?.toString(), plain);
  process.env['GIT_DIR'] = '/nowhere';
  try {
    assert.equal((await codeVersion(root)).patch?.toString(), plain, 'variables of a hook around us do not count');
  } finally {
    delete process.env['GIT_DIR'];
  }
});

test('a change of the same size in the same second as the commit is not overlooked', async () => {
  const root = makeProject({ 'a.txt': 'x\n' });
  commitAll(root);
  // As if all of this had happened some seconds ago.
  const second = Math.floor(Date.now() / 1000) - 10;
  gitIn(root)('config', 'core.trustctime', 'false');
  utimesSync(join(root, 'a.txt'), second, second);
  gitIn(root)('update-index', '--refresh');
  utimesSync(join(root, '.git/index'), second, second);
  writeFileSync(join(root, 'a.txt'), 'y\n');
  utimesSync(join(root, 'a.txt'), second, second);
  assert.match((await codeVersion(root)).patch?.toString() ?? '', /-x\n\+y\n/);
});

test('too much is told: secrets and large new files are named, a patch beyond the limit is not kept', async () => {
  const root = makeProject({ 'a.py': '1' });
  commitAll(root);
  writeFiles(root, { 'b.py': '2', '.env': 'KEY=1', 'keys/server.pem': 'x' });
  const secrets = await codeVersion(root);
  assert.deepEqual([secrets.leftOut.toSorted(), secrets.problem], [['.env', 'keys/server.pem'], null]);
  assert.ok(!secrets.patch?.includes('KEY=1') && secrets.patch?.includes('b.py'));
  writeFiles(root, { 'large.csv': 'x'.repeat(largeFile + 1) });
  assert.ok(!(await codeVersion(root)).leftOut.includes('large.csv'), 'below 20 MB together all are kept');
  const random = Buffer.alloc(mostPatch);
  for (let i = 0, x = 1; i < random.length; i += 4)
    random.writeUInt32LE((x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0), i);
  writeFileSync(join(root, 'huge.bin'), random);
  const large = await codeVersion(root);
  assert.deepEqual(large.leftOut.toSorted(), ['.env', 'huge.bin', 'keys/server.pem', 'large.csv']);
  assert.ok(large.patch?.includes('b.py'));
  gitIn(root)('add', 'huge.bin');
  const tracked = await codeVersion(root);
  assert.deepEqual([tracked.patch, tracked.dirty], [null, true]);
  assert.match(tracked.problem ?? '', /are \d+ MB, more than the 20 MB that are kept/);
});

test('a repository inside the folder is named and not swallowed; one without a commit has no version', async () => {
  const root = makeProject({ 'a.py': '1' });
  commitAll(root);
  mkdirSync(join(root, 'inner'));
  writeFiles(join(root, 'inner'), { 'x.py': '1' });
  commitAll(join(root, 'inner'));
  const found = await codeVersion(root);
  assert.deepEqual([found.leftOut, found.patch, found.problem], [['inner/'], null, null]);
  const empty = makeProject({ 'a.py': '1' });
  gitIn(empty)('init', '-q');
  assert.deepEqual(await codeVersion(empty), outside);
});

test('a submodule at another commit is in the patch; changes inside it are named', async () => {
  const lib = makeProject({ 'f.py': '1' });
  const first = commitAll(lib);
  writeFiles(lib, { 'f.py': '2' });
  gitIn(lib)('commit', '-qam', 'y');
  const second = gitIn(lib)('rev-parse', 'HEAD').trim();
  const top = makeProject({ 'ml/a.py': '1' });
  commitAll(top);
  gitIn(top)('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib, 'ml/my lib');
  const inside = gitIn(join(top, 'ml/my lib'));
  inside('checkout', '-q', first);
  gitIn(top)('commit', '-qam', 'with a submodule');
  const root = join(top, 'ml');
  const clean = await codeVersion(root);
  assert.deepEqual([clean.dirty, clean.patch, clean.leftOut], [false, null, []]);
  inside('checkout', '-q', second);
  const moved = await codeVersion(root);
  assert.deepEqual([moved.dirty, moved.leftOut, moved.problem], [true, [], null]);
  assert.match(
    moved.patch?.toString() ?? '',
    new RegExp(`-Subproject commit ${first}\n\\+Subproject commit ${second}\n`),
  );
  inside('checkout', '-q', first);
  for (const change of [{ 'f.py': 'changed' }, { 'f.py': '1', 'new.py': 'new' }] as Record<string, string>[]) {
    writeFiles(join(root, 'my lib'), change);
    const changed = await codeVersion(root);
    assert.deepEqual([changed.dirty, changed.patch, changed.leftOut, changed.problem], [true, null, ['my lib/'], null]);
  }
});

test('a remote is told without anything secret', async () => {
  for (const [url, shown] of [
    ['https://alice:ghp_secret@github.com/o/r.git', 'https://github.com/o/r.git'],
    ['https://ghp_secret@github.com/o/r.git', 'https://github.com/o/r.git'],
    ['https://host/o/r.git?private_token=s#x', 'https://host/o/r.git'],
    ['ssh://git:pw@host:22/o/r.git', 'ssh://git@host:22/o/r.git'],
    ['git@github.com:o/r.git', 'git@github.com:o/r.git'],
    ['/home/alice/r.git', null],
    ['file:///home/alice/r.git', null],
    ['../r.git', null],
    ['', null],
  ] as const)
    assert.equal(withoutCredentials(url), shown, url);
  const root = makeProject({ 'a.py': '1' });
  commitAll(root);
  const git = gitIn(root);
  git('remote', 'add', 'mirror', 'https://u:p@host/m.git');
  assert.equal((await codeVersion(root)).remote, 'https://host/m.git');
  git('remote', 'add', 'origin', 'https://u:p@host/o.git');
  assert.equal((await codeVersion(root)).remote, 'https://host/o.git');
  git('config', 'branch.main.remote', 'mirror');
  assert.equal((await codeVersion(root)).remote, 'https://host/m.git', 'the one that the branch follows');
});
