import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, homedir, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from '../scripts/build.ts';

// A stage that reads many small files by a glob: processor time, time and memory of whole processes, one run each, of
// the bundled command line. Beside it git and, where a benchmark or test has installed it, DVC over the same files.
// Usage: node bench/manyFiles.ts [files, default 100000] [files a folder, default all in one] [bundles, default built now]
const files = Number(process.argv[2] ?? 100_000);
const inFolder = Number(process.argv[3] ?? files);
const root = mkdtempSync(join(tmpdir(), 'loopwright-bench-files-'));
const dist = process.argv[4] ?? join(import.meta.dirname, '../dist');
const cli = join(dist, 'cli.cjs');

const pathOf = (i: number) => `data/${String(Math.floor(i / inFolder)).padStart(3, '0')}/part ${i}.csv`;
const content = (i: number) => `id,value\n${i},${(i * 7919) % 1000}\n`;

function measure(name: string, program: string, args: string[], cwd: string): string {
  const start = performance.now();
  const done = spawnSync(
    '/usr/bin/env',
    ['bash', '-c', 'TIMEFORMAT="TIME %U %S"; time "$@"', 'time', program, ...args],
    {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: { ...process.env, XDG_CACHE_HOME: join(root, '.cache'), DVC_NO_ANALYTICS: '1' },
    },
  );
  const seconds = (performance.now() - start) / 1000;
  const [, user = 0, system = 0] = (/TIME ([\d.]+) ([\d.]+)/.exec(done.stderr) ?? []).map(Number);
  console.log(`| ${name} | ${(user + system).toFixed(2)} s | ${seconds.toFixed(2)} s |`);
  if (done.status !== 0) console.log(`  exit code ${done.status}: ${`${done.stderr}${done.stdout}`.slice(0, 400)}`);
  return done.stdout;
}

const loopwright = (name: string, ...args: string[]) => measure(name, process.execPath, [cli, ...args], root);

try {
  if (process.argv[4] === undefined) await build({ tests: false });
  for (let i = 0; i < files; i++) {
    if (i % inFolder === 0) mkdirSync(join(root, dirname(pathOf(i))), { recursive: true });
    writeFileSync(join(root, pathOf(i)), content(i));
  }
  writeFileSync(
    join(root, 'loopwright.yaml'),
    'version: 1\nproject: many\nstages:\n  count: { cmd: "echo counted > out.txt", deps: ["data/**/*.csv"], outs: [out.txt] }\n',
  );
  console.log(
    `${files.toLocaleString('en-US')} files, ${inFolder.toLocaleString('en-US')} in a folder; ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}\n\n| what | processor | time |\n|---|---|---|`,
  );
  loopwright('`status` before the first run', 'status');
  loopwright('`run`, nothing known', 'run');
  loopwright('`status`, nothing changed', 'status');
  loopwright('`status` once more', 'status');
  loopwright('`run`, nothing changed', 'run');
  loopwright('`check`', 'check');
  writeFileSync(join(root, pathOf(7)), 'id,value\n7,changed\n');
  const said = loopwright('`status`, one file changed', 'status');
  if (!said.includes('part 7.csv changed')) console.log(`  said: ${said}`);
  loopwright('`run`, one file changed', 'run');
  rmSync(join(root, '.loopwright/loopwright.db'));
  loopwright('`status`, no hash known', 'status');
  peers();
} finally {
  rmSync(root, { recursive: true, force: true });
}

function peers(): void {
  const git = (name: string, ...args: string[]) => measure(name, 'git', ['-c', 'core.fsmonitor=false', ...args], root);
  writeFileSync(join(root, '.gitignore'), '.loopwright/\n.cache/\n.dvc/\n');
  for (const args of [
    ['init', '-q'],
    ['config', 'user.email', 'a@b.c'],
    ['config', 'user.name', 'a'],
  ])
    spawnSync('git', args, { cwd: root });
  git('`git add`, nothing known', 'add', 'data');
  spawnSync('git', ['commit', '-qm', 'data'], { cwd: root });
  git('`git status`, nothing changed', 'status', '--short');
  git('`git status` once more', 'status', '--short');
  const dvc = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loopwright/bench-dvc/bin/dvc');
  if (!existsSync(dvc)) return console.log('| DVC | not installed | |');
  rmSync(join(root, '.git'), { recursive: true, force: true });
  spawnSync(dvc, ['init', '-q', '--no-scm'], { cwd: root });
  writeFileSync(
    join(root, 'dvc.yaml'),
    'stages:\n  count: { cmd: echo counted > dvc.txt, deps: [data], outs: [{ dvc.txt: { cache: false } }] }\n',
  );
  measure('`dvc repro`, nothing known', dvc, ['repro', '-q'], root);
  measure('`dvc status`, nothing changed', dvc, ['status'], root);
  measure('`dvc status` once more', dvc, ['status'], root);
  if (!readFileSync(join(root, 'dvc.lock'), 'utf8').includes('nfiles')) console.log('  no folder in dvc.lock');
}
