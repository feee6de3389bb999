/** The products of numbers by row. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const products = new Float64Array(a.length);
  for (let i = 0; i < products.length; i++) products[i] = (a[i] ?? 0) * (b[i] ?? 0);
  return products;
}

/** The values of some rows. */
export function pick(values: ArrayLike<number>, rows: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let k = 0; k < picked.length; k++) picked[k] = values[rows[k] ?? 0] ?? Number.NaN;
  return picked;
}

/** The number of rows of equal weight that vary as much as rows of these weights (Kish 1965); 0 without weight. */
export function effectiveRows(weights: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
