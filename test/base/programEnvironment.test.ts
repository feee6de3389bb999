import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programEnvironment } from '../../engine/base/programEnvironment.ts';

test('a program receives the variables of the user but not those of an editor', () => {
  const ofEditor = {
    ELECTRON_RUN_AS_NODE: '1',
    ELECTRON_NO_ATTACH_CONSOLE: '1',
    VSCODE_PID: '7',
    VSCODE_IPC_HOOK: '/x',
    VSCODE_CWD: '/',
    VSCODE_NLS_CONFIG: '{}',
    VSCODE_ESM_ENTRYPOINT: 'x',
    VSCODE_INSPECTOR_OPTIONS: '{}',
    VSCODE_GIT_ASKPASS_MAIN: '/code/extensions/git/dist/askpass-main.js',
    VSCODE_GIT_ASKPASS_NODE: '/code/node',
    GIT_ASKPASS: '/code/extensions/git/dist/askpass.sh',
    CHROME_DESKTOP: 'code.desktop',
    ORIGINAL_XDG_CURRENT_DESKTOP: 'GNOME',
  };
  const ofPerson = {
    PATH: '/usr/bin',
    HOME: '/h',
    npm_config_cache: '/c',
    LD_LIBRARY_PATH: '/l',
    CUDA_VISIBLE_DEVICES: '0',
    TERM_PROGRAM: 'vscode',
    SSH_ASKPASS: '/usr/bin/ksshaskpass',
    MY_VSCODE_X: '1',
  };
  assert.deepEqual(programEnvironment({}, { ...ofEditor, ...ofPerson }), ofPerson);
  assert.equal(
    programEnvironment({ ELECTRON_RUN_AS_NODE: '1' }, ofEditor)['ELECTRON_RUN_AS_NODE'],
    '1',
    'a stage can set it',
  );
  assert.equal(
    programEnvironment({}, { GIT_ASKPASS: '/code/extensions/git/dist/askpass.sh' })['GIT_ASKPASS'],
    '/code/extensions/git/dist/askpass.sh',
    'without an editor it belongs to the user',
  );
});

test("NODE_OPTIONS loses the editor's debugger and keeps its other options", () => {
  const options = (text: string) => programEnvironment({}, { NODE_OPTIONS: text })['NODE_OPTIONS'];
  for (const [given, kept] of [
    [' --require "/code/extensions/ms-vscode.js-debug/src/bootloader.js"  --inspect-publish-uid=http', undefined],
    [
      '--require /home/a/.vscode/extensions/ms-vscode.js-debug/src/bootloader.js --max-old-space-size=4096',
      '--max-old-space-size=4096',
    ],
    [
      '--max-old-space-size=4096 --require "C:\\\\Program Files\\\\js-debug\\\\bootloader.js"',
      '--max-old-space-size=4096',
    ],
    ['--import tsx --require ./my-debug.js', '--import tsx --require ./my-debug.js'],
    ['--inspect=9229', '--inspect=9229'],
    ['--require /Apps/My\\ Code/js-debug/bootloader.js -r x', '-r x'],
  ] as const)
    assert.equal(options(given), kept, given);
});
