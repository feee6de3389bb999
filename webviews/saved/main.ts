import type { SavedViews } from '../../protocol/savedPage.ts';
import { cardPage } from './savedCard.ts';
import { driftPage } from './savedDrift.ts';

/** What the command line and the engine host load to draw saved pages: the templates of the views, bundled for Node. */
export const savedViews: SavedViews = { cardPage, driftPage };
