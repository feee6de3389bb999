import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { floorOverrides, readFloors, upwardImports, type Override } from './floors.ts';

// Proves that the lint rules hold the direction of imports: each forbidden import is written into an empty tree, and
// has to be found.
// `--write` renews the rules of engine/ in .oxlintrc.json from the floors in ARCHITECTURE.md; without it they have to
// be the same.
const root = join(import.meta.dirname, '..');
const settings = join(root, '.oxlintrc.json');
const floors = readFloors();

/** A room and another of the same floor or above, for each room that is not the highest. */
function upwardCases(): [string, string][] {
  return floors.flatMap((rooms, floor) =>
    rooms.flatMap((room): [string, string][] => {
      const above = floors
        .slice(floor)
        .flat()
        .filter((other) => other !== room);
      return above.flatMap((other): [string, string][] => [
        [`engine/${room}/a.ts`, `../${other}/b.ts`],
        [`engine/${room}/deep/a.ts`, `../../${other}/deep/b.ts`],
      ]);
    }),
  );
}

function downwardCases(): [string, string][] {
  return floors.flatMap((rooms, floor) =>
    rooms.flatMap((room) =>
      floors
        .slice(0, floor)
        .flat()
        .map((other): [string, string] => [`engine/${room}/a.ts`, `../${other}/b.ts`]),
    ),
  );
}

const nativesOf: [string, string][] = [
  ['store', 'better-sqlite3'],
  ['data', 'better-sqlite3'],
  ['data', '@duckdb/node-api'],
  ['models', '@tensorflow/tfjs'],
];
const forbidden: [string, string][] = [
  ...upwardCases(),
  ...[...new Set(nativesOf.map(([, native]) => native))].flatMap((native) =>
    floors
      .flat()
      .filter((room) => !nativesOf.some(([owner, own]) => owner === room && own === native))
      .map((room): [string, string] => [`engine/${room}/a.ts`, native]),
  ),
  ['protocol/a.ts', '../engine/base/errors.ts'],
  ['protocol/a.ts', 'node:fs'],
  ['protocol/a.ts', '../words/numbers.ts'],
  ['words/a.ts', '../protocol/runs.ts'],
  ['words/a.ts', '../engine/base/errors.ts'],
  ['words/a.ts', 'node:util'],
  ['words/a.ts', 'vscode'],
  ['engine/project/a.ts', '../../server/main.ts'],
  ['engine/project/a.ts', '../../cli/main.ts'],
  ['engine/project/a.ts', '../../engineHost/engineHost.ts'],
  ['engine/runner/a.ts', 'vscode'],
  ['cli/a.ts', '../server/server.ts'],
  ['cli/a.ts', 'better-sqlite3'],
  ['engineHost/a.ts', '../cli/main.ts'],
  ['engineHost/a.ts', '../server/server.ts'],
  ['engineHost/a.ts', '@duckdb/node-api'],
  ['server/a.ts', '../cli/main.ts'],
  ['server/a.ts', '../engineHost/engineHost.ts'],
  ['server/features/a.ts', '@duckdb/node-api'],
  ['server/a.ts', 'vscode'],
  ['client/a.ts', '../engine/base/errors.ts'],
  ['client/a.ts', '../engineHost/engineHost.ts'],
  ['client/views/a.ts', '../../webviews/ui/theme.ts'],
  ['client/a.ts', 'better-sqlite3'],
  ['webviews/drift/a.ts', '../../client/extension.ts'],
  ['webviews/drift/a.ts', '../../engineHost/engineHost.ts'],
  ['webviews/drift/a.ts', 'vscode'],
  ['webviews/drift/a.ts', 'node:fs'],
];
const allowed: [string, string][] = [
  ...downwardCases(),
  ...nativesOf.map(([owner, native]): [string, string] => [`engine/${owner}/a.ts`, native]),
  ['cli/a.ts', '../engine/base/errors.ts'],
  ['cli/a.ts', '../engineHost/engineHost.ts'],
  ['engineHost/a.ts', '../engine/base/errors.ts'],
  ['server/a.ts', '../engine/base/errors.ts'],
  ['client/a.ts', '../protocol/runs.ts'],
  ['client/a.ts', 'vscode'],
  ['webviews/ui/a.ts', '../../protocol/runs.ts'],
  ['words/a.ts', './numbers.ts'],
  ['engine/cards/a.ts', '../../words/metrics.ts'],
  ['cli/a.ts', '../words/numbers.ts'],
  ['engineHost/a.ts', '../words/times.ts'],
  ['server/features/a.ts', '../../words/sizes.ts'],
  ['client/a.ts', '../words/times.ts'],
  ['webviews/ui/a.ts', '../../words/numbers.ts'],
];

/** The files of a made tree that oxlint finds a rule broken in. */
function lint(files: ReadonlyMap<string, string>, rule: string): Set<string> {
  const tree = mkdtempSync(join(tmpdir(), 'loopwright-imports-'));
  try {
    copyFileSync(settings, join(tree, '.oxlintrc.json'));
    for (const [file, text] of files) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    }
    const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
    const { stdout } = spawnSync(oxlint, ['--format', 'unix'], { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 26 });
    const lines = stdout.split('\n').filter((line) => line.includes(rule));
    return new Set(lines.map((line) => line.split(':')[0] ?? ''));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Each case in a file of its own, beside others of its folder. */
function wrongCases(cases: readonly [string, string][], refused: boolean): string[] {
  const files = new Map(
    cases.map(([file, imported], i) => [
      file.replace(/a\.ts$/, `a${i}.ts`),
      `import * as found from '${imported}';\nexport const used = found;\n`,
    ]),
  );
  const flagged = lint(files, 'no-restricted-imports');
  return cases
    .filter(([file], i) => flagged.has(file.replace(/a\.ts$/, `a${i}.ts`)) !== refused)
    .map(([file, imported]) => `${file} importing ${imported} is ${refused ? 'let through' : 'refused'}`);
}

/** Two files that import each other are refused, whether they share values or types alone. */
function wrongCircles(): string[] {
  const passes = (keyword: string) =>
    lint(
      new Map([
        ['engine/base/a.ts', `import ${keyword}{ b } from './b.ts';\nexport const a = 1;\nexport type A = typeof b;\n`],
        ['engine/base/b.ts', `import ${keyword}{ a } from './a.ts';\nexport const b = 2;\nexport type B = typeof a;\n`],
      ]),
      'no-cycle',
    ).size === 0;
  return [
    ...(passes('') ? ['a circle of files that carries values is let through'] : []),
    ...(passes('type ') ? ['a circle of files that carries types alone is let through'] : []),
  ];
}

function overridesWrong(): string[] {
  const config = JSON.parse(readFileSync(settings, 'utf8')) as { overrides: Override[] };
  const others = config.overrides.filter(({ files }) => !files.every((file) => file.startsWith('engine/')));
  const wanted = { ...config, overrides: [...others, ...floorOverrides(floors)] };
  if (JSON.stringify(wanted) === JSON.stringify(config)) return [];
  if (!process.argv.includes('--write'))
    return ['.oxlintrc.json does not hold the floors of ARCHITECTURE.md: `npm run lint:imports -- --write`'];
  writeFileSync(settings, `${JSON.stringify(wanted, null, 2)}\n`);
  return [];
}

const wrong = [
  ...overridesWrong(),
  ...upwardImports(floors),
  ...wrongCases(forbidden, true),
  ...wrongCases(allowed, false),
  ...wrongCircles(),
];
for (const line of wrong) console.error(line);
if (wrong.length === 0)
  console.log(
    `${forbidden.length} forbidden imports are refused, ${allowed.length} allowed ones are not; ${floors.flat().length} rooms on ${floors.length} floors, no import runs up, no files import each other`,
  );
process.exit(wrong.length === 0 ? 0 : 1);
