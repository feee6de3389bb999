import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProject } from '../../../engine/checks/checkProject.ts';
import { trackedAt, trackedText } from '../../../engine/project/dvc/trackedData.ts';
import { loadProject } from '../../../engine/project/loadProject.ts';
import { diskFiles } from '../../../engine/project/projectFiles.ts';
import { stageStatuses } from '../../../engine/runner/stageStatus.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runCli } from '../../helpers/runCli.ts';

const folder = (path: string) =>
  `outs:\n- md5: b6d0.dir\n  size: 66544770\n  nfiles: 8\n  hash: md5\n  path: ${path}\n`;
const file = (path: string) => `outs:\n- md5: 73fb\n  size: 684860\n  path: ${path}\n`;
const config = '[core]\n    remote = storage\n[\'remote "storage"\']\n    url = s3://bucket/x\n';

test('a missing path is found in the .dvc file that tracks it', () => {
  // Tried: a file and a folder beside the project's file and below, a path inside a tracked folder, a glob, another name of
  // the .dvc file, `wdir`, an import from a repository and from an address, a remote of its own, a local config, and
  // .dvc files that are empty, no YAML or of another form.
  const tried: [what: string, files: Record<string, string>, path: string, says: string | null][] = [
    [
      'a folder',
      { 'data.dvc': folder('data') },
      'data',
      '`data` is tracked by `data.dvc` (63.5 MB, 8 files): `dvc pull data.dvc` brings it.',
    ],
    [
      'inside it',
      { 'data.dvc': folder('data') },
      'data/deep/a.csv',
      '`data` is tracked by `data.dvc` (63.5 MB, 8 files): `dvc pull data.dvc` brings it.',
    ],
    [
      'a glob',
      { 'data.dvc': folder('data') },
      'data/*.csv',
      '`data` is tracked by `data.dvc` (63.5 MB, 8 files): `dvc pull data.dvc` brings it.',
    ],
    [
      'a glob of files',
      { 'data/a.csv.dvc': file('a.csv') },
      'data/*.csv',
      '`data/a.csv` is tracked by `data/a.csv.dvc` (668.8 KB): `dvc pull data/a.csv.dvc` brings it.',
    ],
    [
      'below',
      { 'a/b/c.csv.dvc': file('c.csv'), '.dvc/config': config },
      'a/b/c.csv',
      '`a/b/c.csv` is tracked by `a/b/c.csv.dvc` (668.8 KB): `dvc pull a/b/c.csv.dvc` brings it from the remote `storage`.',
    ],
    [
      'another name',
      { 'two words.dvc': file('data.csv') },
      'data.csv',
      '`data.csv` is tracked by `two words.dvc` (668.8 KB): `dvc pull "two words.dvc"` brings it.',
    ],
    [
      'wdir',
      { 'x.dvc': `wdir: raw\n${file('c.csv')}` },
      'raw/c.csv',
      '`raw/c.csv` is tracked by `x.dvc` (668.8 KB): `dvc pull x.dvc` brings it.',
    ],
    [
      'import',
      {
        'd.xml.dvc': `deps:\n- path: get-started/data.xml\n  repo:\n    url: https://example.com/registry\n    rev_lock: f5\n${file('d.xml')}`,
        '.dvc/config': config,
      },
      'd.xml',
      '`d.xml` is tracked by `d.xml.dvc` (668.8 KB): `dvc pull d.xml.dvc` brings it from https://example.com/registry.',
    ],
    [
      'import-url',
      { 'd.csv.dvc': `deps:\n- path: https://example.com/d.csv\n  etag: x\nouts:\n- path: d.csv\n` },
      'd.csv',
      '`d.csv` is tracked by `d.csv.dvc`: `dvc pull d.csv.dvc` brings it from https://example.com/d.csv.',
    ],
    [
      'its own remote',
      { 'd.dvc': `${file('d')}  remote: other\n`, '.dvc/config': config },
      'd',
      '`d` is tracked by `d.dvc` (668.8 KB): `dvc pull d.dvc` brings it from the remote `other`.',
    ],
    [
      'a local config',
      { 'd.dvc': file('d'), '.dvc/config': config, '.dvc/config.local': '[core]\nremote = mine\n' },
      'd',
      '`d` is tracked by `d.dvc` (668.8 KB): `dvc pull d.dvc` brings it from the remote `mine`.',
    ],
    ['another file', { 'data.dvc': folder('data') }, 'database.csv', null],
    ['empty', { 'data.dvc': '' }, 'data', null],
    ['no YAML', { 'data.dvc': 'outs: [' }, 'data', null],
    ['another form', { 'data.dvc': 'outs: data\n' }, 'data', null],
    ['a folder of that name', { '.dvc/config': config, 'x.dvc/y': '' }, 'data', null],
  ];
  for (const [what, files, path, says] of tried) {
    const found = trackedAt(path, diskFiles(makeProject(files)));
    assert.equal(found && trackedText(found), says, what);
  }
});

test('check, status and run tell what dvc pull would bring, for a dvc.yaml and a loopwright.yaml', async () => {
  for (const [name, head] of [
    ['dvc.yaml', ''],
    ['loopwright.yaml', 'version: 1\nproject: p\n'],
  ] as const) {
    const root = makeProject({
      [name]: `${head}stages:\n  t: { cmd: cat data/a.csv > o.txt, deps: [data], outs: [o.txt] }\n  u: { cmd: cat raw/x > u.txt, deps: [raw], outs: [u.txt] }\n`,
      'data.dvc': folder('data'),
      'raw/x.dvc': file('x'),
    });
    const project = loadProject(root);
    const messages = checkProject(project).flatMap(({ code, severity, message }) =>
      code === 'LW210' ? [`${severity} ${message}`] : [],
    );
    assert.deepEqual(messages, [
      'error There is no file `data`. It is tracked by `data.dvc` (63.5 MB, 8 files): `dvc pull data.dvc` brings it.',
      'warning There is no file `raw/x`. It is tracked by `raw/x.dvc` (668.8 KB): `dvc pull raw/x.dvc` brings it.',
    ]);
    const reasons = stageStatuses(project, null).map(({ reasons: [first] }) => first);
    assert.match(reasons[0] ?? '', /^`data` is tracked by `data\.dvc`/);
    assert.match(reasons[1] ?? '', /^`raw\/x` is tracked by `raw\/x\.dvc`/);
    if (name === 'dvc.yaml') assert.match((await runCli(['run'], { cwd: root })).err, /dvc pull data\.dvc/);
  }
});

test('a frozen stage without its outputs is told before anything runs, and never fresh', async () => {
  const text =
    'stages:\n  src: { cmd: echo 1 > f.txt, frozen: true, outs: [f.txt] }\n  use: { cmd: cat f.txt > u, deps: [f.txt], outs: [u] }\n';
  const root = makeProject({ 'dvc.yaml': text });
  const [problem] = checkProject(loadProject(root)).filter(({ code }) => code === 'LW210');
  assert.match(
    problem?.message ?? '',
    /no file `f\.txt`, and the stage `src` that writes it is frozen. `dvc pull src`/,
  );
  const [status] = stageStatuses(loadProject(root), null);
  assert.deepEqual([status?.state, status?.reasons], ['stale', ['it is frozen, and `f.txt` is missing']]);
  const alone = await runCli(['run', 'src'], { cwd: root });
  assert.equal(alone.code, 1);
  assert.match(alone.err, /The stage `src` is frozen, so it does not run, and `f\.txt` is missing/);
  const here = makeProject({ 'dvc.yaml': text, 'f.txt': 'x' });
  assert.deepEqual(
    checkProject(loadProject(here)).filter(({ code }) => code === 'LW210'),
    [],
  );
  assert.equal(stageStatuses(loadProject(here), null)[0]?.state, 'fresh');
});
