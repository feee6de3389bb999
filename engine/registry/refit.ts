/**
 * A challenger that passed its gates is fitted again on all rows of its window, with the settings and the length of the
 * tested fit. `served`: the new fit is served. `refused`: it is not near the tested model, which is served.
 * `impossible`: only the tested model exists.
 */
export type Refit =
  | {
      kind: 'served';
      /** Folder of the model, relative to the project. */
      modelPath: string;
      /** SHA-256 over its files. */
      modelHash: string;
      /** Rows that it was fitted on. */
      rows: number;
      /** Rows that the tested fit learned from. */
      testedRows: number;
      /** Both learned only from rows from this time on, epoch milliseconds; null for all rows. */
      since: number | null;
      /** Epochs, boosting iterations or trees, as the tested model has them. */
      steps: number;
      unit: 'epochs' | 'iterations' | 'trees';
      /** Time of its newest row, epoch milliseconds; null when no column says when a row was. */
      until: number | null;
      /** See `scoreShift`. */
      shift: number;
    }
  | {
      kind: 'refused';
      /** Null when its classes are others, so that no score can be compared. */
      shift: number | null;
      reason: 'far scores' | 'worse' | 'other classes';
      /** For `worse`: the headline metric on the test rows, and the bound of the interval of the tested model. */
      metric?: { name: string; value: number; bound: number } | undefined;
    }
  | {
      kind: 'impossible';
      /** The model comes from a program of the user, or its files do not say how long it was fitted. */
      reason: 'own program' | 'unknown length';
    };

interface TestedFiles {
  modelPath: string;
  modelHash: string | null;
  refit?: Refit | undefined;
}

/** The files of a version that are served: the refitted model where there is one, else the tested model. */
export function servedFiles({ refit, modelPath, modelHash }: TestedFiles): { path: string; hash: string | null } {
  return refit?.kind === 'served'
    ? { path: refit.modelPath, hash: refit.modelHash }
    : { path: modelPath, hash: modelHash };
}

/** Tags of a version with a second fit, for clients of MLflow. */
export function refitTags({ refit, modelHash }: TestedFiles): { key: string; value: string }[] {
  if (!refit) return [];
  const tags = {
    'loopwright.refit': refit.kind,
    ...(refit.kind === 'served'
      ? {
          'loopwright.refit.rows': String(refit.rows),
          [`loopwright.refit.${refit.unit}`]: String(refit.steps),
          'loopwright.refit.hash': refit.modelHash,
          ...(modelHash === null ? {} : { 'loopwright.tested.hash': modelHash }),
        }
      : { 'loopwright.refit.reason': refit.reason }),
  };
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
