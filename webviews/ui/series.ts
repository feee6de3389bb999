import type { MetricSeries } from '../../protocol/runs.ts';

/** All points of one metric of one run as typed arrays; point i is (steps[i], at[i], values[i]). */
export interface Curve {
  readonly runId: string;
  readonly key: string;
  readonly count: number;
  /** Ascending. */
  readonly steps: Float64Array;
  /** Epoch milliseconds, in the order of the steps. */
  readonly at: Float64Array;
  /** NaN and ±Infinity as they were logged. */
  readonly values: Float64Array;
}

/** Reads a packed series. Steps and times are decoded on first use: a chart over steps needs no times. */
export function curveOf(series: MetricSeries): Curve {
  let steps: Float64Array | null = null;
  let at: Float64Array | null = null;
  let values: Float64Array | null = null;
  return {
    runId: series.runId,
    key: series.key,
    count: series.count,
    get steps() {
      return (steps ??= series.steps === null ? indices(series.count) : doubles(series.steps, series.count));
    },
    get at() {
      return (at ??= doubles(series.at, series.count));
    },
    get values() {
      return (values ??= doubles(series.values, series.count));
    },
  };
}

/** Appends the points of a response to a curve; a complete response replaces it. */
export function grown(curve: Curve | undefined, series: MetricSeries): Curve {
  const from = series.from ?? 0;
  if (from === 0) return curveOf(series);
  if (curve?.count !== from)
    throw new Error(`Points from ${from} on came for a series of ${curve?.count ?? 0} points.`);
  if (series.count === 0) return curve;
  const steps = series.steps === null ? indices(series.count, from) : doubles(series.steps, series.count);
  return {
    runId: series.runId,
    key: series.key,
    count: from + series.count,
    steps: joined(curve.steps, steps),
    at: joined(curve.at, doubles(series.at, series.count)),
    values: joined(curve.values, doubles(series.values, series.count)),
  };
}

function joined(before: Float64Array, after: Float64Array): Float64Array {
  const all = new Float64Array(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all;
}

/** Decodes base64 of little-endian 64-bit floats, the native order of every platform that VS Code supports. */
export function doubles(base64: string, count: number): Float64Array {
  const bytes = bytesOf(base64);
  if (bytes.byteLength !== count * 8)
    throw new Error(`A series of ${count} points came with ${bytes.byteLength} bytes instead of ${count * 8}.`);
  return new Float64Array(bytes.buffer, bytes.byteOffset, count);
}

/** Encodes values as base64, the inverse of `doubles`. */
export function packed(values: Float64Array): string {
  return base64Of(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

interface Base64Reader {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}
interface Base64Writer {
  toBase64?(): string;
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as unknown as Base64Reader;
  if (native.fromBase64) return native.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function base64Of(bytes: Uint8Array): string {
  const native = bytes as Base64Writer;
  if (native.toBase64) return native.toBase64();
  // A call accepts a limited number of arguments.
  const part = 0x8000;
  let text = '';
  for (let from = 0; from < bytes.length; from += part)
    text += String.fromCharCode(...bytes.subarray(from, from + part));
  return btoa(text);
}

/** UTF-8 text as base64. */
export function base64OfText(text: string): string {
  return base64Of(new TextEncoder().encode(text));
}

function indices(count: number, from = 0): Float64Array {
  const all = new Float64Array(count);
  for (let i = 0; i < count; i++) all[i] = from + i;
  return all;
}
