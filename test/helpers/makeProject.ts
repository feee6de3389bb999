import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

/** A folder with these files, removed after the tests of the file. */
export function makeProject(files: Record<string, string | Uint8Array> = {}, prefix = 'loopwright-'): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  after(() => {
    try {
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      // Windows removes no file that is still open, such as the database of a store.
      if (process.platform !== 'win32') throw error;
    }
  });
  writeFiles(root, files);
  return root;
}

/** Writes files into a folder, with their own folders. */
export function writeFiles(root: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}
