import type { AnyCard } from '../../protocol/modelCard.ts';
import { cardView } from '../modelCard/cardView.ts';
import cardStyles from '../modelCard/modelCard.css';
import type { Actions } from '../modelCard/model.ts';
import baseStyles from '../ui/base.css';
import gateStyles from '../ui/gates.css';
import { savedPage } from './savedPage.ts';

const nothingToDo = (): void => {};
const actions: Actions = {
  compare: nothingToDo,
  openRun: nothingToDo,
  openCard: nothingToDo,
  openDrift: nothingToDo,
  openProject: nothingToDo,
  writeCard: nothingToDo,
  promote: nothingToDo,
  serve: nothingToDo,
  validate: nothingToDo,
  register: nothingToDo,
  open: nothingToDo,
  runInTerminal: nothingToDo,
  runAll: nothingToDo,
  copy: nothingToDo,
  save: nothingToDo,
  retry: nothingToDo,
};

/** The model card as an HTML document, drawn by the templates of the view. */
export function cardPage(card: AnyCard, savedAt: number): string {
  const other = { value: null, loading: false, error: null };
  const content = cardView(
    {
      address: null,
      inspected: { value: null, loading: false, error: null },
      card: { value: card, loading: false, error: null },
      other,
      against: null,
      none: false,
    },
    actions,
  );
  return savedPage({
    title: `${card.model} v${card.version} · model card`,
    content,
    styles: [baseStyles, gateStyles, cardStyles],
    savedAt,
  });
}
