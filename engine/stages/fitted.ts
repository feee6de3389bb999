/** A model that was fitted and saved. */
export interface Fitted {
  /** Rows that it was fitted on. */
  rows: number;
  /** Epochs, boosting iterations or trees of the model. */
  steps: number;
  /**
   * Loss of the validation rows: log loss of classes, mean squared error or its root of numbers. Comparable between two
   * fits of a stage; null without validation rows.
   */
  loss: number | null;
  unit: 'epochs' | 'iterations' | 'trees';
  trainedBy: { kind: 'backend'; name: string } | { kind: 'library'; id: string; name: string; version: string };
}
