import type { Binary } from './binaryHeader.ts';

/** A platform that gets a package of its own, by the name that VS Code's marketplace gives it. */
export interface Target extends Binary {
  name: string;
  /** The name of the prebuilt part of better-sqlite3. */
  sqlite: string;
  /** The package with the native part of DuckDB. */
  duckdb: string;
}

const binding = '@duckdb/node-bindings';

export const targets: readonly Target[] = [
  { name: 'win32-x64', system: 'win32', arch: 'x64', sqlite: 'win32-x64', duckdb: `${binding}-win32-x64` },
  { name: 'win32-arm64', system: 'win32', arch: 'arm64', sqlite: 'win32-arm64', duckdb: `${binding}-win32-arm64` },
  {
    name: 'linux-x64',
    system: 'linux',
    arch: 'x64',
    libc: 'glibc',
    sqlite: 'linux-x64',
    duckdb: `${binding}-linux-x64`,
  },
  {
    name: 'linux-arm64',
    system: 'linux',
    arch: 'arm64',
    libc: 'glibc',
    sqlite: 'linux-arm64',
    duckdb: `${binding}-linux-arm64`,
  },
  {
    name: 'alpine-x64',
    system: 'linux',
    arch: 'x64',
    libc: 'musl',
    sqlite: 'linuxmusl-x64',
    duckdb: `${binding}-linux-x64-musl`,
  },
  {
    name: 'alpine-arm64',
    system: 'linux',
    arch: 'arm64',
    libc: 'musl',
    sqlite: 'linuxmusl-arm64',
    duckdb: `${binding}-linux-arm64-musl`,
  },
  { name: 'darwin-x64', system: 'darwin', arch: 'x64', sqlite: 'darwin-x64', duckdb: `${binding}-darwin-x64` },
  { name: 'darwin-arm64', system: 'darwin', arch: 'arm64', sqlite: 'darwin-arm64', duckdb: `${binding}-darwin-arm64` },
];

/** The target of this machine. */
export function ownTarget(): Target {
  // Node's report names the version of glibc, and none on musl.
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const libc = process.platform !== 'linux' ? undefined : report?.header?.glibcVersionRuntime ? 'glibc' : 'musl';
  return (
    targets.find((one) => one.system === process.platform && one.arch === process.arch && one.libc === libc) ??
    targetNamed(`${process.platform}-${process.arch}`)
  );
}

/** `all` means each of them. */
export const targetsNamed = (names: readonly string[]): readonly Target[] =>
  names.includes('all') ? targets : names.map(targetNamed);

/** @throws Error with the names that there are. */
export function targetNamed(name: string): Target {
  const found = targets.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`There is no package for ${name}. Targets: ${targets.map((one) => one.name).join(', ')}.`);
}
