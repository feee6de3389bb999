// A store and a repository that somebody else prepared. Tried: patches to `../`, to absolute paths, into `.git` in several
// spellings, through a link that the patch itself makes; submodules with `ext::` addresses; hooks, fsmonitor and
// external diffs in the settings of the repository; a folder of the project outside of the checkout, by `../` and by a
// link; inputs at `../`, behind a link of the commit, at a device, and over the file that names the owner; a committed
// state, and a link as one.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { keptPath } from '../../engine/data/snapshotFiles.ts';
import { WorkError } from '../../engine/base/errors.ts';
import { reproduce } from '../../engine/reproduce/reproduce.ts';
import { codeText, readCode, type RunCode } from '../../engine/tracking/runCode.ts';
import { keepText, textOf } from '../../engine/tracking/texts.ts';
import { commitAll, gitIn } from '../helpers/gitIn.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const ownTemporary = join(tmpdir(), `loopwright-hostile-test-${process.pid}`);
mkdirSync(ownTemporary, { recursive: true });
process.env['TMPDIR'] = ownTemporary;
after(() => rmSync(ownTemporary, { recursive: true, force: true }));

const yaml = `version: 1
project: hostile
stages:
  copy: { cmd: cat in.txt > out.txt, deps: [in.txt], outs: [out.txt] }
`;

/** A project with one run in a repository. `prepare` changes the folder before its commit. */
async function made(prepare: (root: string) => void = () => {}) {
  const root = makeProject({
    'loopwright.yaml': yaml,
    'in.txt': 'one\n',
    '.gitignore': '.loopwright/\nout.txt\nloopwright.lock\n',
  });
  prepare(root);
  commitAll(root);
  const { run, store } = runIn(root);
  const { status, runId, error } = await run();
  assert.equal(status, 'finished', error?.message);
  const id = runId ?? '';
  const code = () =>
    readCode(store.sql.get<{ code: string }>('SELECT code FROM runs WHERE run_id = ?', id)?.code ?? '{}');
  return {
    root,
    store,
    lock: () =>
      JSON.parse(textOf(store, code().made ?? '') ?? '{}') as Record<string, { deps: Record<string, object> }>,
    again: () => reproduce({ root, store, run: id }),
    /** Writes another code of the run into the store, as the author of the folder can. */
    tamper: (more: Partial<RunCode>) =>
      store.sql.run('UPDATE runs SET code = ?, dirty = 1 WHERE run_id = ?', codeText({ ...code(), ...more }), id),
  };
}

const newFile = (path: string, content = 'evil', mode = '100644') =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${content}\n${mode === '120000' ? '\\ No newline at end of file\n' : ''}`;

/** Everything outside of the scratch folders, to be the same afterwards. */
function traces(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !/\.loopwright|objects|worktrees|loopwright-|logs/.test(name),
    ),
  );
}

test('a patch writes nothing outside of the checkout, and nothing into git', async () => {
  const { root, store, again, tamper } = await made();
  const outside = makeProject({});
  for (const patch of [
    newFile('../evil.txt'),
    newFile('../../../evil.txt'),
    newFile('x/../../evil.txt'),
    newFile(join(outside, 'evil.txt')),
    newFile('.git/hooks/post-checkout', '#!/bin/sh', '100755'),
    newFile('.GIT/hooks/post-checkout'),
    newFile('.Git/config'),
    newFile('git~1/config'),
    newFile('.git'),
    newFile('sub/.git/config'),
    newFile('sub/.GIT/config'),
    newFile('link', outside, '120000') + newFile('link/evil.txt'),
    newFile('link', '..', '120000') + newFile('link/evil.txt'),
  ]) {
    tamper({ patch: keepText(store, patch) });
    const before = traces(root, outside, ownTemporary);
    await assert.rejects(again(), (error) => error instanceof WorkError && /do not apply/.test(error.message), patch);
    assert.deepEqual(traces(root, outside, ownTemporary), before, patch);
    assert.equal(existsSync(join(ownTemporary, 'evil.txt')), false);
  }
});

test('a submodule is never fetched, and no helper, hook or filesystem monitor of the repository starts', async () => {
  const { root, store, again, tamper } = await made();
  const mark = join(ownTemporary, 'ran');
  const program = join(makeProject({ 'run.sh': `#!/bin/sh\necho "$0 $*" >> ${mark}\n` }), 'run.sh');
  chmodSync(program, 0o755);
  const git = gitIn(root);
  for (const [key, value] of [
    ['core.fsmonitor', program],
    ['core.hooksPath', join(program, '..')],
    ['core.pager', program],
    ['core.editor', program],
    ['diff.external', program],
    ['protocol.ext.allow', 'always'],
    ['submodule.sub.url', `ext::${program} %S`],
    ['submodule.sub.update', `!${program}`],
    ['submodule.recurse', 'true'],
    ['core.sshCommand', program],
  ] as const)
    git('config', key, value);
  for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction', 'applypatch-msg']) {
    symlinkSync(program, join(root, '.git/hooks', hook));
    symlinkSync(program, join(program, '..', hook));
  }
  const commit = git('-c', 'core.fsmonitor=false', 'rev-parse', 'HEAD').trim();
  rmSync(mark, { force: true });
  const modules = '[submodule "sub"]';
  tamper({
    patch: keepText(
      store,
      `${newFile('.gitmodules', modules).replace('+1 @@', '+1,3 @@')}+\tpath = sub\n+\turl = ext::${program} %S\n` +
        `diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit ${commit}\n`,
    ),
  });
  const { again: done } = await again();
  assert.equal(done.status, 'finished');
  assert.equal(existsSync(mark), false, existsSync(mark) ? readFileSync(mark, 'utf8') : '');
});

test('the folder of the project is inside of the checkout', async () => {
  const outside = makeProject({ 'loopwright.yaml': yaml, 'in.txt': 'one\n' });
  const { root, again, tamper } = await made((folder) => symlinkSync(outside, join(folder, 'linked')));
  const before = traces(root, outside, ownTemporary);
  for (const place of ['../', '../../../', outside, `${outside}/`, 'linked/', 'none/', '../code/../../']) {
    tamper({ root: place });
    await assert.rejects(again(), (error) => error instanceof WorkError && /no folder/.test(error.message), place);
    assert.deepEqual(traces(root, outside, ownTemporary), before, place);
  }
});

test('an input is never written outside, whatever its path', async () => {
  const outside = makeProject({ 'keep/precious.txt': 'mine' });
  const { store, lock, again, tamper } = await made((folder) => symlinkSync(outside, join(folder, 'linked')));
  const mark = { hash: createHash('sha256').update('evil').digest('hex'), bytes: 4 };
  const kept = lock();
  const [stage = ''] = Object.keys(kept);
  const entry = kept[stage];
  assert.ok(entry);
  // The store has the content, as for a file of a dataset.
  for (const name of ['x', 'x.txt', 'x.json']) {
    const source = keptPath(store.folder, { path: name, ...mark });
    mkdirSync(dirname(source), { recursive: true });
    writeFileSync(source, 'evil');
  }
  for (const path of [
    '../../evil-of-test.txt',
    '../evil-of-test.txt',
    'linked/evil.txt',
    'linked/keep',
    '../../keep',
    '../owner.json',
    '../../../../../../../../dev/zero',
    'linked/../evil.txt',
  ]) {
    const before = traces(outside);
    tamper({
      made: keepText(store, JSON.stringify({ ...kept, [stage]: { ...entry, deps: { ...entry.deps, [path]: mark } } })),
    });
    await again().catch((error: unknown) => assert.ok(error instanceof WorkError, String(error)));
    assert.deepEqual(traces(outside), before, path);
    assert.equal(readFileSync(join(outside, 'keep/precious.txt'), 'utf8'), 'mine');
    assert.equal(existsSync(join(ownTemporary, 'evil-of-test.txt')), false, path);
  }
});

test('a committed state is not believed, nor a link in its place', async () => {
  const other = makeProject({ 'marker.txt': 'x' });
  for (const prepare of [
    (root: string) => symlinkSync(other, join(root, '.loopwright')),
    (root: string) => writeFiles(root, { '.loopwright/loopwright.db': 'not a database' }),
  ]) {
    const { root, again, tamper, store } = await made();
    const before = gitIn(root)('rev-parse', 'HEAD').trim();
    // The commit of the run holds the state; the folder itself has its own.
    const scratch = makeProject({});
    gitIn(root)('worktree', 'add', '-q', '--detach', join(scratch, 'w'));
    prepare(join(scratch, 'w'));
    gitIn(join(scratch, 'w'))('add', '-f', '.loopwright');
    gitIn(join(scratch, 'w'))('commit', '-qm', 'state');
    const commit = gitIn(join(scratch, 'w'))('rev-parse', 'HEAD').trim();
    store.sql.run('UPDATE runs SET commit_hash = ? WHERE commit_hash = ?', commit, before);
    tamper({});
    const { again: done } = await again();
    assert.equal(done.status, 'finished');
    assert.deepEqual(readdirSync(other), ['marker.txt']);
    assert.ok(lstatSync(join(root, '.loopwright')).isDirectory());
  }
});
