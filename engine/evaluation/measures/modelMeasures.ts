import type { MetricDescription } from './measure.ts';

const requests = 'measured: 200 requests of single rows, after 20 to warm up';

/** Metrics of any saved model, whatever its task; the stage that validates measures them itself. */
export const latencyP50: MetricDescription = {
  name: 'latency_p50_ms',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Median time that a client of the API waits for the prediction of one row, in milliseconds: the whole request over HTTP on this machine.',
  source: requests,
};

export const latencyP95: MetricDescription = {
  name: 'latency_p95_ms',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: '95th percentile of the time that a client of the API waits for the prediction of one row, in milliseconds: the whole request over HTTP on this machine. In a window, of the logged requests.',
  source: requests,
};

export const predictP50: MetricDescription = {
  name: 'predict_p50_ms',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Median time of the function of the model for one row, in milliseconds, within the requests of `latency_p50_ms`.',
  source: requests,
};

export const predictP95: MetricDescription = {
  name: 'predict_p95_ms',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: '95th percentile of the time of the function of the model for one row, in milliseconds, within the requests of `latency_p95_ms`.',
  source: requests,
};

export const modelBytes: MetricDescription = {
  name: 'model_bytes',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Size of the saved model, in bytes.',
  source: 'measured: the files of the model',
};
