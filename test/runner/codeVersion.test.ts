import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { codeVersion } from '../../engine/runner/codeVersion.ts';
import { environmentOf } from '../../engine/runner/environment.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

test('the commit, and whether files differ from it; null outside git and without it', async () => {
  const root = makeProject({ 'a.txt': '1' });
  assert.deepEqual(await codeVersion(root), { commit: null, dirty: false });
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: root, encoding: 'utf8' });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'x');
  const commit = git('rev-parse', 'HEAD').trim();
  assert.deepEqual(await codeVersion(root), { commit, dirty: false });
  writeFiles(root, { 'a.txt': '2' });
  assert.deepEqual(await codeVersion(root), { commit, dirty: true });
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    assert.deepEqual(await codeVersion(root), { commit: null, dirty: false });
  } finally {
    process.env['PATH'] = path;
  }
});

test('the environment tells the machine, but neither user nor path', () => {
  const environment = environmentOf();
  assert.deepEqual(Object.keys(environment), ['node', 'platform', 'architecture', 'processor', 'cores', 'memory']);
  assert.ok(!JSON.stringify(environment).includes(process.env['HOME'] ?? '\0'));
});
