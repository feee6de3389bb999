import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * What VS Code calls inside the extension host: runs the suite, one line a test to the file that the runner follows.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, slow: 10_000, reporter: Mocha.reporters.Base });
  mocha.suite.emit('pre-require', globalThis, 'index', mocha);
  if (process.env['LOOPWRIGHT_SUITE'] === 'untrusted') await import('./suite/untrusted.ts');
  else if (process.env['LOOPWRIGHT_SUITE'] === 'smoke') await import('./suite/smoke.ts');
  else {
    await import('./suite/smoke.ts');
    (await import('./suite/everyCommand.ts')).everyCommandSuite();
    await import('./suite/language.ts');
    await import('./suite/virtual.ts');
    await import('./suite/addSection.ts');
    await import('./suite/stages.ts');
    await import('./suite/views.ts');
    await import('./suite/terminals.ts');
    await import('./suite/python.ts');
    await import('./suite/compareRuns.ts');
    await import('./suite/importRuns.ts');
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const tell = (line: object): void => {
    const file = process.env['LOOPWRIGHT_RESULTS'];
    if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
    else console.log(JSON.stringify(line));
  };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => {
        counts.passed++;
        tell({ test: test.fullTitle(), state: 'passed', ms: test.duration });
      })
      .on('pending', (test) => {
        counts.skipped++;
        tell({ test: test.fullTitle(), state: 'skipped' });
      })
      .on('fail', (test, error: Error) => {
        counts.failed++;
        tell({ test: test.fullTitle(), state: 'failed', error: error.stack ?? String(error) });
      });
  });
  tell({ counts });
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed.`);
}
