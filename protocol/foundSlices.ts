/** Slices on which the model loses most, and how they were searched. */
export interface SliceSearch {
  loss: string;
  tried: number;
  depth: number;
  minRows: number;
  columns: string[];
  leftOut: string[];
  slices: {
    conditions: { column: string; value: string }[];
    n: number;
    loss: number;
    restLoss: number;
    effect: number;
    pValue: number;
  }[];
}
