import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Modules that start something or load a native part. */
const outside =
  /^(?:node:(?:child_process|worker_threads|net|https?)|playwright|fastify|better-sqlite3|@duckdb\/|@tensorflow\/|pg$|mysql2$)/;
/** Files that load a native part by a computed name. */
const openers = ['engine/store/openDatabase.ts', 'engine/data/database.ts', 'engine/models/backend.ts'];

/**
 * The test files that stay in memory: nothing that they import, however far, starts a process, a server or a browser, or
 * opens a database. Paths are relative to the root and sorted.
 */
export function inMemoryTests(root: string): string[] {
  const imports = new Map<string, string[]>();
  const importsOf = (file: string): string[] => {
    let found = imports.get(file);
    if (!found) {
      found = [
        ...readFileSync(file, 'utf8').matchAll(
          /^(?:import|export)\b(?! type\b)[^;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm,
        ),
      ].map(([, from, dynamic]) => from ?? dynamic ?? '');
      imports.set(file, found);
    }
    return found;
  };
  const opening = new Set(openers.map((path) => join(root, path)));
  for (const path of opening) if (!existsSync(path)) throw new Error(`${path} is gone: mend the list of openers.`);
  const staysInMemory = (test: string): boolean => {
    const seen = new Set([test]);
    for (const file of seen) {
      if (opening.has(file)) return false;
      for (const name of importsOf(file)) {
        if (outside.test(name)) return false;
        const path = resolve(dirname(file), name);
        if (name.startsWith('.') && /\.m?[jt]s$/.test(path) && existsSync(path)) seen.add(path);
      }
    }
    return true;
  };
  return globSync('test/**/*.test.ts', { cwd: root, exclude: ['test/editor/**'] })
    .toSorted()
    .filter((path) => staysInMemory(join(root, path)));
}
