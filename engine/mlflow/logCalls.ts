import type { Store } from '../store/store.ts';
import { isNestedDeeply, tooDeep } from '../base/jsonDepth.ts';
import { reviveRun, writeProgramParam } from '../tracking/loggedRuns.ts';
import { addModelMetric } from '../tracking/loggedModels.ts';
import { metricNamesOf } from '../tracking/metricNames.ts';
import { linkModel, writeDatasetInput } from '../tracking/runInputs.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { removeTag, tagOf } from '../tracking/runTags.ts';
import { storedParam } from '../tracking/runValues.ts';
import { writeParam, writePoints, writeTag, type MetricPoint } from '../tracking/writeRun.ts';
import { invalid, missing } from './mlflowError.ts';
import { metricOf } from './metricValues.ts';
import { checkKey, checkLength, cut, limits } from './names.ts';
import { list, optionalInteger, optionalText, show, text, type Handler, type StageClient } from './request.ts';
import { activeRun, isOurs, runInfo, tagsIn } from './runInfo.ts';

const logBatch: Handler = ({ store, body, client, stage }) => {
  const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
  const metrics = list(body, 'metrics');
  const params = list(body, 'params');
  const tags = list(body, 'tags');
  batchLimit('metrics', limits.metricsPerBatch, metrics.length);
  batchLimit('params', limits.paramsPerBatch, params.length);
  batchLimit('tags', limits.paramsPerBatch, tags.length);
  batchLimit('metrics, params, and tags', limits.entitiesPerBatch, metrics.length + params.length + tags.length);
  const points = metrics.map((item, i) => metricOf(item, `metrics[${i}]`));
  const pairs = params.map((param, i): [string, string] => [
    checkKey(param.key, `params[${i}].key`),
    cut(optionalText(param, 'value') ?? '', limits.param),
  ]);
  const seen = new Set<string>();
  for (const [key] of pairs) {
    if (seen.has(key))
      throw invalid(
        `Duplicate parameter keys have been submitted: ['${key}']. Please ensure the request contains only one param value per param key.`,
      );
    seen.add(key);
  }
  const keyed = tagsIn(body);
  store.sql.write(() => {
    logParams(store, row, pairs);
    writePoints(
      store,
      row.id,
      points.map((point) => storedPoint(row, stage, point)),
    );
    for (const [i, item] of metrics.entries()) modelMetric(store, row, item, points[i]);
    for (const [key, value] of keyed) writeTag(store, row.id, key, value);
    reviveRun(store, row, client);
  });
  return {};
};

/** A metric of a stage's own run has a name that is unique among the stages. */
function storedPoint(row: RunRow, stage: StageClient | null, point: MetricPoint): MetricPoint {
  if (stage?.runId !== row.run_id) return point;
  const names = metricNamesOf(row.run_id);
  return names ? { ...point, key: names.nameOf({ stage: stage.stage }, point.key) } : point;
}

function batchLimit(what: string, most: number, length: number): void {
  if (length > most)
    throw invalid(
      `A batch logging request can contain at most ${most} ${what}. Got ${length} ${what}. Please split up ${what} across multiple requests and try again.`,
    );
}

/** Stores a metric that names a logged model with that model too. */
function modelMetric(
  store: Store,
  row: RunRow,
  item: Record<string, unknown>,
  point: ReturnType<typeof metricOf> | undefined,
): void {
  const model = optionalText(item, 'model_id');
  if (model === undefined || model === '' || !point) return;
  addModelMetric(store, model, {
    ...point,
    runId: row.run_id,
    datasetName: optionalText(item, 'dataset_name') ?? '',
    datasetDigest: optionalText(item, 'dataset_digest') ?? '',
  });
}

/**
 * Params are written once: an equal value is accepted, a different one is an error. Only in the run of a stage, whose
 * params come from the project, a different value of the program is stored as `program.name`.
 */
function logParams(store: Store, row: RunRow, pairs: readonly [string, string][]): void {
  for (const [key, value] of pairs) {
    const known = storedParam(store, row.id, key);
    if (!known) writeParam(store, row.id, key, value);
    else if (known.value !== value) {
      if (!isOurs(row) || known.json === 0)
        throw invalid(
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known.value}' for run ID='${row.run_id}'. Attempted logging new value '${value}'.`,
        );
      if (!sameValue(known.value, value)) writeProgramParam(store, row.id, key, value);
    }
  }
}

/** True when a JSON value and Python's representation are equal: `[64, 32]`, `True`, `1.0`. */
function sameValue(json: string, python: string): boolean {
  const plain = python
    .replaceAll(/\bTrue\b/g, 'true')
    .replaceAll(/\bFalse\b/g, 'false')
    .replaceAll(/\bNone\b/g, 'null')
    .replaceAll("'", '"')
    .replaceAll(/[()]/g, (bracket) => (bracket === '(' ? '[' : ']'));
  try {
    return JSON.stringify(JSON.parse(plain)) === JSON.stringify(JSON.parse(json));
  } catch {
    return false;
  }
}

const logInputs: Handler = ({ store, body }) => {
  const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
  const experiment = Number(runInfo(store, row).experiment_id);
  const datasets = list(body, 'datasets').map((input) => {
    const dataset = (input.dataset ?? {}) as Record<string, unknown>;
    const field = (name: string, limit: number) => {
      const value = optionalText(dataset, name) ?? '';
      checkLength(value, limit, `Dataset ${name}`);
      return value;
    };
    const tags = list(input, 'tags').map((tag) => {
      const key = text(tag, 'key');
      const value = optionalText(tag, 'value') ?? '';
      checkLength(key, limits.inputTagKey, 'InputTag key');
      checkLength(value, limits.inputTagValue, 'InputTag value');
      return { key, value };
    });
    return {
      name: field('name', limits.datasetName),
      digest: field('digest', limits.datasetDigest),
      sourceType: field('source_type', 1000),
      source: field('source', limits.datasetSource),
      schema: field('schema', limits.datasetSchema) || null,
      profile: field('profile', limits.datasetProfile) || null,
      tags,
    };
  });
  store.sql.write(() => {
    for (const dataset of datasets) writeDatasetInput(store, row.id, experiment, dataset);
    for (const model of list(body, 'models'))
      linkModel(store, row.id, { id: text(model, 'model_id'), direction: 'input', step: 0 });
  });
  return {};
};

const logOutputs: Handler = ({ store, body }) => {
  const row = activeRun(store, text(body, 'run_id'));
  store.sql.write(() => {
    for (const model of list(body, 'models'))
      linkModel(store, row.id, {
        id: text(model, 'model_id'),
        direction: 'output',
        step: optionalInteger(model, 'step') ?? 0,
      });
  });
  return {};
};

/** Records a model as MLflow before version 3: in a tag of the run with a list of models. */
const logModel: Handler = ({ store, body }) => {
  const row = activeRun(store, text(body, 'run_id'));
  const written = text(body, 'model_json');
  if (isNestedDeeply(written)) throw invalid(tooDeep);
  let model: Record<string, unknown>;
  try {
    model = JSON.parse(written) as Record<string, unknown>;
  } catch {
    throw invalid(`Malformed model info. \n ${show(written)} \n is not a valid JSON.`);
  }
  const lacking = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'].filter((field) => !(field in model));
  if (lacking.length > 0) throw invalid(`Model json is missing mandatory fields: ${lacking.join(', ')}`);
  store.sql.write(() => {
    const tag = 'mlflow.log-model.history';
    const known = tagOf(store, row.id, tag) ?? '[]';
    writeTag(store, row.id, tag, JSON.stringify([...(JSON.parse(known) as unknown[]), model]));
  });
  return {};
};

/** The calls that log to a run, by path. */
export const logCalls: Record<string, Handler> = {
  'runs/log-metric': ({ store, body, client, stage }) => {
    const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
    const point = metricOf(body);
    store.sql.write(() => {
      writePoints(store, row.id, [storedPoint(row, stage, point)]);
      modelMetric(store, row, body, point);
      reviveRun(store, row, client);
    });
    return {};
  },
  'runs/log-parameter': ({ store, body }) => {
    const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
    store.sql.write(() =>
      logParams(store, row, [[checkKey(body.key, 'key'), cut(optionalText(body, 'value') ?? '', limits.param)]]),
    );
    return {};
  },
  'runs/set-tag': ({ store, body }) => {
    const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
    writeTag(store, row.id, checkKey(body.key, 'key'), cut(optionalText(body, 'value') ?? '', limits.tag));
    return {};
  },
  'runs/delete-tag': ({ store, body }) => {
    const row = activeRun(store, text(body, 'run_id'));
    const key = text(body, 'key');
    if (!removeTag(store, row.id, key)) throw missing(`No tag with name: ${key} in run with id ${row.run_id}`);
    return {};
  },
  'runs/log-batch': logBatch,
  'runs/log-inputs': logInputs,
  'runs/outputs': logOutputs,
  'runs/log-model': logModel,
};
