export interface MutualInformation {
  /** Mutual information in nats (natural logarithm), of the counts as they are: sklearn's `mutual_info_score`. */
  mutual_information: number;
  /**
   * Mutual information over the entropy of the columns (the target): the share of its uncertainty that the rows
   * explain, 0 to 1.
   */
  uncertainty_coefficient: number;
  /**
   * The value that independent variables of this size exceed in 5 % of cases: the 95 % quantile of chi-square with (r −
   * 1)(c − 1) degrees of freedom, over 2n.
   */
  baseline: number;
  n: number;
}

/**
 * Mutual information of two categorical variables from their contingency table, counts by row and column. Under
 * independence 2n·MI is the statistic of the G-test, which is chi-square distributed: the baseline. Null for an empty
 * table.
 */
export function mutualInformation(table: readonly ArrayLike<number>[]): MutualInformation | null {
  const width = Math.max(0, ...table.map((row) => row.length));
  const rows = table.map((row) => sum(row));
  const columns = Array.from({ length: width }, (_, j) => table.reduce((total, row) => total + (row[j] ?? 0), 0));
  const n = sum(rows);
  if (n === 0) return null;
  let information = 0;
  for (const [i, row] of table.entries()) {
    for (let j = 0; j < width; j++) {
      const count = row[j] ?? 0;
      if (count > 0) information += (count / n) * Math.log((count * n) / ((rows[i] ?? 0) * (columns[j] ?? 0)));
    }
  }
  const entropy = columns.reduce((total, count) => (count > 0 ? total - (count / n) * Math.log(count / n) : total), 0);
  const df = (rows.filter((count) => count > 0).length - 1) * (columns.filter((count) => count > 0).length - 1);
  const value = Math.max(0, information);
  return {
    mutual_information: value,
    uncertainty_coefficient: entropy > 0 ? Math.min(1, value / entropy) : 0,
    baseline: chiSquareQuantile95(df) / (2 * n),
    n,
  };
}

/**
 * The 95 % quantile of chi-square, by Wilson and Hilferty (1931): 3.75 for 3.84 at one degree of freedom, within 0.3 %
 * from three on.
 */
function chiSquareQuantile95(df: number): number {
  if (df <= 0) return 0;
  const step = 2 / (9 * df);
  return df * (1 - step + 1.6448536269514722 * Math.sqrt(step)) ** 3;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
}
