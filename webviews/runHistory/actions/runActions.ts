import type { RunChange, RunSummary } from '../../../protocol/runs.ts';
import type { Actions } from '../model.ts';
import type { RunEdits } from './runEdits.ts';

export interface ActionsHost {
  edits: RunEdits;
  targets(): readonly RunSummary[];
  /** Ids of all selected runs, loaded or not. */
  selected(): readonly string[];
  clearSelection(): void;
  closePopup(): void;
}

type RunActions = Pick<
  Actions,
  'star' | 'starTargets' | 'tag' | 'note' | 'rename' | 'archive' | 'remove' | 'undo' | 'redo' | 'dismiss'
>;

/** Actions on runs. */
export function runActions({ edits, targets, selected, clearSelection, closePopup }: ActionsHost): RunActions {
  const change = (text: string, one: RunChange): Promise<boolean> => {
    const runIds = selected().length > 0 ? selected() : targets().map((run) => run.runId);
    return edits.apply(
      text,
      runIds.map((runId) => ({ runId, change: one })),
    );
  };
  /** Runs that leave the table are deselected, so that an action never affects invisible runs. */
  const move = async (text: string, one: RunChange): Promise<void> => {
    if (await change(text, one)) clearSelection();
  };
  return {
    star: (run) =>
      void edits.apply(run.starred ? 'Removed the star of' : 'Starred', [
        { runId: run.runId, change: { starred: !run.starred } },
      ]),
    starTargets: () => {
      const on = targets().some((run) => !run.starred);
      void change(on ? 'Starred' : 'Removed the star of', { starred: on });
    },
    tag: (key, value) => {
      if (key !== '')
        void change(value === null ? `Removed the tag ${key} of` : `Set the tag ${key} of`, { tags: { [key]: value } });
    },
    note: (text) => {
      void change(text === '' ? 'Removed the note of' : 'Wrote the note of', { note: text });
      closePopup();
    },
    rename: (name) => {
      if (name !== '') void change('Renamed', { name });
      closePopup();
    },
    archive: (on) => void move(on ? 'Archived' : 'Restored', { archived: on }),
    remove: (on) => void move(on ? 'Deleted' : 'Restored', { deleted: on }),
    undo: () => void edits.undo(),
    redo: () => void edits.redo(),
    dismiss: () => edits.dismiss(),
  };
}
