import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { LanguageRequests } from '../../protocol/languageServer.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

const text = (name: string): string =>
  `version: 1\nproject: ${name}\nseed: x\nstages: { train: { cmd: echo } }\nchecks: { LW708: off, LW711: off }\n`;
const projects = (server: LspClient, again = false): Promise<LanguageRequests['loopwright/projects']['result']> =>
  server.connection.sendRequest('loopwright/projects', { again });

async function names(server: LspClient, folder: string, again = false): Promise<string[]> {
  return (await projects(server, again)).projects.map(({ root, name }) => `${relative(folder, root) || '.'} ${name}`);
}

test('the projects of the window: nested, .yml, around an opened folder; not ignored ones', async () => {
  const folder = makeProject({
    'loopwright.yaml': text('outer'),
    'ml/loopwright.yaml': text('inner'),
    'services/a/loopwright.yml': text('a'),
    'out/loopwright.yaml': text('built'),
    'old/loopwright.yaml': text('old'),
    'node_modules/x/loopwright.yaml': text('x'),
    '.gitignore': 'out/\n',
    'services/a/sql/deep/a.sql': '',
  });
  const all = await new LspClient({ folders: [folder], exclude: ['**/old'] }).start();
  assert.deepEqual(await names(all, folder), ['. outer', 'ml inner', 'services/a a']);
  for (const path of ['loopwright.yaml', 'ml/loopwright.yaml', 'services/a/loopwright.yml'])
    await all.codes(uriOf(join(folder, path)), ['LW104']);
  assert.deepEqual(
    ['out', 'old', 'node_modules/x'].filter((path) => all.published.has(uriOf(join(folder, path, 'loopwright.yaml')))),
    [],
  );
  const below = await new LspClient({ folders: [join(folder, 'services/a/sql/deep')] }).start();
  assert.deepEqual(await names(below, folder), ['services/a a']);
  await until('its watchers', () => below.watched.length > 1);
  assert.ok(
    below.watched.every(({ globPattern }) => typeof globPattern === 'string' || !globPattern.pattern.includes('/')),
    'the project around the folder is not watched as a whole',
  );
});

test('what a project has to run is told by its text, with errors too', async () => {
  const folder = makeProject({
    'loopwright.yml': 'version: 1\nproject: p\nstages: { a: { cmd: x }, b: { cmd: y } }\nseed: x\n',
    'experiments/e.experiment.yml': 'describe: x\n',
  });
  const server = await new LspClient({ folders: [folder] }).start();
  const [only] = (await projects(server)).projects;
  assert.deepEqual(
    [only?.file, only?.name, only?.stages, only?.experiments],
    ['loopwright.yml', 'p', ['a', 'b'], ['e']],
  );
});

test('projects that come, move and go are found again, and take their findings along', async () => {
  const folder = makeProject({ 'a/loopwright.yaml': text('a') });
  const server = await new LspClient({ folders: [folder] }).start();
  assert.deepEqual(await names(server, folder), ['a a']);
  writeFiles(folder, { 'b/loopwright.yml': text('b') });
  assert.deepEqual(await names(server, folder, true), ['a a', 'b b']);
  await server.codes(uriOf(join(folder, 'b/loopwright.yml')), ['LW104']);
  renameSync(join(folder, 'b'), join(folder, 'c'));
  assert.deepEqual(await names(server, folder, true), ['a a', 'c b']);
  await server.codes(uriOf(join(folder, 'b/loopwright.yml')), []);
  rmSync(join(folder, 'a'), { recursive: true });
  writeFiles(folder, { '.gitignore': '/c\n' });
  assert.deepEqual(await names(server, folder, true), []);
  for (const path of ['a/loopwright.yaml', 'c/loopwright.yml']) await server.codes(uriOf(join(folder, path)), []);
});

test('a loopwright.yml is read like a loopwright.yaml: references, experiments, watched files; beside one it is not read', async () => {
  const yml =
    'version: 1\nproject: p\nparams: { hidden: [8] }\nstages: { t: { uses: train, with: { data: d, model: mlp, hidden: "${params.hidden}" } } }\n';
  const folder = makeProject({ 'loopwright.yml': yml });
  const server = await new LspClient({ folders: [folder] }).start();
  const uri = uriOf(join(folder, 'loopwright.yml'));
  server.open(uri, yml);
  await server.codes(uri, ['LW701', 'LW201']);
  assert.ok(
    server.watched.some(
      ({ globPattern }) =>
        typeof globPattern === 'string' &&
        globPattern.includes('loopwright.yml') &&
        globPattern.includes('*.experiment.yml') &&
        globPattern.includes('*.dataset.yml'),
    ),
  );
  writeFiles(folder, {
    'loopwright.yaml': 'version: 1\nproject: q\nseed: 1\nstages: { s: { cmd: echo, deps: [], outs: [] } }\n',
  });
  server.changedOnDisk(uriOf(join(folder, 'loopwright.yaml')));
  const [twin] = await server.codes(uri, ['LW118']);
  assert.match(String(twin?.message), /`loopwright\.yml` is ignored because `loopwright\.yaml` exists/);
});
