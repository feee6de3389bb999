import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One start of the editor with one suite. */
export interface Session {
  suite: 'all' | 'untrusted' | 'smoke';
  /** Copied before, never written to. */
  project: string;
  vsix: string | null;
}

/**
 * Installs an extension with the part of the Python extension's public API that Loopwright uses, under its id. The real
 * one comes from a marketplace that tests do not reach.
 */
export function installPythonExtension(root: string, extensions: string): void {
  cpSync(join(root, 'test/fixtures/pythonExtension'), join(extensions, 'ms-python.python-0.0.1'), { recursive: true });
}

/** Tests need an extension under development; when the installed package is tested, it is one that does nothing. */
export function emptyExtension(data: string): string {
  const folder = join(data, 'empty');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'empty', publisher: 'loopwright', version: '0.0.1', engines: { vscode: '*' } }),
  );
  return folder;
}
