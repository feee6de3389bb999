import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { activatePython } from '../../engine/python/activatePython.ts';
import { editorSetting } from '../../engine/python/editorSetting.ts';
import { findPython, isWithoutPip, pythonText } from '../../engine/python/findPython.ts';
import { missingModule, missingModuleText } from '../../engine/python/missingModule.ts';
import { systemPython } from '../../engine/python/systemPython.ts';
import { makeLink } from '../helpers/makeLink.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const isWindows = process.platform === 'win32';
const ending = isWindows ? '.exe' : '';
/** The interpreter of an environment of venv, and of conda. */
const interpreter = isWindows ? 'Scripts/python.exe' : 'bin/python';
const ofConda = isWindows ? 'python.exe' : 'bin/python';

/** Creates a folder with files; those in `bin/` and interpreters are executable. */
function place(files: Record<string, string>): string {
  const root = makeProject(files);
  for (const path of Object.keys(files)) if (/bin\/|python[\d.]*$/.test(path)) chmodSync(join(root, path), 0o755);
  return root;
}

const venv = (folder: string, more = '') => ({
  [`${folder}/${interpreter}`]: '#!/bin/sh\n',
  [`${folder}/pyvenv.cfg`]: `home = /usr/bin\n${more}`,
});

test('the key comes before the setting, the editor, the folders and the PATH', () => {
  const root = place({
    ...venv('.venv'),
    ...venv('venv'),
    ...venv('keyed'),
    ...venv('set'),
    ...venv('selected'),
    [`path/bin/python3${ending}`]: '',
  });
  const env = {
    PATH: join(root, 'path/bin'),
    LOOPWRIGHT_PYTHON: 'set',
    LOOPWRIGHT_EDITOR_PYTHON: join(root, 'selected'),
  };
  const found = (python: string | undefined, env: Record<string, string>) => {
    const one = findPython({ root, python, env });
    return one && [pythonText(one, root), one.why];
  };
  assert.deepEqual(found('keyed', env), [`keyed/${interpreter}`, '`python` of the project']);
  assert.deepEqual(found(undefined, env), [`set/${interpreter}`, 'the setting `loopwright.python`']);
  assert.deepEqual(found(undefined, { ...env, LOOPWRIGHT_PYTHON: '' }), [
    `selected/${interpreter}`,
    'selected in the editor',
  ]);
  assert.deepEqual(found(undefined, { PATH: env.PATH }), [`.venv/${interpreter}`, '`.venv` of the project']);
  const bare = place({ [`path/bin/python3${ending}`]: '' });
  const one = findPython({ root: bare, env: { PATH: join(bare, 'path/bin') } });
  assert.deepEqual([one?.environment, one?.why], [null, '`python3` on the PATH']);
  assert.equal(findPython({ root: bare, env: { PATH: '/nowhere' } }), null);
});

test('an environment in a parent folder is used up to the root of the repository', () => {
  const top = place({
    ...venv('.venv'),
    ...venv('repo/venv'),
    'repo/.git/HEAD': '',
    'repo/packages/model/x': '',
    'plain/model/x': '',
  });
  const found = (root: string) => findPython({ root: join(top, root), env: { PATH: '/nowhere' } });
  assert.deepEqual(
    [found('repo/packages/model')?.path, found('repo/packages/model')?.why],
    [join(top, 'repo/venv', interpreter), '`venv` of the repository'],
  );
  assert.equal(found('plain/model'), null, 'without a repository folders above are not of the project');
  writeFiles(top, { 'repo/packages/.venv/pyvenv.cfg': '', [`repo/packages/.venv/${interpreter}`]: '' });
  chmodSync(join(top, 'repo/packages/.venv', interpreter), 0o755);
  assert.equal(found('repo/packages/model')?.why, '`.venv` of `..`', 'the nearest');
});

test('a key names a folder, an interpreter, a link or a program on the PATH; any other value is an error', () => {
  const root = place({
    ...venv('env'),
    'conda/conda-meta/history': '',
    [`conda/${ofConda}`]: '',
    [`opt/python3.12${ending}`]: '',
    [`tools/bin/python3.9${ending}`]: '',
    'empty/x': '',
    'notes.txt': '',
  });
  const hasLink = makeLink('env', join(root, 'link'));
  const env = { PATH: join(root, 'tools/bin') };
  const found = (python: string) => findPython({ root, python, env });
  assert.deepEqual(found('env')?.environment, { kind: 'venv', folder: join(root, 'env') });
  assert.deepEqual(found(`env/${interpreter}`)?.environment, { kind: 'venv', folder: join(root, 'env') });
  if (hasLink) assert.deepEqual(found(join(root, 'link'))?.environment, { kind: 'venv', folder: join(root, 'link') });
  assert.deepEqual(found('conda')?.environment, { kind: 'conda', folder: join(root, 'conda') });
  assert.deepEqual(
    [found(`./opt/python3.12${ending}`)?.path, found(`./opt/python3.12${ending}`)?.environment],
    [join(root, `opt/python3.12${ending}`), null],
  );
  assert.equal(found('python3.9')?.path, join(root, `tools/bin/python3.9${ending}`));
  for (const wrong of ['empty', 'notes.txt', 'gone', 'python9', '~/no-such-folder', '/gone/bin/python']) {
    assert.throws(
      () => found(wrong),
      (error) =>
        error instanceof WorkError &&
        error.message.includes(`\`${wrong}\``) &&
        error.message.includes(`\`${systemPython} -m venv .venv\` creates one`) &&
        error.place?.file === 'loopwright.yaml',
      wrong,
    );
  }
  assert.throws(
    () => findPython({ root, env: { ...env, LOOPWRIGHT_PYTHON: 'gone' } }),
    /The setting `loopwright\.python` is `gone`/,
  );
});

test('a terminal reads the settings of the editor, with comments and variables', () => {
  const root = place({
    ...venv('env'),
    '.git/HEAD': '',
    'sub/x': '',
    '.vscode/settings.json':
      '\uFEFF{\n  // "loopwright.python": "no",\n  "a": "// no comment, \\" either", /* x */\n  "loopwright.python": "${workspaceFolder}/env",\n}\n',
  });
  assert.equal(editorSetting(root, 'a'), '// no comment, " either');
  for (const folder of [root, join(root, 'sub')])
    assert.equal(findPython({ root: folder, env: { PATH: '' } })?.path, join(root, 'env', interpreter), folder);
  assert.equal(editorSetting(place({ '.vscode/settings.json': '{ broken' }), 'a'), undefined);
});

test('activating gives the same result as the script of the environment', () => {
  const root = place({
    ...venv('env'),
    'conda/conda-meta/history': '',
    [`conda/${ofConda}`]: '',
    [`opt/python3.12${ending}`]: '#!/bin/sh\n',
  });
  const path = (python: string, env: Record<string, string> = {}) =>
    activatePython(
      { PATH: '/usr/bin', PYTHONHOME: '/x', ...env },
      findPython({ root, python, env: { PATH: '' } }),
      join(root, 'starters'),
    );
  const inVenv = path('env', { CONDA_PREFIX: '/c', CONDA_DEFAULT_ENV: 'base' });
  assert.deepEqual(
    [
      inVenv['PATH']?.split(delimiter).at(-1),
      inVenv['VIRTUAL_ENV'],
      'PYTHONHOME' in inVenv,
      'CONDA_PREFIX' in inVenv,
      'CONDA_DEFAULT_ENV' in inVenv,
    ],
    ['/usr/bin', join(root, 'env'), false, false, false],
  );
  assert.ok(inVenv['PATH']?.includes(dirname(join(root, 'env', interpreter))));
  const inConda = path('conda', { VIRTUAL_ENV: '/v' });
  assert.deepEqual(
    [inConda['CONDA_PREFIX'], inConda['CONDA_DEFAULT_ENV'], 'VIRTUAL_ENV' in inConda],
    [join(root, 'conda'), 'conda', false],
  );
  assert.equal(path(`opt/python3.12${ending}`)['PATH'], `${join(root, 'starters')}${delimiter}/usr/bin`);
  if (isWindows) {
    const starter = readFileSync(join(root, 'starters/python3.cmd'), 'utf8');
    assert.equal(starter, '@"%~dp0..\\opt\\python3.12.exe" %*\r\n', '`python3` runs it in `cmd` too');
  }
  assert.deepEqual(activatePython({ PATH: '/a', PYTHONHOME: '/x' }, null, ''), { PATH: '/a', PYTHONHOME: '/x' });
});

test('the missing module is found in the last lines of output', () => {
  for (const [lines, module] of [
    [["ModuleNotFoundError: No module named 'torch'"], 'torch'],
    [['ImportError: No module named yaml'], 'yaml'],
    [['/usr/bin/python3: No module named pytest'], 'pytest'],
    [
      [
        "ModuleNotFoundError: No module named 'google.protobuf'",
        '',
        'torch.distributed.elastic failed',
        'E0101 exitcode: 1',
      ],
      'google.protobuf',
    ],
    [["ModuleNotFoundError: No module named 'a'; 'a' is not a package"], 'a'],
    [['ValueError: x'], null],
    [[], null],
  ] as const)
    assert.equal(missingModule(lines), module);
});

test('a missing module is reported with the command that installs it into that Python', () => {
  const root = place({
    ...venv('.venv'),
    ...venv('uv', 'uv = 0.5.1\n'),
    [`my env/${interpreter}`]: '',
    'src/mylib/__init__.py': '',
    'own.py': '',
  });
  mkdirSync(join(root, 'my env'), { recursive: true });
  const text = (module: string, python: string | undefined, words: string[] | null = ['python']) =>
    missingModuleText(module, {
      root,
      words,
      python: python === undefined ? null : findPython({ root, python, env: {} }),
    });
  assert.equal(
    text('sklearn.linear_model', '.venv'),
    ` The Python of the project, .venv/${interpreter} (\`python\` of the project), has no module \`sklearn.linear_model\`: \`.venv/${interpreter} -m pip install scikit-learn\` installs it.`,
  );
  const installs = (command: string, found: string) => assert.ok(found.includes(`\`${command}\``), found);
  installs(`uv pip install --python uv/${interpreter} torch`, text('torch', 'uv'));
  assert.ok(isWithoutPip({ path: '', environment: { kind: 'venv', folder: join(root, 'uv') }, why: '' }));
  installs(`"my env/${interpreter}" -m pip install torch`, text('torch', 'my env'));
  assert.match(text('yaml', '.venv', ['uv', 'run', '--no-sync', 'python']), /`uv add pyyaml`/);
  assert.match(text('yaml', '.venv', ['poetry', 'run', 'python']), /`poetry add pyyaml`/);
  assert.match(
    text('yaml', '.venv', ['conda', 'run', '-n', 'ml', 'python']),
    /`conda run -n ml python -m pip install pyyaml`/,
  );
  writeFileSync(join(root, 'requirements.txt'), 'Scikit_Learn>=1.4  # or newer\npandas\n');
  installs(`.venv/${interpreter} -m pip install -r requirements.txt`, text('sklearn', '.venv'));
  installs(`.venv/${interpreter} -m pip install torch`, text('torch', '.venv'));
  assert.match(text('mylib', '.venv'), /it is in `src\/`.*PYTHONPATH: src/);
  installs(`${systemPython} -m pip install torch`, text('torch', undefined));
});

test('a path in the home folder is shown without the name of the user', () => {
  assert.equal(
    pythonText({ path: join(homedir(), 'envs/a/bin/python'), environment: null, why: '' }, '/nowhere'),
    '~/envs/a/bin/python',
  );
});
