import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { findProjects, nearestProject } from '../../engine/project/findProjects.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const text = 'version: 1\nproject: p\nstages: { s: { cmd: x } }\n';

function folderWith(paths: readonly string[], others: Record<string, string> = {}): string {
  return makeProject({ ...Object.fromEntries(paths.map((path) => [path, text])), ...others });
}

async function found(folder: string, options?: Parameters<typeof findProjects>[1]): Promise<string[]> {
  return (await findProjects(folder, options)).roots.map((root) => relative(folder, root) || '.');
}

test('every loopwright.yaml and loopwright.yml is found: monorepo, nested, deep, hidden folders, odd names', async () => {
  const folder = folderWith([
    'loopwright.yaml',
    'services/a/loopwright.yaml',
    'services/b/loopwright.yml',
    'services/a/inner/loopwright.yaml',
    'x/y/z/w/v/loopwright.yml',
    '.ml/loopwright.yaml',
    'two words/loopwright.yaml',
    'örtlich/loopwright.yaml',
    'build/loopwright.yaml',
  ]);
  assert.deepEqual(await found(folder), [
    '.',
    '.ml',
    'build',
    'two words',
    'örtlich',
    'services/a',
    'services/b',
    'services/a/inner',
    'x/y/z/w/v',
  ]);
});

test('similar file names, folders with the name and dvc.yaml are not projects', async () => {
  const folder = folderWith([
    'a/Loopwright.yaml',
    'b/loopwright.yaml.bak',
    'c/my-loopwright.yaml',
    'd/loopwright.yaml/x.txt',
    'e/dvc.yaml',
  ]);
  assert.deepEqual(await found(folder), []);
});

test('folders of packages, environments and caches are not entered', async () => {
  const folder = folderWith(
    [
      'node_modules/a/loopwright.yaml',
      'x/node_modules/loopwright.yaml',
      '.venv/lib/loopwright.yaml',
      'venv/loopwright.yaml',
      'my-env/lib/loopwright.yaml',
      'conda/lib/loopwright.yaml',
      'target/loopwright.yaml',
      '.loopwright/trials/1/loopwright.yaml',
      '.git/loopwright.yaml',
      'src/__pycache__/loopwright.yaml',
      'ok/loopwright.yaml',
    ],
    {
      'my-env/pyvenv.cfg': '',
      'conda/conda-meta/history': '',
      'target/CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55',
    },
  );
  assert.deepEqual(await found(folder), ['ok']);
});

test('an ignored folder is not a project, at every depth, by the nearest .gitignore, also without git', async () => {
  const folder = folderWith(
    [
      'out/loopwright.yaml',
      'a/out/loopwright.yaml',
      'a/kept/loopwright.yaml',
      'a/tmp/loopwright.yaml',
      'b/tmp/loopwright.yaml',
      'c/loopwright.yaml',
      'd/out/loopwright.yaml',
    ],
    { '.gitignore': 'out/\nc/loopwright.yaml\n', 'a/.gitignore': '/tmp\n', 'd/.gitignore': '!out/\n' },
  );
  assert.deepEqual(await found(folder), ['a/kept', 'b/tmp', 'd/out']);
});

test('the ignore files of the repository around an opened folder apply below it, but not to the folder itself', async () => {
  const folder = folderWith(
    [
      'services/out/loopwright.yaml',
      'services/a/loopwright.yaml',
      'services/own/loopwright.yaml',
      'built/demo/loopwright.yaml',
    ],
    { '.gitignore': 'out/\nbuilt/\n', '.git/info/exclude': 'own\n' },
  );
  assert.deepEqual(await found(join(folder, 'services')), ['a']);
  assert.deepEqual(await found(join(folder, 'built/demo')), ['.'], 'what was opened is wanted');
});

test("the editor's files.exclude is followed", async () => {
  const folder = folderWith([
    'a/loopwright.yaml',
    'old/loopwright.yaml',
    'x/old/loopwright.yaml',
    'gen/deep/loopwright.yaml',
    'top/loopwright.yaml',
    'x/top/loopwright.yaml',
  ]);
  assert.deepEqual(await found(folder, { exclude: ['**/old', '**/gen/**', 'top/'] }), ['a', 'x/top']);
});

test('loops of links end, and links to folders are not followed', { skip: process.platform === 'win32' }, async () => {
  const folder = folderWith(['a/loopwright.yaml', 'file/real.yaml']);
  symlinkSync('..', join(folder, 'a/up'));
  symlinkSync(folder, join(folder, 'self'));
  symlinkSync('nowhere', join(folder, 'broken'));
  symlinkSync('real.yaml', join(folder, 'file/loopwright.yaml'));
  assert.deepEqual(await found(folder), ['a', 'file']);
});

test('an unreadable folder and a missing one are not errors', async () => {
  const folder = folderWith(['a/loopwright.yaml', 'b/loopwright.yaml']);
  if (process.getuid?.() !== 0) chmodSync(join(folder, 'b'), 0);
  assert.ok((await found(folder)).includes('a'));
  chmodSync(join(folder, 'b'), 0o755);
  assert.deepEqual(await found(join(folder, 'gone')), []);
});

test('a cut-off search is reported, with the projects near the top first', async () => {
  const folder = folderWith(Array.from({ length: 12 }, (_, i) => `deep/p${i}/loopwright.yaml`));
  writeFiles(folder, { 'near/loopwright.yaml': text });
  const cut = await findProjects(folder, { most: 5 });
  assert.deepEqual([cut.roots.length, cut.isCut, cut.roots[0]], [5, true, join(folder, 'near')]);
  assert.equal((await findProjects(folder, { most: 13 })).isCut, false);
});

test('the nearest project around a folder, of any of the three files', () => {
  const folder = folderWith(['loopwright.yml', 'ml/loopwright.yaml', 'dvc/dvc.yaml']);
  for (const path of ['sql/deep', 'ml/sql', 'dvc/src']) mkdirSync(join(folder, path), { recursive: true });
  assert.deepEqual(
    ['.', 'sql/deep', 'ml', 'ml/sql', 'dvc/src'].map((path) =>
      relative(folder, nearestProject(join(folder, path)) ?? '?'),
    ),
    ['', '', 'ml', 'ml', 'dvc'],
  );
});
