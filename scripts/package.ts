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
import { parseArgs } from 'node:util';
import { openDatabase } from '../engine/data/database.ts';
import { quoteLiteral } from '../engine/data/quote.ts';
import { build } from './build.ts';
import { thinned } from './packaging/binaryHeader.ts';
import { checkContents, nativesOf } from './packaging/contents.ts';
import { lockedPackage } from './packaging/lockedPackage.ts';
import { noticesOf, packagesOf } from './packaging/notices.ts';
import { ownTarget, targetsNamed, type Target } from './packaging/targets.ts';

// `npm run package` makes the package of this machine; `-- --target NAME`, more than once, or `--target all` makes those
// of other platforms, whose native parts come from the registry. `--check NAME` only checks what would be packed.

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stage = join(root, 'build/vsix');
const shippedDependencies = ['better-sqlite3', '@duckdb/node-api'];
/** Packages whose files are copied, beside those that are bundled. */
const copiedFrom = [
  '@duckdb/node-bindings',
  'detect-libc',
  '@vscode/codicons',
  'onnxruntime-web',
  '@tensorflow/tfjs-backend-wasm',
  'vega-datasets',
];
/** Bytes that no package may exceed. */
const largest = 45 * 1024 * 1024;

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  [key: string]: unknown;
}

/** Everything that is the same on every platform, in build/vsix. */
async function stageCommon(): Promise<void> {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const bundled = await build({ tests: false, out: join(stage, 'dist') });
  const manifest = readManifest();
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
  const shipped = [...shippedDependencies, ...copiedFrom].map((name) => join('node_modules', name));
  const folders = [...packagesOf(bundled), ...shipped].map((folder) => join(root, folder));
  writeFileSync(join(stage, 'THIRD-PARTY-NOTICES.txt'), noticesOf(folders));
  // The stage is the choice of files already; this only keeps vsce from asking for one.
  writeFileSync(join(stage, '.vscodeignore'), '**/*.map\n');
}

/** Makes the package of a target from what is staged; returns its path. `isPacked: false` only checks its contents. */
function packTarget(target: Target, isPacked: boolean): string {
  rmSync(join(stage, 'node_modules'), { recursive: true, force: true });
  copyNatives(target);
  const files = checkContents(stage, target).filter((file) => file !== '.vscodeignore');
  const unpacked = files.reduce((sum, one) => sum + statSync(join(stage, one)).size, 0);
  const file = join(root, `build/loopwright-${target.name}-${readManifest().version}.vsix`);
  if (!isPacked) {
    console.log(`${target.name}: ${megabytes(unpacked)} unpacked, ${files.length} files, checked`);
    return file;
  }
  rmSync(file, { force: true });
  // The manifest's images stand in the package; links are left as they are, since the repository is not named here.
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/@vscode/vsce/vsce'),
      'package',
      '--target',
      target.name,
      '--out',
      file,
      '--allow-missing-repository',
      '--skip-license',
      '--no-rewrite-relative-links',
    ],
    { cwd: stage, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { size } = statSync(file);
  console.log(
    `${relative(root, file)}: ${megabytes(size)} packed, ${megabytes(unpacked)} unpacked, ${files.length} files`,
  );
  if (size > largest) throw new Error(`${relative(root, file)} is larger than ${megabytes(largest)}.`);
  return file;
}

const readManifest = (): Manifest => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

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

/** The two native modules with what they load on the target and nothing else. */
function copyNatives(target: Target): void {
  const bindings = lockedPackage(target.duckdb);
  const plain = /\.(d\.ts|map|ts)$/;
  const copy = (from: string, to: string): void => {
    if (existsSync(from))
      cpSync(from, join(stage, 'node_modules', to), { recursive: true, filter: (file) => !plain.test(file) });
  };
  const installed = (name: string, parts: readonly string[]): void => {
    for (const part of parts) copy(join(root, 'node_modules', name, part), join(name, part));
  };
  installed('better-sqlite3', ['package.json', 'LICENSE', 'lib', `prebuilds/${target.sqlite}.node`]);
  installed('@duckdb/node-api', ['package.json', 'LICENSE', 'lib']);
  installed('@duckdb/node-bindings', ['package.json', 'LICENSE', 'duckdb.js']);
  installed('detect-libc', ['package.json', 'LICENSE', 'lib']);
  for (const name of readdirSync(bindings))
    if (name !== 'README.md') copy(join(bindings, name), join(target.duckdb, name));
  for (const file of nativesOf(target)) {
    // DuckDB's library for macOS holds both processors, and a package needs one.
    const path = join(stage, file);
    const part = target.system === 'darwin' && existsSync(path) ? thinned(readFileSync(path), target.arch) : null;
    if (part) writeFileSync(path, part);
  }
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

function megabytes(size: number): string {
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    check: { type: 'string', multiple: true },
  },
});
try {
  const made = values.target ? targetsNamed(values.target) : [ownTarget()];
  const checked = targetsNamed(values.check ?? []).filter((target) => !made.includes(target));
  await stageCommon();
  for (const target of checked) packTarget(target, false);
  for (const target of made) packTarget(target, true);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
