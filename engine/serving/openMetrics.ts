import type { RowViolation } from './rowSchema.ts';

const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Counts of a server, printed in the OpenMetrics text format 1.0.0. */
export class ServerMetrics {
  readonly #requests = new Map<string, number>();
  readonly #buckets = bounds.map(() => 0);
  #observed = 0;
  #seconds = 0;
  #predictions = 0;
  #refused = 0;
  readonly #violations = new Map<string, number>();

  /** A request to /predict was answered, with any status. */
  request(status: number, seconds: number): void {
    this.#requests.set(String(status), (this.#requests.get(String(status)) ?? 0) + 1);
    this.#observed++;
    this.#seconds += seconds;
    bounds.forEach((bound, i) => {
      if (seconds <= bound) this.#buckets[i] = (this.#buckets[i] ?? 0) + 1;
    });
  }

  answeredRows(predicted: number, refused: number): void {
    this.#predictions += predicted;
    this.#refused += refused;
  }

  refusedRows(rows: number): void {
    this.#refused += rows;
  }

  /** Counts the broken rules by field of the schema; fields that no schema has count together. */
  violations(found: readonly Pick<RowViolation, 'field' | 'rule' | 'mode'>[]): void {
    for (const { field, rule, mode } of found) {
      const named = rule === 'unknown' ? '' : field;
      const key = `field="${escape(named)}",rule="${rule}",handling="${mode}"`;
      this.#violations.set(key, (this.#violations.get(key) ?? 0) + 1);
    }
  }

  text(labels: { deployment: string; model: string; version: number }): string {
    const own = `deployment="${escape(labels.deployment)}"`;
    return [
      '# TYPE loopwright_requests counter',
      '# HELP loopwright_requests Requests to /predict by HTTP status.',
      ...[...this.#requests].map(([status, n]) => `loopwright_requests_total{${own},status="${status}"} ${n}`),
      '# TYPE loopwright_predictions counter',
      '# HELP loopwright_predictions Rows that were predicted.',
      `loopwright_predictions_total{${own}} ${this.#predictions}`,
      '# TYPE loopwright_refused_rows counter',
      '# HELP loopwright_refused_rows Rows without a prediction, because they or their request break the schema.',
      `loopwright_refused_rows_total{${own}} ${this.#refused}`,
      '# TYPE loopwright_violations counter',
      '# HELP loopwright_violations Broken rules of the schema, by field, rule and handling.',
      ...[...this.#violations].map(([key, n]) => `loopwright_violations_total{${own},${key}} ${n}`),
      '# TYPE loopwright_request_duration_seconds histogram',
      '# UNIT loopwright_request_duration_seconds seconds',
      '# HELP loopwright_request_duration_seconds Time to answer a request to /predict, from its first byte to the end of the answer.',
      ...bounds.map(
        (bound, i) => `loopwright_request_duration_seconds_bucket{${own},le="${bound}"} ${this.#buckets[i]}`,
      ),
      `loopwright_request_duration_seconds_bucket{${own},le="+Inf"} ${this.#observed}`,
      `loopwright_request_duration_seconds_sum{${own}} ${this.#seconds}`,
      `loopwright_request_duration_seconds_count{${own}} ${this.#observed}`,
      '# TYPE loopwright_model info',
      '# HELP loopwright_model The model version that serves.',
      `loopwright_model_info{${own},model="${escape(labels.model)}",version="${labels.version}"} 1`,
      '# EOF',
      '',
    ].join('\n');
  }
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
