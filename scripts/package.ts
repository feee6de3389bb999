import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../engine/data/database.ts';
import { quoteLiteral } from '../engine/data/quote.ts';
import { build } from './build.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stage = join(root, 'build/vsix');
const shippedDependencies = ['better-sqlite3', '@duckdb/node-api'];

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  [key: string]: unknown;
}

/** Everything that may be in the package. A file that none of these knows stops the packaging. */
const expected = [
  /^package\.json$/,
  /^(readme|changelog)\.md$/i,
  /^LICENSE(\.txt|\.md)?$/,
  /^THIRD-PARTY.*$/i,
  /^dist\/(client|lspClient|server|facts|cli|engine|sqliteRows|savedViews)\.cjs$/,
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
  /^node_modules\/better-sqlite3\/prebuilds\/[\w-]+\.node$/,
  /^node_modules\/@duckdb\/node-api\/lib\/.+\.js$/,
  /^node_modules\/@duckdb\/node-bindings\/duckdb\.js$/,
  /^node_modules\/@duckdb\/node-bindings-[\w-]+\/(duckdb\.node|libduckdb\.(so|dylib)|duckdb\.dll)$/,
];

/** Builds the extension for this platform; returns the path of the .vsix. */
export async function makePackage(): Promise<string> {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  await build({ tests: false, out: join(stage, 'dist') });
  const target = `${process.platform}-${process.arch}`;
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(cleaned(manifest), null, 2)}\n`);
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md'])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(stage, name));
  for (const name of ['media', 'helper'])
    cpSync(join(root, name), join(stage, name), { recursive: true, filter: (path) => !path.includes('__pycache__') });
  copyImages();
  for (const name of ['checks', 'checks.md'])
    cpSync(join(root, 'docs/reference', name), join(stage, 'docs/reference', name), { recursive: true });
  await copyExamples();
  for (const file of globSync('dist/**/*.map', { cwd: stage })) rmSync(join(stage, file));
  copyNatives(target);
  const files = check();
  // The stage is the choice of files already; this only keeps vsce from asking for one.
  writeFileSync(join(stage, '.vscodeignore'), '**/*.map\n');
  const file = join(root, `build/loopwright-${target}-${manifest.version}.vsix`);
  rmSync(file, { force: true });
  // The manifest's images stand in the package; links are left as they are, since the repository is not named here.
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/@vscode/vsce/vsce'),
      'package',
      '--target',
      target,
      '--out',
      file,
      '--allow-missing-repository',
      '--skip-license',
      '--no-rewrite-relative-links',
    ],
    { cwd: stage, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const unpacked = files.reduce((sum, one) => sum + statSync(join(stage, one)).size, 0);
  console.log(
    `${relative(root, file)}: ${megabytes(statSync(file).size)} packed, ${megabytes(unpacked)} unpacked, ${files.length} files`,
  );
  return file;
}

function cleaned(manifest: Manifest): Manifest {
  const {
    scripts: _scripts,
    devDependencies: _dev,
    optionalDependencies: _optional,
    bin: _bin,
    private: _private,
    ...kept
  } = manifest;
  return {
    ...kept,
    version: manifest.version,
    dependencies: Object.fromEntries(shippedDependencies.map((name) => [name, manifest.dependencies[name] ?? '*'])),
  };
}

function copyImages(): void {
  const images = join(root, 'docs/images');
  const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : '';
  // Only pictures that the README shows: the marketplace page is the README.
  for (const name of existsSync(images) ? readdirSync(images) : []) {
    if (readme.includes(`docs/images/${name}`)) cpSync(join(images, name), join(stage, 'docs/images', name));
  }
}

/** What the flights of the package end before: two months are enough to see drift, and a third of the size. */
const flightsUntil = '2001-03-01';

/**
 * The examples that "Open example project" offers. The invented data is made on the person's machine; the real data
 * comes along.
 */
async function copyExamples(): Promise<void> {
  for (const name of ['bikes', 'fraud', 'penguins', 'flights'])
    cpSync(join(root, 'examples', name), join(stage, 'examples', name), {
      recursive: true,
      filter: (file) => !/[\\/](incoming|data|build|\.loopwright|loopwright\.lock)$|\.ts$/.test(file),
    });
  const incoming = (name: string): string => join(stage, 'examples', name, 'incoming');
  execFileSync(process.execPath, [join(root, 'examples/penguins/generate.mjs'), '--out', incoming('penguins')], {
    stdio: 'ignore',
  });
  mkdirSync(incoming('flights'), { recursive: true });
  const db = await openDatabase();
  try {
    const source = quoteLiteral(join(root, 'node_modules/vega-datasets/data/flights-3m.parquet'));
    await db.run(
      `COPY (SELECT * FROM read_parquet(${source}) WHERE date < TIMESTAMP ${quoteLiteral(flightsUntil)}) TO ${quoteLiteral(join(incoming('flights'), 'flights.parquet'))} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    db.close();
  }
}

/** The two native modules with what they load on this platform and nothing else. */
function copyNatives(target: string): void {
  const copy = (path: string): void => {
    if (existsSync(join(root, 'node_modules', path)))
      cpSync(join(root, 'node_modules', path), join(stage, 'node_modules', path), {
        recursive: true,
        filter: (file) => !/\.(d\.ts|map|ts)$/.test(file),
      });
  };
  for (const part of ['package.json', 'LICENSE', 'lib', `prebuilds/${target}.node`]) copy(join('better-sqlite3', part));
  for (const part of ['package.json', 'LICENSE', 'lib']) copy(join('@duckdb/node-api', part));
  for (const part of ['package.json', 'LICENSE', 'duckdb.js']) copy(join('@duckdb/node-bindings', part));
  copy(`@duckdb/node-bindings-${target}`);
  for (const part of ['package.json', 'LICENSE', 'lib']) copy(join('detect-libc', part));
  rmSync(join(stage, `node_modules/@duckdb/node-bindings-${target}/README.md`), { force: true });
  // The headers it is compiled with are no part of the compiled module, and vsce would miss them.
  const path = join(stage, 'node_modules/better-sqlite3/package.json');
  const {
    dependencies: _headers,
    devDependencies: _dev,
    scripts: _scripts,
    ...kept
  } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`);
}

function check(): string[] {
  const files = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stage, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  const unexpected = files.filter((file) => !expected.some((pattern) => pattern.test(file)));
  if (unexpected.length > 0) throw new Error(`These files must not be in the package:\n${unexpected.join('\n')}`);
  const needed = [
    'dist/client.cjs',
    'dist/lspClient.cjs',
    'dist/server.cjs',
    'dist/facts.cjs',
    'dist/cli.cjs',
    'dist/sqliteRows.cjs',
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
  const absent = needed.filter((file) => !files.includes(file));
  if (absent.length > 0) throw new Error(`These files are missing from the package: ${absent.join(', ')}`);
  return files;
}

function megabytes(size: number): string {
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await makePackage();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
