import type { Predictor } from '../../models/predictor.ts';
import type { ModelVersion } from '../../registry/modelVersions.ts';

/** The model that a stage validates, the champion it is compared with, and SQL for the rows of both sides. */
export interface Subject {
  /** Name of the model in the registry. */
  name: string;
  /** The registered version that is validated; null when the validation registers one. */
  version: number | null;
  model: Predictor;
  /** False for a table of predictions, which can score no other rows: it has no speed and no size. */
  scoresRows: boolean;
  files: {
    /** File or folder of the model, relative to the project when inside it. */
    path: string;
    hash: string;
    bytes: number;
  };
  /** The interpreter that scores, relative to the project when inside it; null when the model needs none. */
  python: string | null;
  champion: Champion;
  /** The validation rows, with the columns that the champion needs. */
  validation: string;
  test: string;
  /**
   * The test rows without the columns that only the champion needs. After a change they have `regimeColumn`, which is
   * true for the rows of the new regime.
   */
  reference: string;
  /** Columns that slices and fairness group by. */
  groupColumns: string[];
  /** Column of the weights of the rows; null counts each once. */
  weightColumn: string | null;
  /** The classes in the order of the model's own, when the project names them; null for the model's names. */
  classNames: readonly string[] | null;
  close(): Promise<void>;
}

export type Champion =
  | { kind: 'comparable'; version: ModelVersion; model: Predictor }
  | { kind: 'no_champion' | 'champion_not_comparable'; note: string };
