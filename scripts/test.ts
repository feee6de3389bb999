import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
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
  run: () => Counts;
}

const root = join(import.meta.dirname, '..');
const output = join(root, 'build', 'test');
const inCi = (process.env['CI'] ?? '') !== '';
mkdirSync(output, { recursive: true });

/** Test files run by Node's own runner; the report is kept in build/test. */
function nodeSuite(name: string, pattern: string): Suite {
  return {
    name,
    run: () => {
      const files = globSync(pattern, { cwd: root }).toSorted();
      if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
      const report = join(output, `${name}.tap`);
      const result = spawnSync(process.execPath, ['--test', '--test-reporter=./scripts/failuresReporter.mjs', '--test-reporter-destination=stdout', '--test-reporter=tap', `--test-reporter-destination=${report}`, ...files], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
      const tap = existsSync(report) ? readFileSync(report, 'utf8') : '';
      const count = (key: string) => Number(new RegExp(`^# ${key} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
      const counts = { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') + count('todo') };
      return result.status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
    },
  };
}

/** The suites inside a real VS Code; the runner prints its counts as the last line. */
function editorSuite(): Suite {
  return {
    name: 'editor',
    run: () => {
      const played = join(root, 'build', 'demo', 'fraud');
      const result = spawnSync(process.execPath, ['test/editor/run.ts', ...(existsSync(join(played, '.loopwright')) ? [`--example=${played}`] : [])], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', timeout: 600_000 });
      process.stdout.write(result.stdout);
      const last = result.stdout.trim().split('\n').at(-1) ?? '';
      try {
        return (JSON.parse(last) as { editor: Counts }).editor;
      } catch {
        return { passed: 0, failed: 1, skipped: 0 };
      }
    },
  };
}

const folders = ['project', 'checks', 'runner', 'tracking', 'provenance', 'mlflow', 'registry', 'serving', 'monitoring', 'loop', 'stages', 'overview', 'facts', 'data', 'models', 'interop', 'labelling', 'transfer', 'statistics', 'drift', 'cli', 'server', 'client', 'scripts', 'examples'];
const suites: Suite[] = [...folders.map((folder) => nodeSuite(folder, `test/${folder}/**/*.test.ts`)), nodeSuite('webviews', 'test/webviews/*.test.ts'), editorSuite()];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. Suites: ${suites.map((suite) => suite.name).join(', ')}.`);
  process.exit(2);
}
await build({ tests: true });
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const started = Date.now();
  const counts = suite.run();
  if (counts.passed + counts.failed + counts.skipped === 0) continue;
  console.log(`${counts.failed > 0 ? '✗' : '✓'} ${suite.name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped  ${((Date.now() - started) / 1000).toFixed(1)} s`);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
if (inCi && total.skipped > 0) {
  console.log(`${total.skipped} skipped tests count as failed in CI.`);
  total.failed += total.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
