import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { spawnGuarded } from '../../engine/base/spawnGuarded.ts';
import { until } from '../helpers/until.ts';

// Tried: output, exit codes, an unknown program, variables; on Windows also a killed parent.

async function ran(program: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawnGuarded(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part));
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

test('a guarded program has its own output, exit code and environment', async () => {
  const print = 'console.log(process.env.A, process.env.NODE_OPTIONS, process.env.LOOPWRIGHT_GUARD); process.exit(7)';
  const { code, text } = await ran(process.execPath, ['-e', print], {
    ...process.env,
    A: 'é "x"',
    NODE_OPTIONS: '--no-warnings',
  });
  assert.deepEqual([code, text.trim()], [7, 'é "x" --no-warnings undefined']);
  assert.equal((await ran('loopwright-absent', [])).code === 0, false);
});

/** Runs a program guarded that writes its process id, and stays. */
const parent = (file: string) => `
import { spawnGuarded } from ${JSON.stringify(new URL('../../engine/base/spawnGuarded.ts', import.meta.url).href)};
spawnGuarded(process.execPath, ['-e', ${JSON.stringify(
  `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`,
)}], { stdio: ['ignore', 'pipe', 'pipe'] });
`;

if (process.platform === 'win32')
  test('a guarded program ends with a parent that is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loopwright-guard-'));
    try {
      const file = join(folder, 'pid');
      writeFileSync(join(folder, 'parent.mts'), parent(file));
      const child = spawn(process.execPath, [join(folder, 'parent.mts')], { stdio: 'ignore' });
      await until('the program runs', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
      const pid = Number(readFileSync(file, 'utf8'));
      assert.ok(isRunning(pid));
      child.kill('SIGKILL');
      await until('the program has ended', () => !isRunning(pid));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
