import { randomUUID } from 'node:crypto';
import { holdForProgram } from '../tracking/unfinishedRuns.ts';
import { ensureExperiment } from '../tracking/experiments.ts';
import { runName } from '../tracking/runName.ts';
import { isAlive } from '../base/processIdentity.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import type { Store } from '../store/store.ts';
import { knownTags, numberIn, writeParam, writePoints, writeTag } from '../tracking/writeRun.ts';
import { activeExperiment } from './experimentCalls.ts';
import { invalid, missing } from './mlflowError.ts';
import { metricOf } from './metricValues.ts';
import { checkKey, checkLength, cut, limits } from './names.ts';
import { list, optionalInteger, optionalText, show, text, type Call, type Handler } from './request.ts';
import { activeRun, runInfo, runOf, statusFrom, wholeRuns } from './runInfo.ts';

const ended = new Set(['finished', 'refused', 'failed', 'cancelled', 'interrupted']);

/** True for a run that a `loopwright` process makes and ends itself. */
function isOurs(row: RunRow): boolean {
  return row.source === 'loopwright';
}

/**
 * Starts a run. The first one that the program of a stage starts is the stage's own run, so that what it logs stands
 * with the stage's data, gates and log; a further one is a child of it.
 */
const create: Handler = (call) => {
  const { store, body, stage } = call;
  const { sql } = store;
  const id = optionalText(body, 'experiment_id');
  const tags = tagsOf(body);
  return sql.write(() => {
    const experiment = id === undefined || id === '' ? activeExperiment(store, '0') : activeExperiment(store, id);
    const own = stage && !tags.has(knownTags.parent) ? adopted(call, tags) : null;
    if (own) return { run: wholeRuns(store, [own])[0] };
    const named = optionalText(body, 'run_name') ?? '';
    const tagged = tags.get(knownTags.name) ?? '';
    if (named !== '' && tagged !== '' && named !== tagged)
      throw invalid(
        `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${named}', mlflow.runName='${tagged}').`,
      );
    const runId = randomUUID().replaceAll('-', '');
    const program = call.client();
    if (!program && process.platform !== 'linux') void noteLater(call, runId);
    const name = named || tagged || runName(runId);
    const { lastId } = sql.run(
      `INSERT INTO runs (run_id, name, experiment, status, started_at, source, user_id, artifact_uri, commit_hash, code,
         command, pid, pid_started, owner)
       VALUES (?, ?, ?, 'running', ?, 'mlflow', ?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      name,
      ensureExperiment(store, experiment.name).name,
      optionalInteger(body, 'start_time') ?? Date.now(),
      optionalText(body, 'user_id') ?? tags.get('mlflow.user') ?? '',
      experiment.artifactLocation === null ? null : `${experiment.artifactLocation}/${runId}/artifacts`,
      tags.get('mlflow.source.git.commit') ?? null,
      JSON.stringify({ branch: tags.get('mlflow.source.git.branch'), remote: tags.get('mlflow.source.git.repoURL') }),
      tags.get('mlflow.source.name') ?? '',
      program?.pid ?? null,
      program?.started ?? null,
      program ? holdForProgram(store, runId, program) : null,
    );
    tags.set(knownTags.name, name);
    if (stage && !tags.has(knownTags.parent)) tags.set(knownTags.parent, stage.runId);
    for (const [key, value] of tags) writeTag(store, lastId, key, value);
    return { run: wholeRuns(store, [runOf(store, runId)])[0] };
  });
};

/** Who runs it, as soon as the system has told. */
async function noteLater({ store, clientLater }: Call, runId: string): Promise<void> {
  const program = await clientLater();
  try {
    if (program)
      store.sql.run(
        `UPDATE runs SET pid = ?, pid_started = ?, owner = ? WHERE run_id = ? AND status = 'running' AND pid IS NULL`,
        program.pid,
        program.started,
        holdForProgram(store, runId, program),
        runId,
      );
  } catch {
    // The store was closed meanwhile; a run whose process is not known is not called interrupted.
  }
}

const adoptedTag = 'mlflow.loopwright.adopted';

/** The run of the stage for the first run that its program starts; null afterwards. */
function adopted({ store, stage }: Call, tags: Map<string, string>): RunRow | null {
  if (!stage) return null;
  const row = store.sql.get<RunRow>(`SELECT * FROM runs WHERE run_id = ? AND deleted_at IS NULL`, stage.runId);
  if (!row) return null;
  const known =
    store.sql.get<{ value: string }>('SELECT value FROM tags WHERE run = ? AND key = ?', row.id, adoptedTag)?.value ??
    '';
  if (known.split('\n').includes(stage.stage)) return null;
  writeTag(store, row.id, adoptedTag, known === '' ? stage.stage : `${known}\n${stage.stage}`);
  for (const [key, value] of tags) if (key !== knownTags.name) writeTag(store, row.id, key, value);
  return row;
}

function tagsOf(body: Record<string, unknown>): Map<string, string> {
  return new Map(
    list(body, 'tags').map((tag, i) => [
      checkKey(tag.key, `tags[${i}].key`),
      cut(optionalText(tag, 'value') ?? '', limits.tag),
    ]),
  );
}

const update: Handler = ({ store, body, client }) => {
  const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
  const { sql } = store;
  return sql.write(() => {
    const name = optionalText(body, 'run_name');
    if (name !== undefined && name !== '') {
      sql.run('UPDATE runs SET name = ? WHERE id = ?', name, row.id);
      writeTag(store, row.id, knownTags.name, name);
    }
    const told = typeof body.status === 'number' ? String(body.status) : optionalText(body, 'status');
    // How a stage ended is for the stage to say: its program may be followed by checks that fail.
    if (told !== undefined && !isOurs(row)) {
      const status = statusFrom(told);
      const end = optionalInteger(body, 'end_time') ?? null;
      const program = ended.has(status) ? null : client();
      sql.run(
        'UPDATE runs SET status = ?, ended_at = ?, pid = ?, pid_started = ?, owner = ? WHERE id = ?',
        status,
        ended.has(status) ? (end ?? row.ended_at ?? Date.now()) : end,
        program?.pid ?? null,
        program?.started ?? null,
        program ? holdForProgram(store, row.run_id, program) : null,
        row.id,
      );
    }
    return { run_info: runInfo(store, runOf(store, row.run_id)) };
  });
};

const logBatch: Handler = ({ store, body, client }) => {
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
  const keyed = tagsOf(body);
  store.sql.write(() => {
    logParams(store, row, pairs);
    writePoints(store, row.id, points);
    for (const [i, item] of metrics.entries()) modelMetric(store, row, item, points[i]);
    for (const [key, value] of keyed) writeTag(store, row.id, key, value);
    revive(store, row, client);
  });
  return {};
};

function batchLimit(what: string, most: number, length: number): void {
  if (length > most)
    throw invalid(
      `A batch logging request can contain at most ${most} ${what}. Got ${length} ${what}. Please split up ${what} across multiple requests and try again.`,
    );
}

/** A run that was taken for dead and is written to by a live program goes on. */
function revive(store: Store, row: RunRow, client: Call['client']): void {
  if (row.status !== 'interrupted' || row.source !== 'mlflow') return;
  const program = client();
  if (program && isAlive(program.pid, program.started))
    store.sql.run(
      `UPDATE runs SET status = 'running', ended_at = NULL, pid = ?, pid_started = ?, owner = ? WHERE id = ?`,
      program.pid,
      program.started,
      holdForProgram(store, row.run_id, program),
      row.id,
    );
}

/** A metric that tells of a logged model stands with that model as well. */
function modelMetric(
  { sql }: Store,
  row: RunRow,
  item: Record<string, unknown>,
  point: ReturnType<typeof metricOf> | undefined,
): void {
  const model = optionalText(item, 'model_id');
  if (model === undefined || model === '' || !point) return;
  const isNan = Number.isNaN(point.value) ? 1 : 0;
  sql.run(
    'INSERT OR IGNORE INTO logged_model_metrics (model_id, key, step, at, value, is_nan, run_id, dataset_name, dataset_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    model,
    point.key,
    point.step,
    point.at,
    isNan === 1 ? 0 : point.value,
    isNan,
    row.run_id,
    optionalText(item, 'dataset_name') ?? '',
    optionalText(item, 'dataset_digest') ?? '',
  );
}

/**
 * Params are written once: the same again is nothing new, another value is an error. Only in the run of a stage, whose
 * params the project gave, a program's other value of the same name is kept beside it under `stage.name`.
 */
function logParams(store: Store, row: RunRow, pairs: readonly [string, string][]): void {
  const { sql } = store;
  for (const [key, value] of pairs) {
    const known = sql.get<{ value: string; json: number }>(
      'SELECT value, json FROM params WHERE run = ? AND key = ?',
      row.id,
      key,
    );
    if (!known) writeParam(store, row.id, key, value);
    else if (known.value !== value) {
      if (!isOurs(row) || known.json === 0)
        throw invalid(
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known.value}' for run ID='${row.run_id}'. Attempted logging new value '${value}'.`,
        );
      if (!sameValue(known.value, value))
        sql.run(
          'INSERT INTO params (run, key, value, json, number) VALUES (?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET value = excluded.value, number = excluded.number',
          row.id,
          `program.${key}`,
          value,
          numberIn(value),
        );
    }
  }
}

/** Whether a JSON value and Python's way to write one are the same: `[64, 32]`, `True`, `1.0`. */
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
  const { sql } = store;
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
      schema: field('schema', limits.datasetSchema),
      profile: field('profile', limits.datasetProfile),
      tags,
    };
  });
  sql.write(() => {
    for (const d of datasets) {
      const id =
        sql.get<{ id: number }>(
          'SELECT id FROM mlflow_datasets WHERE experiment = ? AND name = ? AND digest = ?',
          experiment,
          d.name,
          d.digest,
        )?.id ??
        sql.run(
          'INSERT INTO mlflow_datasets (experiment, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)',
          experiment,
          d.name,
          d.digest,
          d.sourceType,
          d.source,
          d.schema || null,
          d.profile || null,
        ).lastId;
      sql.run(
        'INSERT INTO dataset_inputs (run, dataset, tags) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        row.id,
        id,
        JSON.stringify(d.tags),
      );
    }
    for (const model of list(body, 'models'))
      sql.run(
        `INSERT INTO run_models (run, model_id, direction) VALUES (?, ?, 'input') ON CONFLICT DO NOTHING`,
        row.id,
        text(model, 'model_id'),
      );
  });
  return {};
};

const logOutputs: Handler = ({ store, body }) => {
  const row = activeRun(store, text(body, 'run_id'));
  store.sql.write(() => {
    for (const model of list(body, 'models'))
      store.sql.run(
        `INSERT INTO run_models (run, model_id, direction, step) VALUES (?, ?, 'output', ?) ON CONFLICT DO UPDATE SET step = excluded.step`,
        row.id,
        text(model, 'model_id'),
        optionalInteger(model, 'step') ?? 0,
      );
  });
  return {};
};

/** What MLflow before 3 told of a model: kept as a tag, one list a run. */
const logModel: Handler = ({ store, body }) => {
  const row = activeRun(store, text(body, 'run_id'));
  const written = text(body, 'model_json');
  let model: Record<string, unknown>;
  try {
    model = JSON.parse(written) as Record<string, unknown>;
  } catch {
    throw invalid(`Malformed model info. \n ${show(written)} \n is not a valid JSON.`);
  }
  const lacking = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'].filter((field) => !(field in model));
  if (lacking.length > 0) throw invalid(`Model json is missing mandatory fields: ${lacking.join(', ')}`);
  store.sql.write(() => {
    const known =
      store.sql.get<{ value: string }>(
        `SELECT value FROM tags WHERE run = ? AND key = 'mlflow.log-model.history'`,
        row.id,
      )?.value ?? '[]';
    writeTag(store, row.id, 'mlflow.log-model.history', JSON.stringify([...(JSON.parse(known) as unknown[]), model]));
  });
  return {};
};

/** The calls about one run, by path. */
export const runCalls: Record<string, Handler> = {
  'runs/create': create,
  'runs/update': update,
  'runs/get': ({ store, body }) => ({ run: wholeRuns(store, [runOf(store, text(body, 'run_id', 'run_uuid'))])[0] }),
  'runs/delete': ({ store, body }) => {
    const row = runOf(store, text(body, 'run_id'));
    store.sql.run('UPDATE runs SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL', Date.now(), row.id);
    return {};
  },
  'runs/restore': ({ store, body }) => {
    store.sql.run('UPDATE runs SET deleted_at = NULL WHERE id = ?', runOf(store, text(body, 'run_id')).id);
    return {};
  },
  'runs/log-metric': ({ store, body, client }) => {
    const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
    const point = metricOf(body);
    store.sql.write(() => {
      writePoints(store, row.id, [point]);
      modelMetric(store, row, body, point);
      revive(store, row, client);
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
    if (store.sql.run('DELETE FROM tags WHERE run = ? AND key = ?', row.id, key).changes === 0)
      throw missing(`No tag with name: ${key} in run with id ${row.run_id}`);
    return {};
  },
  'runs/log-batch': logBatch,
  'runs/log-inputs': logInputs,
  'runs/outputs': logOutputs,
  'runs/log-model': logModel,
};
