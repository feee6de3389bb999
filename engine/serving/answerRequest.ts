import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataError } from '../base/errors.ts';
import type { Field, InvalidMode } from '../project/schema/datasetSchema.ts';
import { answeredThreshold } from './answeredThreshold.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import type { GroupedLog } from './groupedLog.ts';
import type { ServerMetrics } from './openMetrics.ts';
import { longestLogged, type AnsweredRequest, type LoggedPrediction, type LoggedRequest } from './predictionLog.ts';
import { predictRows, type PredictedRows, type RowPrediction } from './predictRows.ts';
import type { RowSchema, RowViolation } from './rowSchema.ts';
import type { Shadow } from './shadow.ts';
import type { Predictor } from '../models/predictor.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import type { ValidationReport } from '../registry/validationReport.ts';

const mostRows = 10_000;
/** Violations that a refusal lists; it counts the others. */
const mostListed = 100;

/** The version that answers. */
export interface AnsweringVersion {
  model: Predictor;
  version: Pick<ModelVersion, 'model' | 'version'> & {
    report: Pick<ValidationReport, 'threshold' | 'classes'> &
      Partial<Pick<ValidationReport, 'thresholdChoice' | 'data'>>;
  };
}

/** The parts that answer the requests of a deployment, the same for all of them. */
export interface Answering {
  name: string;
  predictions: GroupedLog;
  /** Null when predictions are not logged. */
  columns: DeploymentColumns | null;
  metrics: ServerMetrics;
  shadow: Shadow | null;
  rowSchemaOf: (served: AnsweringVersion) => RowSchema;
  target: Field | null;
  /** The handling of rows that the model refuses; a row without a prediction cannot only warn. */
  invalid: InvalidMode;
}

/** A broken rule that only warns, in an answer; its row is where it stands. */
type AnsweredWarning = Omit<RowViolation, 'row' | 'mode'>;
/** The same for a row that is refused. The field is null when the model refuses it. */
type AnsweredViolation = Omit<AnsweredWarning, 'field'> & { field: string | null };

/** The answer for a row: a prediction, with warnings where it breaks rules, or the reasons why there is none. */
export type AnsweredRow =
  | (RowPrediction & { warnings?: AnsweredWarning[] })
  | { score: null; prediction: null; value: null; errors: AnsweredViolation[] };

/** The requests that are in the log, for the time that is known after the answer. */
export const loggedRequests = new WeakMap<FastifyRequest, LoggedRequest>();

/**
 * Answers POST /predict. Rows are checked against the schema: those that it refuses have no prediction, and a request
 * without any row left is refused. What was answered or refused is in the log before the answer is sent.
 */
export async function answerRequest(
  req: FastifyRequest,
  reply: FastifyReply,
  served: AnsweringVersion,
  options: Answering,
): Promise<unknown> {
  const { columns, metrics } = options;
  const rows = rowsIn(req.body, served);
  if (!Array.isArray(rows)) return reply.status(rows.status).send({ error: rows.error });
  const { model, version } = served.version;
  const request: AnsweredRequest = { deployment: options.name, model, version, role: 'stable', ...identityOf(req) };
  const logAs = async (logged: readonly LoggedPrediction[]): Promise<void> => {
    if (columns) loggedRequests.set(req, await options.predictions.write(request, logged));
  };
  const refuse = async (
    error: string,
    found: readonly (AnsweredViolation & { row: number })[],
    predictMs: number,
  ): Promise<unknown> => {
    await logAs([{ ...noPrediction, at: Date.now(), predictMs, error }]);
    metrics.refusedRows(rows.length);
    const listed = found.slice(0, mostListed).map(({ row, ...violation }) => ({ row, ...answered(violation) }));
    return reply
      .status(400)
      .send({ error, ...(found.length > 0 && { violations: listed, violation_count: found.length }) });
  };
  const { rows: checked, violations } = options.rowSchemaOf(served).check(rows);
  metrics.violations(violations);
  const sorted = sortViolations(violations, rows.length);
  if (sorted.isRefused) {
    const refusing = violations.filter(({ mode }) => mode !== 'warn');
    return refuse(refusalText(refusing), refusing, 0);
  }
  const { errors, warnings } = sorted;
  const positions = rows.flatMap((_, i) => (errors.has(i) ? [] : [i]));
  const accepted = errors.size === 0 ? checked : positions.map((i) => checked[i] ?? {});
  const start = performance.now();
  let predicted: PredictedRows;
  try {
    predicted = await predictRows(served.model, served.version.report, accepted, options.target);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return refuse(error.message, [], performance.now() - start);
  }
  const predictMs = performance.now() - start;
  const byModel = [...predicted.refused].map(([at, reason]) => refusedByModel(positions[at] ?? at, reason));
  if (byModel.length > 0) {
    const isRefused = options.invalid === 'fail' || byModel.length === accepted.length;
    metrics.violations(
      byModel.map(({ rule }) => ({ field: '', rule, mode: options.invalid === 'fail' ? 'fail' : 'quarantine' })),
    );
    if (isRefused) return refuse(refusalText(byModel), byModel, predictMs);
    for (const { row, ...violation } of byModel) errors.set(row, [violation]);
  }
  const taken = predicted.predictions.filter((prediction) => prediction !== null);
  let next = 0;
  const predictions = rows.map((_, i): AnsweredRow => {
    const refused = errors.get(i);
    if (refused) return { score: null, prediction: null, value: null, errors: refused };
    const prediction = taken[next++] ?? { score: null, prediction: '', value: '' };
    const own = warnings.get(i);
    return own ? { ...prediction, warnings: own } : prediction;
  });
  if (columns) {
    const logged = rows.map((row, i): LoggedPrediction => {
      const prediction = predictions[i];
      const key = columns.keyOf(row);
      const refused = errors.get(i);
      const at = columns.timeOf(row);
      const own = warnings.get(i);
      if (refused)
        return {
          ...noPrediction,
          at,
          key,
          predictMs,
          error: `row ${i}: ${refused.map(({ message }) => message).join('; ')}`,
        };
      return {
        at,
        key,
        features: columns.featuresOf(checked[i] ?? row, served.model.meta.features),
        score: prediction?.score ?? null,
        prediction: prediction?.prediction ?? null,
        predictMs,
        error: null,
        ...(own && { warnings: own.map(({ field, rule, value }) => ({ field, rule, value })) }),
      };
    });
    await logAs(logged);
    for (const [i, { key }] of logged.entries())
      if (key !== null && key.length > longestLogged) warnOfCut(predictions, i, columns.key ?? '');
    options.shadow?.take({
      request,
      rows: errors.size === 0 ? checked : checked.filter((_, i) => !errors.has(i)),
      logged: errors.size === 0 ? logged : logged.filter((_, i) => !errors.has(i)),
    });
  }
  metrics.answeredRows(taken.length, errors.size);
  const threshold = answeredThreshold(served.version.report);
  return { model, model_version: version, ...(threshold && { threshold }), predictions };
}

/** A row that the model does not take. */
function refusedByModel(row: number, message: string): AnsweredViolation & { row: number } {
  return { row, field: null, rule: 'model', value: null, message };
}

function answered({ field, rule, value, misspelt, message }: AnsweredViolation): AnsweredViolation {
  return { field, rule, value, ...(misspelt !== undefined && { misspelt }), message };
}

const noPrediction = { key: null, features: {}, score: null, prediction: null };

/** The rows of a body, or why it has none. */
function rowsIn(
  body: unknown,
  served: AnsweringVersion,
): Record<string, unknown>[] | { status: number; error: string } {
  const { instances, params } = (typeof body === 'object' && body !== null ? body : {}) as {
    instances?: unknown;
    params?: unknown;
  };
  if (params !== undefined)
    return {
      status: 400,
      error: 'This API takes no `params`: a model answers with the params that it was saved with.',
    };
  if (!Array.isArray(instances) || instances.length === 0)
    return {
      status: 400,
      error: `The body must be JSON like {"instances": [{"${served.model.meta.features[0]?.name ?? 'column'}": …}]} with at least one row.`,
    };
  if (instances.length > mostRows)
    return {
      status: 413,
      error: `A request may hold at most ${mostRows} rows; this one holds ${instances.length}.`,
    };
  const stranger = instances.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (stranger >= 0) return { status: 400, error: `row ${stranger}: not an object of feature values` };
  return instances as Record<string, unknown>[];
}

interface SortedViolations {
  /** A rule refuses the whole request, or no row is left. */
  isRefused: boolean;
  /** By row. */
  errors: Map<number, AnsweredViolation[]>;
  warnings: Map<number, AnsweredWarning[]>;
}

function sortViolations(violations: readonly RowViolation[], rows: number): SortedViolations {
  const errors = new Map<number, AnsweredViolation[]>();
  const warnings = new Map<number, AnsweredWarning[]>();
  let isRefused = false;
  for (const { row, mode, ...violation } of violations) {
    if (mode === 'warn') warnings.set(row, [...(warnings.get(row) ?? []), violation]);
    else errors.set(row, [...(errors.get(row) ?? []), violation]);
    isRefused ||= mode === 'fail';
  }
  return { isRefused: isRefused || errors.size === rows, errors, warnings };
}

function refusalText([first, ...others]: readonly Pick<RowViolation, 'row' | 'message'>[]): string {
  const more = others.length === 0 ? '' : `; and ${others.length} more in \`violations\``;
  return `row ${first?.row}: ${first?.message}${more}`;
}

function warnOfCut(predictions: AnsweredRow[], row: number, field: string): void {
  const prediction = predictions[row];
  if (!prediction || 'errors' in prediction) return;
  const message = `${field}: longer than ${longestLogged} characters; the log keeps the first ${longestLogged}`;
  predictions[row] = {
    ...prediction,
    warnings: [...(prediction.warnings ?? []), { field, rule: 'logged', value: null, message }],
  };
}

/** The ids that identify a request to its caller: those that it sent when their form is safe, else new ones. */
function identityOf({ headers }: FastifyRequest): Pick<AnsweredRequest, 'requestId' | 'trace'> {
  const given = headers['x-request-id'];
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(headers['traceparent'] ?? ''))?.[1];
  return {
    requestId: typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID(),
    trace: trace ?? null,
  };
}
