import type { MetricDescription } from './measure.ts';

/** Metrics of any saved model, whatever its task; the stage that validates measures them itself. */
export const latencyP50: MetricDescription = {
  name: 'latency_p50_ms',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Median time of one prediction, in milliseconds.',
  source: 'measured: 200 single rows, after 20 to warm up',
};

export const latencyP95: MetricDescription = {
  name: 'latency_p95_ms',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: '95th percentile of the time of one prediction, in milliseconds.',
  source: 'measured: 200 single rows, after 20 to warm up',
};

export const modelBytes: MetricDescription = {
  name: 'model_bytes',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Size of the saved model, in bytes.',
  source: 'measured: the files of the model',
};
