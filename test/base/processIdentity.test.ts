import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAlive, processStart } from '../../engine/base/processIdentity.ts';

// Tried: this process, one that runs, one that was killed, a process id that now belongs to another program.

test('a process is known by its id and start, and no later one is taken for it', async () => {
  const own = processStart(process.pid);
  assert.notEqual(own, null);
  assert.equal(processStart(process.pid), own);
  assert.ok(isAlive(process.pid, own));
  // The id is reused: a process with it runs, and it is another.
  const other = /^m/.test(own ?? '') ? 'm000000000000' : '1';
  assert.ok(!isAlive(process.pid, other));

  const module = new URL('../../engine/base/processIdentity.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { processStart } from ${JSON.stringify(module)}; console.log(processStart(process.pid)); setInterval(() => {}, 1000)`,
    ],
    { cwd: join(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = child.pid ?? 0;
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const started = line.trim();
  assert.equal(processStart(pid), started);
  assert.ok(isAlive(pid, started));
  assert.ok(!isAlive(process.pid, started));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(!isAlive(pid, started));
});
