import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostOf } from '../helpers/hostOf.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('the overview follows the setting and the selection of the editor, and says what is wrong with them', async () => {
  const venv = (name: string) => ({ [`${name}/bin/python`]: '', [`${name}/pyvenv.cfg`]: '' });
  const root = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true" } }\n',
    ...venv('.venv'),
    ...venv('set'),
    ...venv('selected'),
  });
  for (const name of ['.venv', 'set', 'selected']) chmodSync(join(root, name, 'bin/python'), 0o755);
  const host = hostOf(root);
  const python = async () => (await host.ask('project/overview', {})).python;
  const select = (setting: string | null, selected: string | null) => host.ask('python/select', { setting, selected });
  await select(null, null);
  assert.deepEqual(await python(), { path: '.venv/bin/python', name: '.venv', why: '`.venv` of the project' });
  assert.deepEqual(await select(null, join(root, 'selected')), { changed: true });
  assert.deepEqual(await select(null, join(root, 'selected')), { changed: false });
  assert.deepEqual(await python(), { path: 'selected/bin/python', name: 'selected', why: 'selected in the editor' });
  await select('set', join(root, 'selected'));
  assert.deepEqual(await python(), {
    path: 'set/bin/python',
    name: 'set',
    why: 'the setting `loopwright.python`',
  });
  await select('gone', null);
  const wrong = await python();
  assert.ok(wrong && 'problem' in wrong && /^The setting `loopwright\.python` is `gone`/.test(wrong.problem));
});
