import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.ts';

// Runs every suite that this machine can run, says which it could not and why, and ends with the counts.
// `npm test -- NAME …` runs only those suites. In CI a suite that is skipped is a failure.

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite {
  name: string;
  /** Those with a browser run one after the other, the rest beside them. */
  lane: 'browser' | 'node';
  /** The counts, and what is to be shown. */
  run: () => Promise<Counts & { printed: string }>;
}

const root = join(import.meta.dirname, '..');
const output = join(root, 'build', 'test');
const inCi = (process.env['CI'] ?? '') !== '';
mkdirSync(output, { recursive: true });

/** Runs a program of this folder; what it prints is kept, so that suites beside each other do not mix theirs. */
async function runNode(
  args: readonly string[],
  timeout?: number,
  killSignal: NodeJS.Signals = 'SIGKILL',
): Promise<{ status: number | null; printed: string }> {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(timeout === undefined ? {} : { timeout, killSignal }),
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void (printed += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, printed };
}

/** What takes longer hangs: it fails, and says so, instead of holding everything up. */
const longest = { testMs: 1_000_000, suiteMs: 1_080_000 };

/** Test files run by Node's own runner; the report is kept in build/test. */
function nodeSuite(name: string, pattern: string, lane: Suite['lane'] = 'node'): Suite {
  return {
    name,
    lane,
    run: async () => {
      const files = globSync(pattern, { cwd: root }).toSorted();
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
          ...files,
        ],
        longest.suiteMs,
        'SIGTERM',
      );
      const tap = existsSync(report) ? readFileSync(report, 'utf8') : '';
      const count = (key: string) => Number(new RegExp(`^# ${key} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
      const counts = {
        passed: count('pass'),
        failed: count('fail') + count('cancelled'),
        skipped: count('skipped') + count('todo'),
        printed,
      };
      return status !== 0 && counts.failed === 0
        ? {
            ...counts,
            failed: 1,
            printed: `${printed}${status === null ? `The suite was stopped after ${longest.suiteMs / 60_000} minutes: a test hangs.\n` : ''}`,
          }
        : counts;
    },
  };
}

/** The suites inside a real VS Code; the runner prints its counts as the last line. */
function editorSuite(): Suite {
  return {
    name: 'editor',
    lane: 'browser',
    run: async () => {
      // CI installs it while other suites run.
      if (inCi) await runNode(['scripts/codeServer.ts', '--install']);
      const played = join(root, 'build', 'demo', 'fraud');
      const { printed } = await runNode(
        ['test/editor/run.ts', ...(existsSync(join(played, '.loopwright')) ? [`--example=${played}`] : [])],
        1_500_000,
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

// The long ones come early, so that no lane ends long after the other.
const folders = [
  'project',
  'checks',
  'drift',
  'runner',
  'data',
  'provenance',
  'mlflow',
  'cli',
  'server',
  'tracking',
  'transfer',
  'examples',
  'start',
  'python',
  'base',
  'http',
  'words',
  'store',
  'fingerprint',
  'evaluation',
  'cards',
  'reproduce',
  'engineHost',
  'registry',
  'serving',
  'monitoring',
  'loop',
  'stages',
  'overview',
  'facts',
  'models',
  'interop',
  'labelling',
  'statistics',
  'client',
];
const suites: Suite[] = [
  ...folders.map((folder) => nodeSuite(folder, `test/${folder}/**/*.test.ts`)),
  nodeSuite('webviews', 'test/webviews/*.test.ts', 'browser'),
  editorSuite(),
];

const forgotten = globSync('test/*/**/*.test.ts', { cwd: root })
  .map((path) => path.split(/[\\/]/)[1] ?? '')
  .find((folder) => folder !== 'editor' && !suites.some(({ name }) => name === folder));
if (forgotten !== undefined) throw new Error(`test/${forgotten} has tests and is no suite: add it to the list above.`);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. Suites: ${suites.map((suite) => suite.name).join(', ')}.`);
  process.exit(2);
}
await build({ tests: true });
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const waiting = chosen.filter(({ lane }) => lane === 'node');

async function runSuite(suite: Suite): Promise<void> {
  const started = Date.now();
  const { printed, ...counts } = await suite.run();
  process.stdout.write(printed);
  if (counts.passed + counts.failed + counts.skipped === 0) return;
  console.log(
    `${counts.failed > 0 ? '✗' : '✓'} ${suite.name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped  ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

/** Runs suites one after the other, and then what is left of the others. */
async function runLane(own: readonly Suite[]): Promise<void> {
  for (const suite of own) await runSuite(suite);
  for (let suite = waiting.shift(); suite; suite = waiting.shift()) await runSuite(suite);
}
await Promise.all([runLane(chosen.filter(({ lane }) => lane === 'browser')), runLane([])]);
if (inCi && total.skipped > 0) {
  console.log(`${total.skipped} skipped tests count as failed in CI.`);
  total.failed += total.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
