import type { ParamValue } from '../../protocol/runs.ts';
import { metricText } from '../../words/metrics.ts';
import { absent, number } from '../../words/numbers.ts';

/** A metric with three significant digits in the unit of its name: `latency_p95_ms` → `3.20 ms`. */
export function metric(name: string, value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? absent : metricText(name, value);
}

/** The title of a column. `_score`, the model's output, is a name of the prediction log only. */
export function columnName(column: string): string {
  return column === '_score' ? 'score (model output)' : column;
}

export function param(value: ParamValue | undefined): string {
  if (value === undefined || value === null) return absent;
  if (Array.isArray(value)) return `[${value.map((one) => param(one)).join(', ')}]`;
  return typeof value === 'number' ? number(value, 6) : String(value);
}

export function shortId(id: string): string {
  return id.slice(0, 8);
}
