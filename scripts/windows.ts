import { AsyncLocalStorage } from 'node:async_hooks';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from './build.ts';
import { entryOf } from './entryOf.ts';
import { failing } from './failingUnderWine.ts';
import { inMemoryTests } from './inMemoryTests.ts';
import { holdWine, prepareWine, runNodeUnderWine, winePath } from './wine.ts';

// The product under Windows' own Node, by Wine: tests, a first project, another drive, runs that are killed and stopped.
// With `--full` also every test file of these folders in a process of its own, and the whole fraud story. Prints the
// counts at last.

const root = join(import.meta.dirname, '..');
const isFull = process.argv.includes('--full');
const { folder, why } = prepareWine();
if (folder === null) {
  console.log(`skipped: ${why}`);
  // In CI, Wine can be had: a machine with apt-get and root that has none has a fault.
  process.exit((process.env['CI'] ?? '') !== '' && !/Linux x64|no apt-get|only root/.test(why) ? 1 : 0);
}
const wine = folder;
const counts = { passed: 0, failed: 0 };
const known = new Set<string>();
// From its sources a command takes several times as long to start there.
if (!entryOf('dist/cli.cjs', 'cli/main.ts').endsWith('.cjs')) await build({ tests: false });
const cli = winePath(join(root, 'dist', 'cli.cjs'));

/** Folders whose tests that stay in memory are run, all in one process: to start one takes seconds. */
const folders = [
  'base',
  'checks',
  'cli',
  'client',
  'fingerprint',
  'http',
  'project',
  'python',
  'server',
  'stages',
  'store',
];
/** Tests that are left out, since they are slow there; with `--full` they run. */
const slow = new Set(['project/parseYaml', 'store/tableOwners', 'project/findProjects']);
/** Tests of what differs on Windows, which need files and processes. */
const more = [
  'base/replaceFile',
  'base/processIdentity',
  'base/spawnGuarded',
  'base/shellText',
  'mlflow/windowsNames',
  'python/findPython',
  'runner/stopRequest',
];
/** With `--full`. */
const wholeFolders = ['project', 'checks', 'server', 'runner', 'cli', 'tracking', 'data'];

async function runTests(files: readonly string[], args: readonly string[], minutes = 4): Promise<void> {
  const missing = files.filter((path) => !existsSync(join(root, path)));
  if (missing.length > 0) tell(false, `${missing.join(', ')} exist`);
  const { status, printed } = await runNodeUnderWine(
    wine,
    ['--test', '--test-timeout=120000', '--test-reporter=tap', ...args, ...files],
    { cwd: root, env: { LOOPWRIGHT_TEST_ROUNDS: '0.02', CI: '' }, timeout: minutes * 60_000 },
  );
  const results = [...printed.matchAll(/^(not )?ok \d+ - (.*?)(?: # (SKIP|TODO).*)?$/gm)];
  // Without its last lines the process ended before its tests did.
  if (!/^# tests \d+$/m.test(printed))
    tell(false, `${files.length} test files run to their end`, `status ${status}\n${printed.slice(-2000)}`);
  for (const [at, not, name = '', skipped] of results) {
    if (not === undefined && skipped === undefined) tell(true, name, null);
    else if (not !== undefined && Object.hasOwn(failing, name)) known.add(name);
    else if (not !== undefined) tell(false, name, detailOf(printed, at));
  }
}

const detailOf = (printed: string, line: string) => printed.slice(printed.indexOf(line)).split('\n  ...')[0] ?? '';

interface Result {
  passed: boolean;
  name: string;
  /** Null where nothing is printed of what passed. */
  detail: string | null;
}

/** The folders of the parts, removed at the end. */
const places: string[] = [];

/** The findings of the part that goes. */
const found = new AsyncLocalStorage<Result[]>();

function tell(passed: boolean, name: string, detail: string | null = ''): void {
  found.getStore()?.push({ passed, name, detail });
}

/**
 * Runs a part, prints what it found and the seconds that it took. Wine at times cannot start a process (`spawn
 * UNKNOWN`), so a part that fails is tried once more, both told; what is broken fails twice.
 */
async function part(name: string, work: (place: string) => Promise<void>): Promise<void> {
  const begun = Date.now();
  let results = await tried(name, work);
  if (results.some(({ passed }) => !passed)) {
    for (const result of results.filter(({ passed }) => !passed)) print(result);
    console.log(`── ${name} once more: what failed above fails the step when it fails again`);
    results = await tried(name, work);
  }
  for (const result of results) {
    counts[result.passed ? 'passed' : 'failed']++;
    print(result);
  }
  console.log(`── ${name}: ${Math.round((Date.now() - begun) / 1000)} s`);
}

function print({ passed, name, detail }: Result): void {
  if (passed && detail === null) return;
  console.log(passed ? `✓ ${name}` : `FAILED ${name}\n${(detail ?? '').slice(0, 3000)}`);
}

/** Runs a part in a folder of its own, and returns its findings. */
async function tried(name: string, work: (place: string) => Promise<void>): Promise<Result[]> {
  const results: Result[] = [];
  await found.run(results, async () => {
    try {
      const place = mkdtempSync(join(tmpdir(), 'loopwright-windows-'));
      places.push(place);
      await work(place);
    } catch (error) {
      tell(false, name, error instanceof Error ? error.stack : String(error));
    }
  });
  return results;
}

/** Runs the CLI in a folder; returns its exit code and what it printed. */
const loopwright = (cwd: string, args: readonly string[], { timeout = 180_000, env = {} } = {}) =>
  runNodeUnderWine(wine, [cli, ...args], { cwd, timeout, env: { LOOPWRIGHT_HOME: '', ...env } });

/** `init`, then `run`, in a folder whose name has a space and an accent; then a stage of several lines. */
async function firstProject(place: string): Promise<void> {
  const project = join(place, 'my dâta');
  mkdirSync(project);
  const rows = Array.from({ length: 200 }, (_, i) => `${i},${(i * 7) % 101},${(i * 7) % 101 > 50 ? 1 : 0}`);
  writeFileSync(join(project, 'orders.csv'), `id,amount,label\n${rows.join('\n')}\n`);
  const made = await loopwright(project, ['init', '--yes']);
  tell(made.status === 0, 'init writes a project', made.printed);
  if (made.status !== 0) return;
  const file = join(project, 'loopwright.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      /^stages:\n/m,
      `stages:\n  say:\n    cmd: |\n      # two lines\n      node -e "require('fs').writeFileSync('one.txt', process.env.PYTHONUTF8)"\n      node -e "require('fs').writeFileSync('two.txt', 'é')"\n    outs: [one.txt, two.txt]\n`,
    ),
  );
  const ran = await loopwright(project, ['run']);
  tell(ran.status === 0, 'what init wrote runs', ran.printed);
  tell(
    existsSync(join(project, 'two.txt')) && readFileSync(join(project, 'one.txt'), 'utf8') === '1',
    'both lines of a command ran, with UTF-8 for Python',
    ran.printed,
  );
  const again = await loopwright(project, ['run']);
  tell(
    again.status === 0 && /fresh|nothing|up to date/i.test(again.printed),
    'a second run finds nothing stale',
    again.printed,
  );
  const status = await loopwright(project, ['status']);
  tell(status.status === 0, 'status reads the project', status.printed);
}

/** Data and paths on another drive: Wine's C: beside the Z: of the project. And the Python of the launcher `py`. */
async function otherDrive(place: string): Promise<void> {
  const project = join(place, 'drives');
  mkdirSync(project);
  const there = join(wine, 'prefix', 'drive_c', basename(place));
  mkdirSync(there, { recursive: true });
  try {
    writeFileSync(join(there, 'in.csv'), 'id,x\n1,2\n2,3\n');
    writeFileSync(
      join(project, 'loopwright.yaml'),
      `version: 1\nproject: drives\npython: py -3\noutside_folders: ['C:\\${basename(place)}']\ndatasets:\n  in: { path: data/in.parquet }\nstages:\n  collect: { uses: collect, with: { dataset: in, from: { files: 'C:\\${basename(place)}\\*.csv' } } }\n  use: { cmd: node -e "0", deps: ['C:\\${basename(place)}\\in.csv', data\\in.parquet] }\n  python: { cmd: 'python3 -p 40+2 > answer.txt', outs: [answer.txt] }\n`,
    );
    const env = { WINEPATH: ['bin', 'launcher'].map((name) => winePath(join(wine, name))).join(';') };
    const ran = await loopwright(project, ['run'], { env });
    tell(ran.status === 0, 'data on another drive is read', ran.printed);
    const answer = join(project, 'answer.txt');
    tell(
      existsSync(answer) && readFileSync(answer, 'utf8').trim() === '42',
      '`python3` in a stage starts the Python of `py -3`',
      ran.printed,
    );
    const lock = existsSync(join(project, 'loopwright.lock'))
      ? readFileSync(join(project, 'loopwright.lock'), 'utf8')
      : '';
    const paths = [...lock.matchAll(/^ {6}(\S.*):$/gm)].map(([, path = '']) => path);
    tell(
      paths.includes('data/in.parquet') && !paths.some((path) => path.includes('\\')),
      'the lock file has `/`',
      lock,
    );
  } finally {
    rmSync(there, { recursive: true, force: true });
  }
}

/** A killed run, then one that is asked to stop. */
async function interruptedRuns(place: string): Promise<void> {
  const project = join(place, 'interrupted');
  mkdirSync(project);
  const script = winePath(join(root, 'test', 'wine', 'interruptedRuns.ts'));
  const { printed } = await runNodeUnderWine(wine, [script, cli], {
    cwd: project,
    timeout: 180_000,
    env: { LOOPWRIGHT_HOME: '' },
  });
  const results = printed.split(/^(?=ok |FAILED )/m).filter((text) => /^(?:ok|FAILED) /.test(text));
  for (const text of results) {
    const [first = '', ...rest] = text.trim().split('\n');
    tell(first.startsWith('ok '), first.replace(/^(?:ok|FAILED) /, ''), rest.join('\n'));
  }
  if (results.length < 7 && !/^FAILED /m.test(printed)) tell(false, 'runs are interrupted', printed);
}

/** The fraud story: three months to learn from, three of production. */
async function fraudStory(place: string): Promise<void> {
  const project = join(place, 'fraud');
  cpSync(join(root, 'examples', 'fraud'), project, {
    recursive: true,
    filter: (path) => !/[\\/](incoming|data|\.loopwright|loopwright\.lock|learnability\.ts)$/.test(path),
  });
  // Wine is slow, and this gate is about time.
  const file = join(project, 'loopwright.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(?<start>latency_p95_ms: \{ max: )\d+/g, '$<start>60000'));
  spawnSync(process.execPath, [join(project, 'generate.mjs')], { cwd: project, stdio: 'inherit' });
  const months = 'incoming/transactions-2026-0[456].csv';
  const { status, printed } = await loopwright(project, ['loop', '--replay', months, '--port', '0'], {
    timeout: 1_200_000,
  });
  tell(status === 0, 'the fraud story is played to its end', printed);
}

/** Tests that stay in memory, in one process. */
async function inMemory(): Promise<void> {
  const files = inMemoryTests(root).filter((path) => {
    const [, name = ''] = /^test\/(.*)\.test\.ts$/.exec(path) ?? [];
    return folders.includes(name.split('/')[0] ?? '') && (isFull || !slow.has(name));
  });
  await runTests(files, ['--test-isolation=none'], isFull ? 20 : 4);
}

async function everyTest(): Promise<void> {
  for (const name of wholeFolders)
    await runTests(globSync(`test/${name}/**/*.test.ts`, { cwd: root }).toSorted(), ['--test-concurrency=2'], 30);
}

const started = Date.now();
const held = holdWine(wine);
try {
  await Promise.all([
    (async () => {
      await part('first project', firstProject);
      await part('another drive', otherDrive);
      await part('runs that are killed and stopped', interruptedRuns);
      if (isFull) await part('fraud story', fraudStory);
    })(),
    (async () => {
      await part('tests in memory', inMemory);
      const files = more.map((name) => `test/${name}.test.ts`);
      await part('tests of what differs', () => runTests(files, ['--test-isolation=none']));
      if (isFull) await part('every test of seven folders', everyTest);
    })(),
  ]);
} finally {
  held[Symbol.dispose]();
  for (const place of places) rmSync(place, { recursive: true, force: true });
}
for (const name of known) console.log(`fails because of Wine: ${name} (${failing[name]})`);
console.log(`${counts.passed} passed, ${counts.failed} failed in ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(counts.failed > 0 ? 1 : 0);
