import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One start of the editor with one suite. */
export interface Session {
  suite: 'all' | 'untrusted' | 'smoke';
  /** Copied before, never written to. */
  project: string;
  vsix: string | null;
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
