import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchedPython } from '../../engine/python/launchedPython.ts';
import { makeProject } from '../helpers/makeProject.ts';

// The launcher `py` is Windows' own; this one is written as it answers: PEP 397, "py -3.12 -c …".

test('a launcher is asked for the interpreter of a version', { skip: process.platform === 'win32' && 'sh' }, () => {
  const folder = makeProject({
    py: `#!/bin/sh
[ "$1" = -3 ] && [ "$2" = -c ] && { echo '${process.execPath}'; exit 0; }
[ "$1" = -3.9 ] && { echo '/nowhere/python.exe'; exit 0; }
echo "No suitable Python runtime found" >&2; exit 103
`,
  });
  const launcher = join(folder, 'py');
  chmodSync(launcher, 0o755);
  assert.equal(launchedPython(launcher, '-3'), process.execPath);
  assert.equal(launchedPython(launcher, '-3.9'), null, 'an interpreter that was removed');
  assert.equal(launchedPython(launcher, '-2'), null, 'a version that is not installed');
  assert.equal(launchedPython(join(folder, 'none'), '-3'), null, 'no launcher');
});
