import type { SavedViews } from '../../protocol/savedPage.ts';
import { cardPage } from './savedCard.ts';
import { driftPage } from './savedDrift.ts';

/**
 * Loaded by the command line and the engine host to write saved pages: the templates of the views, bundled for Node.
 */
export const savedViews: SavedViews = { cardPage, driftPage };
