import type { Actions, PersistedState } from '../model.ts';
import type { RunEdits } from './runEdits.ts';
import type { SavedViews } from '../state/savedViews.ts';
import { plainSettings } from '../state/settings.ts';
import type { Settings } from '../state/settings.ts';
import { messageOf } from '../../ui/frame/messageOf.ts';

export interface ViewActionsHost {
  views: SavedViews;
  edits: RunEdits;
  persisted(): PersistedState;
  settings(): Settings;
  use(view: string | null, settings: Settings): void;
  /** The current settings are now those of this saved view. */
  named(view: string | null): void;
  closePopup(): void;
  paint(): void;
}

/** Actions on saved views. */
export function viewActions({
  views,
  edits,
  persisted,
  settings,
  use,
  named,
  closePopup,
  paint,
}: ViewActionsHost): Pick<Actions, 'useView' | 'saveView' | 'renameView' | 'deleteView'> {
  const work = async (what: () => Promise<void>, done: string): Promise<void> => {
    closePopup();
    try {
      await what();
      edits.say(done);
    } catch (error) {
      edits.say(messageOf(error), true);
    }
    paint();
  };
  return {
    useView: (name) => {
      closePopup();
      use(name, name === null ? plainSettings : (views.settings(name) ?? plainSettings));
    },
    saveView: (name) => {
      if (name !== '')
        void work(async () => {
          await views.save(name, settings());
          named(name);
        }, `Saved the view “${name}”.`);
    },
    renameView: (from, to) => {
      if (to !== '')
        void work(async () => {
          await views.rename(from, to);
          named(to);
        }, `Renamed the view to “${to}”.`);
    },
    deleteView: (name) =>
      void work(async () => {
        await views.delete(name);
        if (persisted().view === name) named(null);
      }, `Deleted the view “${name}”. Its settings stay in use and can be saved again.`),
  };
}
