import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dvcShell } from '../../engine/stages/dvcCommand.ts';

test('a command of DVC runs in the shell of the user, or in sh, and several lines as they are', () => {
  const lines = 'false\ntrue';
  assert.deepEqual(dvcShell(lines, '/bin/bash', 'linux'), ['/bin/bash', '--noprofile', '--norc', '-c', lines]);
  assert.deepEqual(dvcShell(lines, '/bin/zsh', 'darwin'), ['/bin/zsh', '--no-rcs', '-c', lines]);
  for (const shell of ['', '/usr/bin/fish', '/bin/sh'])
    assert.deepEqual(dvcShell(lines, shell, 'linux'), ['/bin/sh', '-c', lines]);
  assert.equal(dvcShell(lines, '/bin/bash', 'win32'), lines);
});
