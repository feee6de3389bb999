import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readBinaryHeader, type BinaryHeader } from './binaryHeader.ts';
import type { Target } from './targets.ts';

/** Everything that may be in a package, without its native parts. A file that none of these knows stops the packaging. */
const expected = [
  /^(package\.json|\.vscodeignore)$/,
  /^(readme|changelog)\.md$/i,
  /^LICENSE(\.txt|\.md)?$/,
  /^THIRD-PARTY-NOTICES\.txt$/,
  /^dist\/(client|lspClient|server|facts|cli|engine|sqliteRows|scanThread|savedViews)\.cjs$/,
  /^dist\/[\w-]+\.wasm$/,
  /^dist\/ort-wasm-simd-threaded\.mjs$/,
  /^helper\/(loopwright\.(mjs|d\.mts)|\w+\.py)$/,
  /^dist\/webviews\/\w+\.(js|css|ttf)$/,
  /^media\/[\w-]+\.(svg|png|json)$/,
  /^media\/grammars\/\w+\.tmLanguage\.json$/,
  /^examples\/bikes\/(train\.py|requirements\.txt|hours\.csv\.gz|README\.md)$/,
  /^examples\/(penguins\/incoming\/penguins\.jsonl|flights\/incoming\/flights\.parquet)$/,
  /^examples\/(bikes|fraud|penguins|flights)\/(generate\.mjs|loopwright\.yaml|schemas\/[\w-]+\.dataset\.yaml|sql\/[\w-]+\.sql|experiments\/[\w-]+\.experiment\.yaml)$/,
  /^docs\/images\/[\w.-]+\.(png|gif|svg)$/,
  /^docs\/reference\/checks(\/LW\d+)?\.md$/,
  /^node_modules\/(better-sqlite3|detect-libc|@duckdb\/node-(api|bindings|bindings-[\w-]+))\/(package\.json|LICENSE)$/,
  /^node_modules\/detect-libc\/lib\/[\w-]+\.js$/,
  /^node_modules\/better-sqlite3\/lib\/.+\.js$/,
  /^node_modules\/@duckdb\/node-api\/lib\/.+\.js$/,
  /^node_modules\/@duckdb\/node-bindings\/duckdb\.js$/,
];

/** Files without which a package is not made. */
const needed = [
  'dist/client.cjs',
  'dist/lspClient.cjs',
  'dist/server.cjs',
  'dist/facts.cjs',
  'dist/cli.cjs',
  'dist/sqliteRows.cjs',
  'dist/scanThread.cjs',
  'dist/savedViews.cjs',
  'helper/loopwright.mjs',
  'helper/worker.py',
  'helper/train.py',
  'helper/database.py',
  'docs/reference/checks/LW201.md',
  'dist/webviews/runHistory.js',
  'dist/webviews/runHistoryCharts.js',
  'README.md',
  'LICENSE',
  'THIRD-PARTY-NOTICES.txt',
  'CHANGELOG.md',
  'examples/fraud/loopwright.yaml',
  'examples/fraud/generate.mjs',
  'examples/fraud/experiments/wider.experiment.yaml',
  'examples/penguins/loopwright.yaml',
  'examples/penguins/incoming/penguins.jsonl',
  'examples/flights/incoming/flights.parquet',
  'examples/bikes/train.py',
  'examples/bikes/hours.csv.gz',
  'media/walkthrough-drift.svg',
  'node_modules/better-sqlite3/package.json',
  'node_modules/@duckdb/node-api/package.json',
];

/**
 * The newest glibc that a package may ask for. VS Code runs with 2.28, but the prebuilt part of better-sqlite3 needs 2.34:
 * Debian 12, Ubuntu 22.04, RHEL 9.
 */
const newestGlibc = [2, 34];

/** The native files of a target, relative to the package. */
export function nativesOf(target: Target): string[] {
  const library = { linux: 'libduckdb.so', darwin: 'libduckdb.dylib', win32: 'duckdb.dll' }[target.system];
  return [
    `node_modules/better-sqlite3/prebuilds/${target.sqlite}.node`,
    `node_modules/${target.duckdb}/duckdb.node`,
    `node_modules/${target.duckdb}/${library}`,
  ];
}

/**
 * Returns the files of a folder that is to be packed, relative to it.
 * @throws Error that names what must not be there, what is missing, and each native file that is for another platform.
 */
export function checkContents(folder: string, target: Target): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  const natives = nativesOf(target);
  const unexpected = files.filter((file) => !natives.includes(file) && !expected.some((pattern) => pattern.test(file)));
  const absent = [...needed, ...natives].filter((file) => !files.includes(file));
  const problems = [
    ...unexpected.map((file) => `${file} must not be in the package`),
    ...absent.map((file) => `${file} is missing`),
    ...files.flatMap((file) => binaryProblem(file, readBinaryHeader(readFileSync(join(folder, file))), target)),
  ];
  if (problems.length > 0) throw new Error(`The package for ${target.name} is wrong:\n${problems.join('\n')}`);
  return files;
}

/** Exported for tests. */
export function binaryProblem(file: string, header: BinaryHeader | null, target: Target): string[] {
  if (!header) return nativesOf(target).includes(file) ? [`${file} is no program and no library`] : [];
  const { system, arch, libc, glibc } = header;
  if (system !== target.system || arch !== target.arch || (libc !== undefined && libc !== target.libc))
    return [`${file} is made for ${[system, arch, libc].filter(Boolean).join(' ')}`];
  const [major = 0, minor = 0] = (glibc ?? '0.0').split('.').map(Number);
  const [most = 0, mostMinor = 0] = newestGlibc;
  return major > most || (major === most && minor > mostMinor)
    ? [`${file} asks for glibc ${glibc}; at most ${newestGlibc.join('.')} is allowed`]
    : [];
}
