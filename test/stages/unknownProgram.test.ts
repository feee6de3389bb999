import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { isStoreStub, isUnknownToCmd, unknownProgram } from '../../engine/stages/unknownProgram.ts';

// Tried: sh, dash, bash, zsh, cmd, Wine's cmd, the Store's python3; a traceback; nothing.

test('the program that a shell did not find is named', () => {
  assert.equal(unknownProgram(['/bin/sh: 1: dvcx: not found']), 'dvcx');
  assert.equal(unknownProgram(['bash: line 1: dvcx: command not found']), 'dvcx');
  const windows = ["'dvcx' is not recognized as an internal or external command,", 'operable program or batch file.'];
  assert.equal(unknownProgram(windows), 'dvcx');
  assert.ok(isUnknownToCmd(windows));
  assert.equal(
    unknownProgram(["Can't recognize 'dvcx repro' as an internal or external command, or batch script."]),
    'dvcx',
  );
  const stub =
    'Python was not found; run without arguments to install from the Microsoft Store, or disable this shortcut.';
  assert.ok(isStoreStub([stub]));
  for (const lines of [[], ['Traceback (most recent call last):', 'KeyError: 1']]) {
    assert.equal(unknownProgram(lines), null);
    assert.ok(!isUnknownToCmd(lines) && !isStoreStub(lines));
  }
});
