import { readGridState, recordOf, texts } from '../curves/gridState.ts';
import type { GridState } from '../curves/gridState.ts';

/** Settings of the detail, persisted over a reload. */
export interface DetailState {
  /** Sections that differ from their default. */
  turned: string[];
  curves: GridState;
  system: GridState;
  /** The note being written, so that a reload does not lose it. */
  draft: { runId: string; text: string } | null;
}

export function readDetailState(persisted: unknown): DetailState {
  const given = recordOf(persisted);
  const draft = recordOf(given['draft']);
  return {
    turned: texts(given['turned']),
    curves: readGridState(given['curves']),
    system: readGridState(given['system']),
    draft:
      typeof draft['runId'] === 'string' && typeof draft['text'] === 'string'
        ? { runId: draft['runId'], text: draft['text'] }
        : null,
  };
}
