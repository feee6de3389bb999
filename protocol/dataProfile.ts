/** What a table holds, column by column. */
export interface TableProfile {
  rows: number;
  columns: ColumnProfile[];
}

/** What a column looks like. Numbers of times are epoch milliseconds UTC. */
export interface ColumnProfile {
  name: string;
  /** Type of Table Schema. */
  type: string;
  rows: number;
  /** NULL and NaN. */
  missing: number;
  /** How many different values; an estimate (HyperLogLog) where `exact` is false. */
  distinct: number;
  /** Whether `distinct` and the quantiles were counted over all rows, or estimated because the table is large. */
  exact: boolean;
  numbers: NumberProfile | null;
  /** The ten most frequent values of texts, booleans and dates, most first; null for numbers and times. */
  top: { value: string; count: number }[] | null;
  /** Characters of texts; null for all else and where there is none. */
  lengths: { min: number; mean: number; max: number } | null;
}

export interface NumberProfile {
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
  mean: number;
  /** Sample standard deviation (n − 1); 0 for a single value. */
  std: number;
  zeros: number;
  negative: number;
  /** Infinite values, which the rest leaves out. */
  infinite: number;
  /** 20 equal bins between min and max, the last one closed; one bin when they are equal. `edges` is one longer than `counts`. */
  histogram: Histogram;
  /** The same between the 1st and the 99th percentile, where the ends are so far out that the bins above show nothing; values beyond are not in it. */
  core: Histogram | null;
}

export interface Histogram {
  edges: number[];
  counts: number[];
}
