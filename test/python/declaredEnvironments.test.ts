import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { findPython } from '../../engine/python/findPython.ts';
import { missingModuleText } from '../../engine/python/missingModule.ts';
import { poetryFolders } from '../../engine/python/environments/poetryEnvironment.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { toolsVenv } from './toolsVenv.ts';

const why = toolsVenv.prepare();
const skip = why === null ? false : why;

/** A home folder of its own, and a function that runs a tool in a folder of it. */
function home(files: Record<string, string> = {}) {
  const root = makeProject(files);
  const base = { HOME: root, PATH: [dirname(toolsVenv.python), process.env['PATH']].join(delimiter) };
  const run = (tool: string, args: string[], folder: string, env: Record<string, string> = {}) =>
    execFileSync(join(dirname(toolsVenv.python), tool), args, {
      cwd: join(root, folder),
      encoding: 'utf8',
      env: { ...base, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const find = (folder: string, env: Record<string, string> = {}) =>
    findPython({ root: join(root, folder), env: { HOME: root, PATH: '/nowhere', ...env } });
  return { root, run, find };
}

const poetryProject = (name: string) =>
  `[tool.poetry]\nname = "${name}"\nversion = "0.1.0"\ndescription = ""\nauthors = []\npackage-mode = false\n[tool.poetry.dependencies]\npython = "*"\n`;

test(
  "Poetry's environment is found by its name in the cache, by envs.toml, and inside the project",
  { skip, timeout: 120_000 },
  () => {
    const { run, find, root } = home({
      'My Work/pyproject.toml': poetryProject('Fraud_Model.v2'),
      'plain/pyproject.toml': '[project]\nname = "plain"\nversion = "1"\n[tool.poetry]\npackage-mode = false\n',
      'inside/pyproject.toml': poetryProject('inside'),
      'inside/poetry.toml': '[virtualenvs]\nin-project = true\n',
      'elsewhere/pyproject.toml': poetryProject('elsewhere'),
      'elsewhere/poetry.toml': 'virtualenvs.path = "../environments"\n',
    });
    for (const folder of ['My Work', 'plain', 'inside', 'elsewhere']) {
      run('poetry', ['install', '--no-interaction'], folder);
      const made = resolve(root, folder, run('poetry', ['env', 'info', '--path'], folder));
      const found = find(folder);
      assert.equal(found?.environment?.folder, made, folder);
    }
    assert.deepEqual([find('My Work')?.tool, find('My Work')?.why], ['poetry', 'Poetry environment of the project']);
    assert.equal(find('inside')?.why, '`.venv` of the project');
    assert.equal(find('plain', { POETRY_VIRTUALENVS_PATH: '/none' }), null, 'the variable names another folder');
    // The Python that `poetry env use` chose counts.
    const [older] = [find('My Work')?.environment?.folder ?? ''];
    const newer = older.replace(/-py3\.\d+$/, '-py3.99');
    cpSync(older, newer, { recursive: true, verbatimSymlinks: true });
    assert.equal(find('My Work')?.environment?.folder, newer, 'without a choice the newest');
    run('poetry', ['env', 'use', join(older, 'bin/python')], 'My Work');
    assert.equal(find('My Work')?.environment?.folder, older);
    assert.ok(older.startsWith(join(root, '.cache/pypoetry/virtualenvs/fraud-model-v2-')), older);
  },
);

test(
  "uv's environment is found in a member of a workspace and by UV_PROJECT_ENVIRONMENT",
  { skip, timeout: 120_000 },
  () => {
    const member = (name: string) => `[project]\nname = "${name}"\nversion = "0.1.0"\nrequires-python = ">=3.9"\n`;
    const { root, run, find } = home({
      'space/pyproject.toml': `${member('space')}\n[tool.uv.workspace]\nmembers = [\n  "packages/*", # all\n]\nexclude = ["packages/old"]\n`,
      'space/packages/model/pyproject.toml': member('model'),
      'space/packages/old/pyproject.toml': `${member('old')}[tool.uv]\n`,
      'alone/pyproject.toml': `${member('alone')}[tool.uv]\n`,
    });
    run('uv', ['sync', '--offline'], 'space/packages/model');
    const found = find('space/packages/model');
    assert.deepEqual(
      [found?.environment?.folder, found?.tool, found?.why],
      [join(root, 'space/.venv'), 'uv', 'environment of the uv workspace of the project'],
    );
    assert.equal(find('space/packages/old'), null, 'excluded from the workspace');
    run('uv', ['sync', '--offline'], 'alone', { UV_PROJECT_ENVIRONMENT: 'envs/ml' });
    run('uv', ['venv', '--offline'], 'alone');
    const named = find('alone', { UV_PROJECT_ENVIRONMENT: 'envs/ml' });
    assert.deepEqual(
      [named?.environment?.folder, named?.why],
      [join(root, 'alone/envs/ml'), 'uv environment of the project'],
    );
    assert.equal(find('alone')?.why, '`.venv` of the project');
    assert.match(
      missingModuleText('sklearn', { root: join(root, 'alone'), words: ['python'], python: named }),
      /`uv add scikit-learn` installs it/,
    );
  },
);

test(
  "Pipenv's environment is found by the hash of its Pipfile, by name, and by WORKON_HOME",
  { skip, timeout: 120_000 },
  () => {
    const { root, run, find } = home({ 'a [b]/Pipfile': '', 'named/Pipfile': '', 'named/.venv': 'mine\n' });
    for (const [folder, env] of [
      ['a [b]', {}],
      ['a [b]', { WORKON_HOME: join(root, 'workon') }],
      ['named', {}],
    ] as const) {
      run('pipenv', ['run', 'python', '--version'], folder, env);
      const made = run('pipenv', ['--venv'], folder, env);
      const found = find(folder, env);
      assert.deepEqual([found?.environment?.folder, found?.tool], [made, 'pipenv'], folder);
    }
  },
);

/** Writes an environment as conda and pixi do, with an interpreter. */
function condaFolder(root: string, path: string): string {
  writeFiles(root, { [`${path}/conda-meta/history`]: '', [`${path}/bin/python`]: '#!/bin/sh\n' });
  chmodSync(join(root, path, 'bin/python'), 0o755);
  return join(root, path);
}

test('the environment that environment.yml names is found under the roots of conda', () => {
  const yaml = (name: string) => `name: ${name}\nchannels: [conda-forge]\ndependencies: [python=3.12]\n`;
  const { root, find } = home({
    'a/environment.yml': yaml('ml'),
    'b/environment.yaml': 'prefix: ./env\ndependencies: []\n',
    'c/environment.yml': yaml('noted'),
    'd/environment.yml': yaml('gone'),
    'e/environment.yml': 'dependencies: [\n',
    'conda/bin/conda': '#!/bin/sh\n',
    '.conda/environments.txt': '/gone/noted\n',
  });
  chmodSync(join(root, 'conda/bin/conda'), 0o755);
  const folderOf = (folder: string, env = {}) => find(folder, env)?.environment?.folder;
  for (const [place, env] of [
    ['miniconda3/envs/ml', {}],
    ['.conda/envs/ml', {}],
    ['conda/envs/ml', { CONDA_EXE: join(root, 'conda/bin/conda') }],
    ['conda/envs/ml', { PATH: join(root, 'conda/bin') }],
    ['mamba/envs/ml', { MAMBA_ROOT_PREFIX: join(root, 'mamba') }],
    ['my-envs/ml', { CONDA_ENVS_DIRS: `/none${delimiter}${join(root, 'my-envs')}` }],
    ['active/ml', { CONDA_PREFIX: join(root, 'active/ml') }],
  ] as const) {
    const made = condaFolder(root, place);
    assert.equal(folderOf('a', env), made, place);
    rmSync(made, { recursive: true });
  }
  condaFolder(root, 'miniforge3/envs/ml');
  const found = find('a');
  assert.deepEqual(
    [found?.environment?.kind, found?.tool, found?.why],
    ['conda', 'conda', 'conda environment `ml` of the project'],
  );
  const prefix = condaFolder(root, 'b/env');
  assert.equal(folderOf('b'), prefix);
  const noted = condaFolder(root, 'far/noted');
  writeFiles(root, { '.conda/environments.txt': `/gone/noted\n${noted}\n` });
  assert.equal(folderOf('c'), noted);
  assert.deepEqual([find('d'), find('e')], [null, null]);
});

test("pixi's environment is found, and a venv of the folder comes first", () => {
  const { root, find } = home({
    'a/pixi.toml': '[workspace]\nname = "a"\n',
    'b/pyproject.toml': '[project]\nname = "b"\n[tool.pixi.workspace]\nchannels = []\n',
  });
  for (const folder of ['a', 'b']) {
    condaFolder(root, `${folder}/.pixi/envs/default`);
    const found = find(folder);
    assert.deepEqual(
      [found?.environment, found?.why],
      [
        { kind: 'conda', folder: join(root, folder, '.pixi/envs/default') },
        'pixi environment `default` of the project',
      ],
    );
  }
  writeFiles(root, { 'a/.venv/pyvenv.cfg': '', 'a/.venv/bin/python': '' });
  chmodSync(join(root, 'a/.venv/bin/python'), 0o755);
  assert.equal(find('a')?.why, '`.venv` of the project');
});

test('an environment that is declared and not made is named beside the Python that is used instead', () => {
  const { root, find } = home({
    'repo/.git/HEAD': '',
    'repo/pixi.toml': '',
    'repo/service/environment.yml': 'name: ml\n',
  });
  mkdirSync(join(root, 'bin'));
  symlinkSync(process.execPath, join(root, 'bin/python3'));
  const found = find('repo/service', { PATH: join(root, 'bin') });
  assert.equal(
    found?.why,
    '`python3` on the PATH; the conda environment `ml` of the project does not exist, `conda env create -f environment.yml` creates it',
  );
  condaFolder(root, 'repo/.pixi/envs/default');
  assert.equal(find('repo/service')?.why, 'pixi environment `default` of the repository');
});

test("Poetry's folders are those of the platform", () => {
  const env = { HOME: '/u', LOCALAPPDATA: '/local', APPDATA: '/roaming' };
  assert.deepEqual(poetryFolders(env, 'linux'), { cache: '/u/.cache/pypoetry', config: '/u/.config/pypoetry' });
  assert.deepEqual(poetryFolders(env, 'darwin'), {
    cache: '/u/Library/Caches/pypoetry',
    config: '/u/Library/Application Support/pypoetry',
  });
  assert.deepEqual(poetryFolders(env, 'win32'), { cache: '/local/pypoetry/Cache', config: '/roaming/pypoetry' });
});
