import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { settingLines } from '../../cli/shellVariables.ts';

// Tried: sh, bash, zsh, fish, csh, tcsh, pwsh; on Windows cmd, PowerShell, Git Bash, nothing known.

const A = { A: 'http://127.0.0.1:5000' };

test('variables are set in the words of the shell', () => {
  const on = (platform: NodeJS.Platform, env: Record<string, string>) => settingLines(A, { platform, env });
  for (const shell of ['/bin/sh', '/bin/bash', '/usr/bin/zsh', ''])
    assert.deepEqual(on('linux', { SHELL: shell }), ['export A=http://127.0.0.1:5000']);
  assert.deepEqual(on('linux', { SHELL: '/usr/bin/fish' }), ['set -gx A http://127.0.0.1:5000']);
  assert.deepEqual(on('darwin', { SHELL: '/bin/tcsh' }), ['setenv A http://127.0.0.1:5000']);
  assert.deepEqual(on('linux', { SHELL: '/usr/bin/pwsh' }), ["$env:A = 'http://127.0.0.1:5000'"]);
  assert.deepEqual(on('win32', { PROMPT: '$P$G' }), [
    'cmd:',
    '  set "A=http://127.0.0.1:5000"',
    'PowerShell:',
    "  $env:A = 'http://127.0.0.1:5000'",
  ]);
  assert.deepEqual(on('win32', {})[0], 'PowerShell:');
  assert.deepEqual(on('win32', { SHELL: 'C:\\Program Files\\Git\\usr\\bin\\bash.exe' }), [
    'export A=http://127.0.0.1:5000',
  ]);
});
