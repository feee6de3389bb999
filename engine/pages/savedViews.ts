import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SavedViews } from '../../protocol/savedPage.ts';
import { WorkError } from '../base/errors.ts';

const file = 'savedViews.cjs';

/**
 * The bundle of the views' templates. It lies beside this one; from source, in the folder that `npm run build` fills.
 */
export function loadSavedViews(): SavedViews {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = [join(here, file), join(here, '../../dist', file)].find((path) => existsSync(path));
  if (found === undefined)
    throw new WorkError(
      `The pages cannot be drawn: ${file} is missing. Install Loopwright again, or in its sources run \`npm run build\`.`,
    );
  return (createRequire(import.meta.url)(found) as { savedViews: SavedViews }).savedViews;
}
