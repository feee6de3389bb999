import { normalQuantile } from './normalQuantile.ts';

/**
 * The interval of a number between 0 and 1 from its standard error, on the scale of logits, so that its ends stay
 * between 0 and 1. Null where the number is 0 or 1, or has no error.
 */
export function logitInterval(value: number, error: number, confidence: number): { low: number; high: number } | null {
  if (error === 0 || value <= 0 || value >= 1) return null;
  const width = (normalQuantile((1 + confidence) / 2) * error) / (value * (1 - value));
  const middle = Math.log(value / (1 - value));
  const back = (x: number) => 1 / (1 + Math.exp(-x));
  return { low: back(middle - width), high: back(middle + width) };
}
