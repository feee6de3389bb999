import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

// Proves that the lint rules hold the direction of imports: each forbidden import is written into an empty tree, and has to be found.
const forbidden: [string, string][] = [
  ['protocol/a.ts', '../engine/errors.ts'],
  ['protocol/a.ts', 'node:fs'],
  ['engine/project/a.ts', '../../server/main.ts'],
  ['engine/project/a.ts', '../../cli/main.ts'],
  ['engine/runner/a.ts', 'vscode'],
  ['engine/stages/a.ts', 'better-sqlite3'],
  ['engine/statistics/a.ts', '@tensorflow/tfjs'],
  ['engine/monitoring/a.ts', '@duckdb/node-api'],
  ['cli/a.ts', '../server/server.ts'],
  ['cli/a.ts', 'better-sqlite3'],
  ['server/a.ts', '../cli/main.ts'],
  ['server/features/a.ts', '@duckdb/node-api'],
  ['server/a.ts', 'vscode'],
  ['client/a.ts', '../engine/errors.ts'],
  ['client/views/a.ts', '../../webviews/ui/theme.ts'],
  ['client/a.ts', 'better-sqlite3'],
  ['webviews/drift/a.ts', '../../client/extension.ts'],
  ['webviews/drift/a.ts', 'vscode'],
  ['webviews/drift/a.ts', 'node:fs'],
];
const allowed: [string, string][] = [
  ['engine/data/a.ts', '@duckdb/node-api'],
  ['engine/store/a.ts', 'better-sqlite3'],
  ['engine/models/a.ts', '@tensorflow/tfjs'],
  ['cli/a.ts', '../engine/errors.ts'],
  ['server/a.ts', '../engine/errors.ts'],
  ['client/a.ts', '../protocol/runs.ts'],
  ['client/a.ts', 'vscode'],
  ['webviews/ui/a.ts', '../../protocol/runs.ts'],
];

const root = join(import.meta.dirname, '..');
const tree = mkdtempSync(join(tmpdir(), 'loopwright-imports-'));
let wrong = 0;
try {
  copyFileSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  for (const [cases, expected] of [
    [forbidden, true],
    [allowed, false],
  ] as const) {
    for (const [file, imported] of cases) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), `import * as found from '${imported}';\nexport const used = found;\n`);
      const result = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['--format', 'unix', file], {
        cwd: tree,
        encoding: 'utf8',
      });
      const flagged = result.stdout.includes('no-restricted-imports');
      if (flagged !== expected) {
        console.error(`${file} importing ${imported} is ${flagged ? 'refused' : 'let through'}, which is wrong`);
        wrong++;
      }
      rmSync(join(tree, file));
    }
  }
} finally {
  rmSync(tree, { recursive: true, force: true });
}
console.log(
  wrong === 0
    ? `${forbidden.length} forbidden imports are refused, ${allowed.length} allowed ones are not`
    : `${wrong} rules do not hold`,
);
process.exit(wrong === 0 ? 0 : 1);
