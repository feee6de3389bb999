/** A model that was fitted and saved. */
export interface Fitted {
  /** Rows that it was fitted on. */
  rows: number;
  /** Epochs, boosting iterations or trees of the model. */
  steps: number;
  unit: 'epochs' | 'iterations' | 'trees';
  trainedBy: { kind: 'backend'; name: string } | { kind: 'library'; id: string; name: string; version: string };
}
