/**
 * Exponential moving average with the start's bias taken out, as TensorBoard smooths:
 *
 *   m₀ = 0,  mᵢ = w · mᵢ₋₁ + (1 − w) · yᵢ,  smoothed yᵢ = mᵢ / (1 − wⁱ)
 *
 * where i counts finite points from 1 and w, in [0, 1), is the weight of what came before. It is what pandas calls
 * `ewm(alpha=1 - w, adjust=True, ignore_na=True).mean()`. A value that is not finite stays as it is and leaves the
 * average alone.
 */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  const result = new Float64Array(values.length);
  let average = 0;
  // 1 − wⁱ, by its own recurrence: bᵢ = w · bᵢ₋₁ + (1 − w).
  let bias = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      result[i] = value;
      continue;
    }
    average = weight * average + (1 - weight) * value;
    bias = weight * bias + (1 - weight);
    result[i] = average / bias;
  }
  return result;
}
