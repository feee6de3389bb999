import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { build } from '../scripts/build.ts';
import { benchData } from './data.ts';
import { benchDrift } from './drift.ts';
import { writeLargeProject } from './largeProject.ts';
import { timeLanguageServer } from './languageServer.ts';
import { timeProcess } from './measure.ts';
import { benchMonitoring } from './monitoring.ts';
import { benchServing } from './serving.ts';
import { benchTracking } from './tracking.ts';

// Sizes, counts and times, each time beside a peer measured in the same run. `--counts` leaves the times out and fails
// when a count is too large; `--data` times the work on data instead, `--tracking` logging and questions over runs, `--serving`
// predictions of models of Python, `--drift` the rates of alarms on streams of known drift, `--monitoring` the false
// alarms of expectations.
const root = join(import.meta.dirname, '..');
const work = join(root, 'build', 'bench');
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loopwright');
const countsOnly = process.argv.includes('--counts');
let tooLarge = 0;

function count(name: string, value: number, limit: number, unit: string): void {
  if (value > limit) tooLarge++;
  console.log(`${value > limit ? '✗' : '✓'} ${name}: ${value} ${unit} (limit ${limit})`);
}

function row(
  name: string,
  ours: { median: number; min: number; max: number },
  goal: number,
  peer?: { name: string; median: number },
): void {
  const ratio = peer
    ? `, ${(peer.median / ours.median).toFixed(1)} × as fast as ${peer.name} (${peer.median.toFixed(0)} ms)`
    : '';
  console.log(
    `${name}: ${ours.median.toFixed(1)} ms [${ours.min.toFixed(1)}, ${ours.max.toFixed(1)}], goal ${goal} ms${ratio}`,
  );
}

await build({ tests: false });
const client = join(root, 'dist', 'client.cjs');
count('client bundle', Math.round(statSync(client).size / 1000), 400, 'KB');
const natives =
  readFileSync(client, 'utf8').match(/better-sqlite3|@duckdb\/|@tensorflow\/|onnxruntime-|require\("[^"]*\.node"\)/g) ??
  [];
count('native modules named in the client bundle', natives.length, 0, natives.join(' '));
const server = readFileSync(join(root, 'dist', 'server.cjs'), 'utf8');
count(
  'native modules loaded by the language server',
  ['better-sqlite3', '@duckdb/', '@tensorflow/', 'onnxruntime-'].filter((name) => server.includes(`("${name}`)).length,
  0,
  '',
);

if (process.argv.includes('--data')) await benchData();
else if (process.argv.includes('--monitoring')) benchMonitoring();
else if (process.argv.includes('--tracking')) await benchTracking();
else if (process.argv.includes('--serving')) await benchServing();
else if (process.argv.includes('--drift')) await benchDrift();
else if (!countsOnly) {
  const project = fraudProject();
  const cli = join(root, 'dist', 'cli.cjs');
  const node = process.execPath;
  const bare = timeProcess(node, ['-e', '0'], { cwd: project });
  console.log(`\nnode -e 0: ${bare.median.toFixed(1)} ms`);
  const dvc = dvcPeer();
  row(
    'loopwright status',
    timeProcess(node, [cli, 'status'], { cwd: project }),
    300,
    dvc ? { name: 'dvc status', ...dvc.status } : undefined,
  );
  row(
    'loopwright run, nothing stale',
    timeProcess(node, [cli, 'run'], { cwd: project }),
    500,
    dvc ? { name: 'dvc repro', ...dvc.repro } : undefined,
  );
  const file = join(project, 'loopwright.yaml');
  const peer = yamlPeer();
  const command = {
    ours: { command: node, args: [join(root, 'dist', 'server.cjs'), '--stdio'], languageId: 'loopwright-project' },
    theirs: {
      command: node,
      args: [peer ?? '', '--stdio'],
      languageId: 'yaml',
      settings: { validate: true, completion: true, hover: true, schemas: {} },
    },
  };
  const goals = [
    { size: 'fraud example', firstDiagnostics: 300, change: 15, completion: 50, hover: 10 },
    { size: 1000, firstDiagnostics: 300, change: 30, completion: 50, hover: 10 },
    { size: 10_000, firstDiagnostics: 1000, change: 150, completion: 50, hover: 10 },
  ];
  for (const { size, ...goal } of goals) {
    const large = typeof size === 'number' ? writeLargeProject(join(work, `large-${size}`), size) : null;
    const options = { file: large?.file ?? file, sessions: large ? 3 : 6, ...(large ? { edit: large.edit } : {}) };
    const ours = await timeLanguageServer({ ...command.ours, ...options, memoryEdits: size === 1000 ? 10_000 : 0 });
    const theirs = peer === null ? null : await timeLanguageServer({ ...command.theirs, ...options });
    const beside = (key: 'firstDiagnostics' | 'change' | 'completion' | 'hover') =>
      theirs ? { name: 'yaml-language-server', ...theirs[key] } : undefined;
    console.log(`\nlanguage server, ${large ? `${large.lines.toLocaleString('en')} lines` : size}`);
    row('  start to first diagnostics', ours.firstDiagnostics, goal.firstDiagnostics, beside('firstDiagnostics'));
    row('  change to diagnostics, pauses included', ours.change, goal.change, beside('change'));
    row('  completion', ours.completion, goal.completion, beside('completion'));
    row('  hover', ours.hover, goal.hover, beside('hover'));
    if (ours.memory.length > 0)
      console.log(
        `  memory after edits: ${ours.memory.map(({ edits, mb }) => `${edits / 1000}k ${mb} MB`).join(', ')}`,
      );
  }
}
process.exit(tooLarge > 0 ? 1 : 0);

/** The fraud example with everything fresh. */
function fraudProject(): string {
  const folder = join(work, 'fraud');
  if (!existsSync(join(folder, 'loopwright.lock'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    must('cp', ['-r', join(root, 'examples', 'fraud'), folder], work);
    must(process.execPath, ['generate.mjs'], folder);
  }
  must(process.execPath, [join(root, 'dist', 'cli.cjs'), 'run'], folder);
  return folder;
}

function must(command: string, args: string[], cwd: string): void {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr || result.stdout}`);
}

/** yaml-language-server from the registry, kept outside the project; null where it cannot be had. */
function yamlPeer(): string | null {
  const folder = join(cache, 'bench-yaml');
  const entry = join(folder, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server');
  if (!existsSync(entry)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    if (spawnSync('npm', ['install', 'yaml-language-server'], { cwd: folder, stdio: 'ignore' }).status !== 0)
      console.log('yaml-language-server cannot be installed here; no ratio');
  }
  return existsSync(entry) ? entry : null;
}

/** DVC on a pipeline of four stages over the same files, everything up to date; null where it cannot be had. */
function dvcPeer(): { status: { median: number }; repro: { median: number } } | null {
  const venv = join(cache, 'bench-dvc');
  const dvc = join(venv, 'bin', 'dvc');
  if (!existsSync(dvc)) {
    if (
      spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' }).status !== 0 ||
      spawnSync(join(venv, 'bin', 'pip'), ['install', '-q', 'dvc'], { stdio: 'ignore' }).status !== 0
    ) {
      console.log('dvc cannot be installed here; no ratio');
      return null;
    }
  }
  const folder = join(work, 'dvc');
  if (!existsSync(join(folder, 'dvc.lock'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    must('cp', ['-r', join(work, 'fraud', 'incoming'), folder], work);
    writeFileSync(
      join(folder, 'dvc.yaml'),
      'stages:\n  collect: { cmd: cat incoming/*.csv > all.csv, deps: [incoming], outs: [all.csv] }\n  prepare: { cmd: head -n 100000 all.csv > features.csv, deps: [all.csv], outs: [features.csv] }\n  train: { cmd: wc features.csv > model.txt, deps: [features.csv], outs: [model.txt] }\n  validate: { cmd: cp model.txt report.txt, deps: [model.txt, features.csv], outs: [report.txt] }\n',
    );
    must(dvc, ['init', '--no-scm', '-q'], folder);
    must(dvc, ['repro', '-q'], folder);
  }
  const env = { ...process.env, DVC_NO_ANALYTICS: '1' };
  return {
    status: timeProcess(dvc, ['status'], { cwd: folder, env, runs: 5 }),
    repro: timeProcess(dvc, ['repro'], { cwd: folder, env, runs: 5 }),
  };
}
