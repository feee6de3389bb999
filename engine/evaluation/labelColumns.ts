/** The labels of rows, one array of 0 and 1 a label, in the order of the labels. */
export interface LabelColumns {
  truth: Uint8Array[];
  /** The labels that are decided for each row; null where only scores are known and no threshold decides. */
  decided: Uint8Array[] | null;
}

/** Decides each label by a threshold of its score: labels at or above it are decided. */
export function decideLabels(scores: readonly Float64Array[], threshold: number): Uint8Array[] {
  return scores.map((column) => Uint8Array.from(column, (score) => Number(score >= threshold)));
}

/** How many labels each row has. */
export function labelsOfRows(columns: readonly Uint8Array[], rows: number): Float64Array {
  const counts = new Float64Array(rows);
  for (const column of columns) for (let i = 0; i < rows; i++) counts[i] = (counts[i] ?? 0) + (column[i] ?? 0);
  return counts;
}

/** The labels of some rows. */
export function pickLabels({ truth, decided }: LabelColumns, rows: ArrayLike<number>): LabelColumns {
  const pick = (column: Uint8Array) => {
    const picked = new Uint8Array(rows.length);
    for (let k = 0; k < picked.length; k++) picked[k] = column[rows[k] ?? 0] ?? 0;
    return picked;
  };
  return { truth: truth.map(pick), decided: decided && decided.map(pick) };
}
