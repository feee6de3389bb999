import type { MetricPoint } from '../tracking/writeRun.ts';
import { invalid } from './mlflowError.ts';
import { checkKey } from './names.ts';
import { show } from './request.ts';

/** A metric of a request: numbers may be text; NaN and the infinities are text. */
export function metricOf(item: Record<string, unknown>, path = ''): MetricPoint {
  const at = path === '' ? '' : `${path}.`;
  const key = checkKey(item.key, path === '' ? 'key' : `${at}name`);
  if (item.value === undefined || item.value === null)
    throw invalid(`Missing value for required parameter '${at}value'.`);
  const value = doubleOf(item.value);
  if (value === null)
    throw invalid(
      `Invalid value ${show(item.value)} for parameter '${at}value' supplied: (timestamp=${show(item.timestamp)}). Please specify value as a valid double (64-bit floating point)`,
    );
  if (item.timestamp === undefined || item.timestamp === null)
    throw invalid(`Missing value for required parameter '${at}timestamp'.`);
  const timestamp = longOf(item.timestamp);
  if (timestamp === null || timestamp < 0)
    throw invalid(
      `Invalid value ${show(item.timestamp)} for parameter '${at}timestamp' supplied: metric '${key}' (value=${value}). Timestamp must be a nonnegative long (64-bit integer) `,
    );
  const step = item.step === undefined || item.step === null ? 0 : longOf(item.step);
  if (step === null)
    throw invalid(
      `Invalid value ${show(item.step)} for parameter '${at}step' supplied: metric '${key}' (value=${value}). Step must be a valid long (64-bit integer).`,
    );
  return { key, value, step, at: timestamp };
}

function doubleOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  if (/^[-+]?(inf|infinity)$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(value)) return Number.NaN;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

function longOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 63 ? number : null;
}

/** A double as protobuf writes it in JSON. */
export function jsonDouble(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}
