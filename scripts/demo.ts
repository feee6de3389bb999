import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build } from './build.ts';

// Plays the fraud story in a copy of the example: three months to learn from, three months of production, a new
// technique in the fifth.
const root = join(import.meta.dirname, '..');
const workspace = join(root, 'build', 'demo', 'fraud');
const started = Date.now();

function run(args: string[], cwd: string): void {
  const result = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (result.status !== 0) {
    console.error(
      `\nThe demo stopped: ${basename(args[0] ?? '')} ended with ${result.signal ?? `exit code ${result.status}`}.`,
    );
    process.exit(result.status ?? 1);
  }
}

await build({ tests: false });
rmSync(workspace, { recursive: true, force: true });
mkdirSync(workspace, { recursive: true });
cpSync(join(root, 'examples', 'fraud'), workspace, {
  recursive: true,
  filter: (path) => !/[\\/](incoming|data|\.loopwright|loopwright\.lock|learnability\.ts)$/.test(path),
});
console.log('Six months of card transactions are invented (the same each time) …');
run([join(workspace, 'generate.mjs')], workspace);
const cli = join(root, 'dist', 'cli.cjs');
run(
  [cli, 'loop', '--project', workspace, '--replay', 'incoming/transactions-2026-0[456].csv', '--port', '0'],
  workspace,
);

const here = relative(process.cwd(), workspace) || '.';
console.log(`
The whole story took ${Math.round((Date.now() - started) / 1000)} s. Where to look next:
  npm run editor                                     the same workspace in VS Code: explorer, run history, model card, drift
  npx loopwright status --project ${here}    where the model is in its life
  npx loopwright monitor --project ${here}   the windows, week by week
  npx loopwright models --project ${here}    the versions and their gates`);
if (!existsSync(join(workspace, 'loopwright.lock'))) process.exit(1);
