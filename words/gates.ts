import { differenceText, metricText } from './metrics.ts';
import { number } from './numbers.ts';

/** `at least 0.8`, `between 0.1 and 0.2 at 95 % confidence`. */
export function boundText(bound: {
  min?: number | null | undefined;
  max?: number | null | undefined;
  at_confidence?: number | null | undefined;
}): string {
  const { min = null, max = null, at_confidence: confidence = null } = bound;
  const of =
    min !== null && max !== null
      ? `between ${number(min)} and ${number(max)}`
      : min !== null
        ? `at least ${number(min)}`
        : max !== null
          ? `at most ${number(max)}`
          : 'no bound';
  return confidence === null ? of : `${of} at ${Number((confidence * 100).toPrecision(3))} % confidence`;
}

/** `0.783`, `0.783 (0.741 to 0.824)`; the reason, or nothing, where there is no value. */
export function measuredText(result: {
  gate: string;
  value: number | null;
  bound: number | null;
  otherEnd?: number | undefined;
}): string {
  const { gate, value, bound, otherEnd } = result;
  if (value === null) return '';
  const text = (one: number) => (gate.endsWith('@champion') ? differenceText(gate, one) : metricText(gate, one));
  if (bound === null || otherEnd === undefined) return text(value);
  return `${text(value)} (${text(Math.min(bound, otherEnd))} to ${text(Math.max(bound, otherEnd))})`;
}
