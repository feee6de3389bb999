import type { ModelRef } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';

// Only this file reads and writes the tables `predictions` (answers of the API) and `prediction_files` (answers of
// batches). Times are epoch milliseconds.

/** `stable` answers, `canary` answers a share of the requests, `shadow` predicts too but its answers are not sent. */
export type ServingRole = 'stable' | 'canary' | 'shadow';

/** The version that answered, and its role. */
export interface Answering {
  deployment: string;
  model: string;
  version: number;
  role: ServingRole;
}

/** The request of the predictions. */
export interface AnsweredRequest extends Answering {
  /** The caller's `x-request-id`, or an id of our own. */
  requestId: string;
  /** The trace id of the caller's W3C `traceparent`; null when it sent none. */
  trace: string | null;
}

/** One answered or refused prediction. */
export interface LoggedPrediction {
  /** The time of the event. */
  at: number;
  /** The value that joins a later label to the prediction; null when the row has none. */
  key: string | null;
  features: Record<string, unknown>;
  /** Score of the positive class, or the value of a regression; null for classes and errors. */
  score: number | null;
  prediction: string | null;
  /** Time of the model's function for the whole request. */
  predictMs: number;
  error: string | null;
  /** Rules of the schema that the answered row breaks. */
  warnings?: readonly LoggedWarning[] | undefined;
}

/** As stored in the column `warnings`. */
export interface LoggedWarning {
  field: string;
  rule: string;
  value: string | null;
}

/** A request in the log, by the id of its first row. */
export interface LoggedRequest {
  first: number;
}

/** A text longer than this is cut in the log: one request must not fill the store. */
export const longestLogged = 1000;

export interface PredictionFile {
  /** Path of a Parquet file, relative to the project. */
  path: string;
  from: number;
  to: number;
  rows: number;
}

/** A stretch of a deployment's log: start inclusive, end exclusive. */
export interface LogSpan {
  deployment: string;
  start: number;
  end: number;
  /** True for the predictions of the shadow, false for those that were sent. Default false. */
  shadow?: boolean | undefined;
}

/** SQL that is true for the predictions of a shadow, or for those that were sent. */
const sentOr = (shadow: boolean) => (shadow ? `role = 'shadow'` : `role <> 'shadow'`);

/** Appends the predictions of a request, all or none. Long texts are cut. */
export function logPredictions(
  { sql }: Pick<Store, 'sql'>,
  request: AnsweredRequest,
  rows: readonly LoggedPrediction[],
): LoggedRequest {
  const now = Date.now();
  return sql.write(() => {
    let first: number | null = null;
    for (const row of rows) {
      const { lastId } = sql.run(
        `INSERT INTO predictions (
           deployment, at, received_at, request_id, model, version, role, trace, key, features, score, prediction,
           predict_ms, error, warnings
         ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        request.deployment,
        row.at,
        now,
        request.requestId,
        request.model,
        request.version,
        request.role,
        request.trace,
        cut(row.key),
        JSON.stringify(row.features, (_, value: unknown) => (typeof value === 'string' ? cut(value) : value)),
        row.score,
        row.prediction,
        row.predictMs,
        cut(row.error),
        row.warnings && row.warnings.length > 0 ? JSON.stringify(row.warnings) : null,
      );
      first ??= lastId;
    }
    return { first: first ?? 0 };
  });
}

/**
 * Tries whether predictions can be written, and leaves none. False when another process locks the store for
 * `patienceMs`; throws StoreError when they cannot be written.
 */
export function tryToLog(
  { sql }: Pick<Store, 'sql'>,
  { request, rows }: { request: AnsweredRequest; rows: readonly LoggedPrediction[] },
  patienceMs: number,
): boolean {
  return sql.tryWrite(patienceMs, () => {
    const { first } = logPredictions({ sql }, request, rows);
    sql.run('DELETE FROM predictions WHERE id >= ?', first);
  });
}

function cut(text: string | null): string | null {
  return text !== null && text.length > longestLogged ? `${text.slice(0, longestLogged)}…` : text;
}

/**
 * Adds the time of answered requests to their first rows, so that each request counts once: from the first byte of the
 * request to the end of the answer.
 */
export function logRequestTimes({ sql }: Pick<Store, 'sql'>, times: readonly (LoggedRequest & { ms: number })[]): void {
  sql.write(() => {
    for (const { first, ms } of times) sql.run('UPDATE predictions SET request_ms = ? WHERE id = ?', ms, first);
  });
}

/** Adds a file that a batch wrote. */
export function logPredictionFile({ sql }: Pick<Store, 'sql'>, by: Answering, file: PredictionFile): void {
  sql.run(
    `INSERT INTO prediction_files (deployment, path, from_at, to_at, rows, model, version, role, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    by.deployment,
    file.path,
    file.from,
    file.to,
    file.rows,
    by.model,
    by.version,
    by.role,
    Date.now(),
  );
}

/**
 * The number of predictions of a deployment, or of one version that it served, and when the last was received.
 * Predictions of old stores, which have no name of a model, count for any model.
 */
export function predictionCount(
  { sql }: Pick<Store, 'sql'>,
  deployment: string,
  version?: ModelRef,
): { predictions: number; lastAt: number | null } {
  const where = `deployment = ? AND ${sentOr(false)}${version === undefined ? '' : ' AND version = ? AND (model = ? OR model IS NULL)'}`;
  const values = version === undefined ? [deployment] : [deployment, version.version, version.name];
  const live = sql.get<{ n: number; last: number | null }>(
    `SELECT count(*) AS n, max(received_at) AS last FROM predictions WHERE ${where}`,
    ...values,
  );
  const files = sql.get<{ n: number | null; last: number | null }>(
    `SELECT sum(rows) AS n, max(created_at) AS last FROM prediction_files WHERE ${where}`,
    ...values,
  );
  const last = Math.max(live?.last ?? 0, files?.last ?? 0);
  return { predictions: (live?.n ?? 0) + (files?.n ?? 0), lastAt: last === 0 ? null : last };
}

/**
 * The time of the first prediction of a deployment from a time on; that time itself where a file of predictions spans
 * it. Null when there is none.
 */
export function firstPrediction(
  { sql }: Pick<Store, 'sql'>,
  deployment: string,
  from: number,
  shadow = false,
): number | null {
  const live =
    sql.get<{ at: number | null }>(
      `SELECT min(at) AS at FROM predictions WHERE deployment = ? AND at >= ? AND ${sentOr(shadow)}`,
      deployment,
      from,
    )?.at ?? null;
  const file =
    sql.get<{ at: number | null }>(
      `SELECT min(max(from_at, ?)) AS at FROM prediction_files
       WHERE deployment = ? AND to_at >= ? AND ${sentOr(shadow)}`,
      from,
      deployment,
      from,
    )?.at ?? null;
  return live === null ? file : file === null ? live : Math.min(live, file);
}

/** The time of the last prediction of a deployment; null when there is none. */
export function lastPrediction({ sql }: Pick<Store, 'sql'>, deployment: string): number | null {
  return (
    sql.get<{ at: number | null }>(
      `SELECT max(at) AS at FROM (
         SELECT max(at) AS at FROM predictions WHERE deployment = ?
         UNION ALL SELECT max(to_at) FROM prediction_files WHERE deployment = ?
       )`,
      deployment,
      deployment,
    )?.at ?? null
  );
}

/** The times of the first and the last prediction of all deployments; null when there is none. */
export function predictionSpan({ sql }: Pick<Store, 'sql'>): { first: number; last: number } | null {
  return (
    sql.get<{ first: number; last: number }>(
      `SELECT * FROM (
         SELECT min(first) AS first, max(last) AS last FROM (
           SELECT min(at) AS first, max(at) AS last FROM predictions
           UNION ALL SELECT min(from_at), max(to_at) FROM prediction_files
         )
       ) WHERE first IS NOT NULL`,
    ) ?? null
  );
}

/**
 * The version that answered most rows of a span; null when nothing answered. A file counts by the part of its time that
 * is in the span.
 */
export function mainVersion(
  { sql }: Pick<Store, 'sql'>,
  { deployment, start, end, shadow = false }: LogSpan,
): number | null {
  const found = sql.get<{ version: number }>(
    `SELECT version FROM (
       SELECT version, count(*) AS n FROM predictions
       WHERE deployment = ? AND at >= ? AND at < ? AND ${sentOr(shadow)} GROUP BY version
       UNION ALL
       SELECT version, rows * (min(to_at + 1, ?) - max(from_at, ?)) / (to_at + 1.0 - from_at) AS n FROM prediction_files
       WHERE deployment = ? AND from_at < ? AND to_at >= ? AND ${sentOr(shadow)}
     ) GROUP BY version ORDER BY sum(n) DESC, version DESC LIMIT 1`,
    deployment,
    start,
    end,
    end,
    start,
    deployment,
    end,
    start,
  );
  return found?.version ?? null;
}

/** A prediction as it is in the log, with the columns that the log adds. */
export interface ReadPrediction {
  version: number;
  features: string;
  /**
   * Time of the whole request, as its client waited, in its first row; null in its other rows and where it was not
   * measured: in old rows, and those of a shadow.
   */
  requestMs: number | null;
}

/** The predictions of a span that the API answered or refused, without those in files. */
export function* eachPrediction(
  { sql }: Pick<Store, 'sql'>,
  { deployment, start, end, shadow = false }: LogSpan,
): Generator<Omit<LoggedPrediction, 'at' | 'features' | 'warnings'> & ReadPrediction> {
  yield* sql.iterate<{
    key: string | null;
    features: string;
    score: number | null;
    prediction: string | null;
    predictMs: number;
    requestMs: number | null;
    error: string | null;
    version: number;
  }>(
    `SELECT key, features, score, prediction, predict_ms AS predictMs, request_ms AS requestMs, error, version
     FROM predictions
     WHERE deployment = ? AND at >= ? AND at < ? AND ${sentOr(shadow)}`,
    deployment,
    start,
    end,
  );
}

/** The times and keys of the predictions of a span that the API answered, without those in files. */
export function eachKey(
  { sql }: Pick<Store, 'sql'>,
  { deployment, start, end, shadow = false }: LogSpan,
): IterableIterator<{ at: number; key: string }> {
  return sql.iterate(
    `SELECT at, key FROM predictions
     WHERE deployment = ? AND at >= ? AND at < ? AND key IS NOT NULL AND error IS NULL AND ${sentOr(shadow)}`,
    deployment,
    start,
    end,
  );
}

/** The files that hold predictions of a span, oldest first. They may hold others too. */
export function predictionFiles(
  { sql }: Pick<Store, 'sql'>,
  { deployment, start, end, shadow = false }: LogSpan,
): { path: string; version: number }[] {
  return sql.all(
    `SELECT path, version FROM prediction_files
     WHERE deployment = ? AND from_at < ? AND to_at >= ? AND ${sentOr(shadow)} ORDER BY id`,
    deployment,
    end,
    start,
  );
}
