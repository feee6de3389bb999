import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entryOf } from '../helpers/entryOf.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';

// A folder that may be read and not written: on a share, of a colleague, in a container. Root may write everywhere, so
// it gives that right up first.

const hasNoRights = process.platform === 'win32' || (process.getuid?.() === 0 && process.platform !== 'linux');

function withoutRights(cwd: string, ...args: string[]): { code: number | null; out: string; err: string } {
  const entry = entryOf('dist/cli.cjs', 'cli/main.ts');
  const [program, ...before] =
    process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override', process.execPath] : [process.execPath];
  const { status, stdout, stderr } = spawnSync(program ?? '', [...before, entry, ...args], { cwd, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function setRights(folder: string, folders: number, files: number): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setRights(path, folders, files);
    else if (entry.isFile()) chmodSync(path, files);
  }
  chmodSync(folder, folders);
}

/** A process that has the store open, as the editor of its owner. */
async function opened(database: string): Promise<ChildProcess> {
  const script = `const d = new (require('better-sqlite3'))(${JSON.stringify(database)}); d.pragma('journal_mode = WAL'); d.exec("UPDATE runs SET name = 'kept-name'"); console.log('open'); setInterval(() => {}, 1000)`;
  const owner = spawn(process.execPath, ['-e', script], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  return owner;
}

const files = {
  'loopwright.yaml': `version: 1
project: shown
datasets:
  orders: { path: orders.csv, schema: orders.dataset.yaml }
stages:
  measure: { cmd: node measure.mjs, deps: [measure.mjs, orders.csv], metrics: [scores.json] }
`,
  'measure.mjs': `import { writeFileSync } from 'node:fs';\nwriteFileSync('scores.json', '{"error": 0.25}');\n`,
  'orders.csv': 'id,amount\n1,2\n2,3\n',
  'orders.dataset.yaml': 'fields:\n  - { name: id, type: integer }\n  - { name: amount, type: integer }\n',
};

const reading: [string[], RegExp][] = [
  [['check'], /no problems|0 errors|✓|ok/i],
  [['status'], /fresh/],
  [['runs'], /0\.25/],
  [['models'], /./],
  [['data', 'profile', 'orders'], /amount/],
  [['data', 'validate', 'orders'], /./],
  [['runs', '--sort', '-metrics.error'], /0\.25/],
  [['data', 'quality', 'orders'], /./],
];

for (const left of ['closed', 'open by its owner', 'killed in the middle', 'never used'])
  test(
    `a folder that cannot be written is read (${left})`,
    { skip: hasNoRights && 'no rights to give up' },
    async () => {
      const cwd = makeProject(files);
      const isUsed = left !== 'never used';
      if (isUsed) assert.equal((await runCli(['run'], { cwd })).code, 0);
      const database = join(cwd, '.loopwright', 'loopwright.db');
      if (left === 'killed in the middle') {
        // The newest rows are only in the log of SQLite, as a killed program leaves them.
        const script = `const d = new (require('better-sqlite3'))(${JSON.stringify(database)}); d.pragma('journal_mode = WAL'); d.exec("UPDATE runs SET name = 'kept-name'"); process.kill(process.pid, 'SIGKILL')`;
        spawnSync(process.execPath, ['-e', script], { cwd: join(import.meta.dirname, '..', '..') });
        assert.ok(statSync(`${database}-wal`).size > 0);
        rmSync(`${database}-shm`);
      }
      // SQLite then opens the file for reading without a word.
      const owner = left === 'open by its owner' ? await opened(database) : null;
      setRights(cwd, 0o555, 0o444);
      try {
        const before = readdirSync(cwd, { recursive: true }).toSorted();
        for (const [args, expected] of isUsed ? reading : reading.slice(0, 3)) {
          const { code, out, err } = withoutRights(cwd, ...args);
          assert.equal(code, 0, `${args.join(' ')}: ${out}${err}`);
          if (isUsed) assert.match(out + err, expected, args.join(' '));
        }
        if (isUsed) assert.match(withoutRights(cwd, 'runs').err, /cannot be written: stored runs are shown/);
        if (left !== 'closed' && isUsed) assert.match(withoutRights(cwd, 'runs').out, /kept-name/);
        const run = withoutRights(cwd, 'run', '--force');
        assert.equal(run.code, 1, run.out + run.err);
        assert.match(run.err, /cannot be written.*Copy the project to a folder of yours/s);
        assert.doesNotMatch(run.err, /internal error|at .*\.ts:/);
        assert.deepEqual(readdirSync(cwd, { recursive: true }).toSorted(), before, 'nothing was left there');
      } finally {
        owner?.kill('SIGKILL');
        setRights(cwd, 0o755, 0o644);
      }
      // The same folder with rights again goes on.
      writeFileSync(join(cwd, 'orders.csv'), 'id,amount\n1,2\n');
      assert.equal((await runCli(['run'], { cwd })).code, 0);
      assert.ok(existsSync(database));
    },
  );
