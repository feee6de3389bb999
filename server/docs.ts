import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'reference', 'checks');

/** The page about a check, in the package. */
export function docsOf(code: string): string {
  return pathToFileURL(join(folder, `${code}.md`)).href;
}
