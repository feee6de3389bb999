import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { build } from './build.ts';
import { inMemoryTests } from './inMemoryTests.ts';

// Runs every suite that this machine can run, prints which it could not and why, and ends with the counts.
// `npm test -- NAME …` runs only those suites; `npm run test:quick` only the tests that stay in memory; `npm run
// test:long` has all rounds of random tests, and the tests that take long. In CI a skipped test counts as failed. Files that failed beside other suites are tried once more, alone, and fail for good when they
// fail again; a time-out under load is no fault.

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite {
  name: string;
  /** The counts, and what is printed. */
  run: () => Promise<Counts & { printed: string }>;
  /** The same suite with only these files; a suite without it is never tried again here. */
  with?: (files: readonly string[]) => Suite;
  /** Returns the failed parts from the printed text. Default: the files that the reporter names. */
  failedOf?: (printed: string) => string[];
}

const root = join(import.meta.dirname, '..');
const output = join(root, 'build', 'test');
const inCi = (process.env['CI'] ?? '') !== '';
const isQuick = process.argv.includes('--quick');
if (process.argv.includes('--long')) process.env['LOOPWRIGHT_TEST_LONG'] = '1';
mkdirSync(output, { recursive: true });

interface RunOptions {
  timeout?: number;
  killSignal?: NodeJS.Signals;
  env?: NodeJS.ProcessEnv;
}

/** Runs Node in this folder and keeps what it prints, so that the output of concurrent suites does not mix. */
async function runNode(
  args: readonly string[],
  { timeout, killSignal = 'SIGKILL', env = process.env }: RunOptions = {},
): Promise<{ status: number | null; printed: string }> {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void (printed += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, printed };
}

/** A test or suite that takes longer hangs, and fails. */
const longest = { testMs: 900_000, suiteMs: 3_600_000 };

/**
 * Hundreds of processes import the same modules, so they are compiled once, those of Python too. The threads of Python's libraries wait
 * without calculating: suites share the cores, and busy waiting doubled the time of training.
 */
const shared = {
  NODE_COMPILE_CACHE: join(root, 'build', 'compile-cache'),
  OMP_WAIT_POLICY: 'PASSIVE',
  PYTHONDONTWRITEBYTECODE: '',
};

/** A suite of Node's test runner; its report is kept in build/test. */
function nodeSuite(name: string, files: readonly string[], more: readonly string[] = [], env = process.env): Suite {
  return {
    name,
    with: (some) => nodeSuite(name, some, more, env),
    run: async () => {
      if (files.length === 0) return { passed: 0, failed: 0, skipped: 0, printed: '' };
      const report = join(output, `${name}.tap`);
      rmSync(report, { force: true });
      const { status, printed } = await runNode(
        [
          '--test',
          `--test-timeout=${longest.testMs}`,
          '--test-reporter=./scripts/failuresReporter.mjs',
          '--test-reporter-destination=stdout',
          '--test-reporter=tap',
          `--test-reporter-destination=${report}`,
          ...more,
          ...files,
        ],
        { timeout: longest.suiteMs, killSignal: 'SIGTERM', env: { ...env, ...shared } },
      );
      const tap = existsSync(report) ? readFileSync(report, 'utf8') : '';
      const count = (key: string) => Number(new RegExp(`^# ${key} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
      const counts = {
        passed: count('pass'),
        failed: count('fail') + count('cancelled'),
        skipped: count('skipped') + count('todo'),
        printed,
      };
      if (status === 0 || counts.failed > 0) return counts;
      const hangs = `The suite was stopped after ${longest.suiteMs / 60_000} minutes: a test hangs.\n`;
      return { ...counts, failed: 1, printed: status === null ? printed + hangs : printed };
    },
  };
}

/** The suites inside a real VS Code, a session each; the runner prints its counts as the last line. */
function editorSuite(sessions: readonly string[] = []): Suite {
  return {
    name: 'editor',
    with: (some) => editorSuite(some),
    failedOf: (printed) =>
      [...printed.matchAll(/^# (\w+)\n(?:(?!# \w+\n).*\n)*? {2}\d+ passed, [1-9]\d* failed/gm)].map(
        ([, name = '']) => name,
      ),
    run: async () => {
      // CI installs it while other suites run.
      if (inCi) await runNode(['scripts/codeServer.ts', '--install']);
      const played = join(root, 'build', 'demo', 'fraud');
      const { printed } = await runNode(
        [
          'test/editor/run.ts',
          ...(existsSync(join(played, '.loopwright')) ? [`--example=${played}`] : []),
          ...(sessions.length > 0 ? [`--suite=${sessions.join(',')}`] : []),
        ],
        { timeout: longest.suiteMs, env: { ...process.env, ...shared } },
      );
      const last =
        printed
          .trim()
          .split('\n')
          .findLast((line) => line.startsWith('{"editor"')) ?? '';
      try {
        return { ...(JSON.parse(last) as { editor: Counts }).editor, printed };
      } catch {
        return { passed: 0, failed: 1, skipped: 0, printed };
      }
    },
  };
}

/** Seconds that the long suites took when last measured on two cores. They only order the suites, the longest first. */
const seconds: Record<string, number> = {
  mlflow: 240,
  cli: 330,
  stages: 300,
  models: 280,
  drift: 225,
  server: 170,
  data: 115,
  runner: 100,
  transfer: 100,
  examples: 150,
  checks: 63,
  statistics: 54,
  project: 48,
  provenance: 42,
  tracking: 32,
  start: 25,
};

/** Two files of views at a time: their tests wait for the browser more than they calculate. */
const moreArguments: Record<string, string[]> = { webviews: ['--test-concurrency=2'] };

/** One suite for each folder of `test/`. */
function allSuites(): Suite[] {
  const byFolder = new Map<string, string[]>();
  for (const path of globSync('test/*/**/*.test.ts', { cwd: root }).toSorted()) {
    const folder = path.split(/[\\/]/)[1] ?? '';
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
  }
  byFolder.delete('editor');
  const suites = [...byFolder].map(([folder, files]) => nodeSuite(folder, files, moreArguments[folder]));
  return [editorSuite(), ...suites.toSorted((a, b) => (seconds[b.name] ?? 0) - (seconds[a.name] ?? 0))];
}

/** All cores, and without a build. */
function quickSuite(): Suite {
  return nodeSuite('quick', inMemoryTests(root), [`--test-concurrency=${availableParallelism()}`]);
}

/** The suites that each take longest have a lane of their own; a lane that is done takes from the rest. */
const ownLanes = ['editor', 'webviews'];
/** Two suites at a time beside them: with one, two cores wait a third of the time for servers, files and the editor. */
const sharedLanes = 2;

const suites = isQuick ? [quickSuite()] : allSuites();
const wanted = process.argv.slice(2).filter((name) => !['--quick', '--long'].includes(name));
const unknown = wanted.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. Suites: ${suites.map((suite) => suite.name).join(', ')}.`);
  process.exit(2);
}
if (!isQuick) await build({ tests: true });
process.env['LOOPWRIGHT_BUILT'] = '1';
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: { suite: Suite; files: string[]; failed: number; names: string[] }[] = [];
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const waiting = chosen.filter(({ name }) => !ownLanes.includes(name));

async function runSuite(suite: Suite): Promise<void> {
  const started = Date.now();
  const { printed, ...counts } = await suite.run();
  process.stdout.write(printed);
  if (counts.passed + counts.failed + counts.skipped === 0) return;
  const mark = counts.failed > 0 ? '✗' : '✓';
  const numbers = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
  console.log(`${mark} ${suite.name.padEnd(12)} ${numbers}  ${((Date.now() - started) / 1000).toFixed(1)} s`);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed > 0)
    failures.push({
      suite,
      files: (suite.failedOf ?? failedFiles)(printed),
      failed: counts.failed,
      names: failedNames(printed),
    });
}

/** The tests that failed, each with the first line of why, as their suites print them. */
function failedNames(printed: string): string[] {
  return [
    ...new Set(
      [...printed.matchAll(/^(?:FAILED|FAIL) .*(?:\n.+)?$/gm)].map(([lines]) => lines.replace('\n', '\n    ')),
    ),
  ];
}

/** The files that the reporter names behind FAILED. */
function failedFiles(printed: string): string[] {
  return [...new Set([...printed.matchAll(/^FAILED .*\((.+?):\d*\)$/gm)].map(([, file = '']) => file))];
}

/** More than a few failed files are a fault, and trying them again only takes time. */
const mostRetried = 6;

async function tryOnceMore(): Promise<void> {
  if (failures.flatMap(({ files }) => files).length > mostRetried) return;
  for (const failure of failures) {
    const { suite, files, failed } = failure;
    const again = files.length > 0 ? suite.with?.(files) : undefined;
    if (!again) continue;
    console.log(`# ${suite.name} once more, alone: ${files.map((file) => relative(root, file)).join(', ')}`);
    const { printed, ...counts } = await again.run();
    process.stdout.write(printed);
    const passes = counts.failed === 0 && counts.passed > 0;
    console.log(passes ? '✓ passed at the second try' : '✗ failed again');
    if (!passes) continue;
    total.failed -= failed;
    total.passed += failed;
    failure.names = [];
  }
}

/** Runs suites one after the other, and then what is left of the others. */
async function runLane(own: readonly Suite[]): Promise<void> {
  for (const suite of own) await runSuite(suite);
  for (let suite = waiting.shift(); suite; suite = waiting.shift()) await runSuite(suite);
}
await Promise.all([
  ...ownLanes.map((lane) => runLane(chosen.filter(({ name }) => name === lane))),
  ...Array.from({ length: sharedLanes }, () => runLane([])),
]);
if (!isQuick) await tryOnceMore();
if (inCi && total.skipped > 0) {
  console.log(`${total.skipped} skipped tests count as failed in CI.`);
  total.failed += total.skipped;
}
const failed = failures.flatMap(({ suite, names }) => names.map((name) => `  ${suite.name}: ${name}`));
if (failed.length > 0) console.log(`Failed tests:\n${failed.join('\n')}`);
if (!isQuick && process.env['LOOPWRIGHT_TEST_LONG'] !== '1')
  console.log(
    'Random tests ran a fifth of their rounds or fewer, and long ones not at all: `npm run test:long` runs all of them.',
  );
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
