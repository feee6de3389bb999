import { recordRun } from '../../engine/tracking/recordRun.ts';
import { artifactsFolder, type Store } from '../../engine/store/store.ts';
import { setAlias } from '../../engine/registry/aliases.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import type { ValidationReport } from '../../engine/registry/validationReport.ts';
import { writeFiles } from '../helpers/makeProject.ts';

const start = {
  experiment: 'default',
  params: {},
  seed: null,
  commit: null,
  dirty: false,
  environment: {},
  command: 'loopwright run',
  asOf: null,
};

function report(modelPath: string): ValidationReport {
  return {
    version: 5,
    task: 'binary',
    target: 'y',
    positive: null,
    flavour: null,
    modelHash: null,
    scores: 'probability',
    environment: { python: null, packages: {}, warnings: [] },
    algorithm: 'a',
    backend: 'cpu',
    threshold: 0.5,
    thresholdChoice: { kind: 'chosen', rule: { kind: 'best_f1' }, on: 'validation', n: 20, positives: 8 },
    minPrecision: 0.9,
    classes: null,
    performance: { pr_auc: { value: 0.8, low: null, high: null, confidence: null, n: 5 } },
    headlineMetric: 'pr_auc',
    gates: [],
    slices: [],
    fairness: [],
    calibration: [],
    data: {
      dataset: 'd',
      hash: '',
      rows: { train: 1, validation: 1, test: 1 },
      quarantined: 0,
      period: null,
      preparedAt: 0,
    },
    features: [],
    modelPath,
    referencePath: 'r',
    referenceRows: 10,
  };
}

/**
 * Two versions of the project's own model: the first of the run that trained it, the second of a later run whose
 * training was fresh. Gives the runs.
 */
export function registerOwn(store: Store, model: string): { first: string; second: string } {
  const first = recordRun(store, { ...start, tags: { 'mlflow.runName': 'first' } });
  first.end('finished');
  const second = recordRun(store, { ...start, tags: { 'mlflow.runName': 'second' } });
  second.end('finished');
  writeFiles(artifactsFolder(store, first.runId), {
    'model-train/loopwright-model.json': '{}',
    'model-train/weights.bin': Buffer.alloc(700, 3),
  });
  for (const run of [first, second])
    registerVersion(store, model, run.runId, report(`.loopwright/artifacts/${first.runId}/model-train`), 'test:me');
  setAlias(store, { model: model, alias: 'champion', version: 1, kind: 'set', why: 'test', actor: 'test:me' });
  return { first: first.runId, second: second.runId };
}

/** A logged model as a client would make it, without a client. */
export function logModel(
  store: Store,
  model: {
    id: string;
    run: string | null;
    name?: string;
    status?: string;
    files?: Record<string, string>;
    metrics?: { key: string; value: number; step: number; at: number; dataset?: [string, string] }[];
  },
): void {
  const { sql } = store;
  sql.run(
    'INSERT INTO logged_models (model_id, experiment, name, artifact_location, created_at, updated_at, status, source_run_id) VALUES (?, 0, ?, ?, 5, 6, ?, ?)',
    model.id,
    model.name ?? 'forest',
    `mlflow-artifacts:/0/models/${model.id}/artifacts`,
    model.status ?? 'LOGGED_MODEL_READY',
    model.run,
  );
  for (const { key, value, step, at, dataset: [name, digest] = ['', ''] } of model.metrics ?? []) {
    const isNan = Number.isNaN(value);
    sql.run(
      'INSERT INTO logged_model_metrics (model_id, key, step, at, value, is_nan, run_id, dataset_name, dataset_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      model.id,
      key,
      step,
      at,
      isNan ? 0 : value,
      isNan ? 1 : 0,
      model.run ?? '',
      name,
      digest,
    );
  }
  if (model.run !== null)
    sql.run(
      `INSERT INTO run_models (run, model_id, direction, step) SELECT id, ?, 'output', 2 FROM runs WHERE run_id = ?`,
      model.id,
      model.run,
    );
  if (model.files) writeFiles(`${store.folder}/models/${model.id}`, model.files);
}

/** A registered model of an MLflow client, without a client: versions by number, with their run, source and tags. */
export function register(
  store: Store,
  name: string,
  versions: Record<number, { run?: string; source: string; tags?: Record<string, string>; stage?: string }>,
  aliases: Record<string, number> = {},
): void {
  const { sql } = store;
  sql.run(
    'INSERT INTO registered_models (name, created_at, updated_at, description, last_version) VALUES (?, 100, 200, ?, ?)',
    name,
    `what ${name} is`,
    Math.max(0, ...Object.keys(versions).map(Number)),
  );
  for (const [number, { run = '', source, tags = {}, stage = 'None' }] of Object.entries(versions)) {
    sql.run(
      'INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, source, stage) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      name,
      Number(number),
      run,
      '',
      1000 + Number(number),
      2000,
      source,
      stage,
    );
    for (const [key, value] of Object.entries(tags))
      sql.run(
        'INSERT INTO model_version_tags (model, version, key, value) VALUES (?, ?, ?, ?)',
        name,
        Number(number),
        key,
        value,
      );
  }
  for (const [alias, version] of Object.entries(aliases))
    sql.run('INSERT INTO aliases (model, alias, version) VALUES (?, ?, ?)', name, alias, version);
}

/** All that a store says of its registry, in an order. */
export function registryOf({ sql }: Store): unknown[] {
  return [
    sql.all('SELECT name, created_at, description FROM registered_models ORDER BY name'),
    sql.all('SELECT * FROM registered_model_tags ORDER BY model, key'),
    sql.all('SELECT * FROM aliases ORDER BY model, alias'),
    sql.all(
      'SELECT model, version, run_id, created_at, stage, description, status FROM model_versions ORDER BY model, version',
    ),
    sql.all('SELECT * FROM model_version_tags ORDER BY model, version, key'),
    sql.all(
      'SELECT model_id, name, created_at, updated_at, status, model_type, source_run_id FROM logged_models WHERE deleted_at IS NULL ORDER BY model_id',
    ),
    sql.all('SELECT * FROM logged_model_params ORDER BY model_id, key'),
    sql.all('SELECT * FROM logged_model_metrics ORDER BY model_id, key, step, at'),
    sql.all(
      'SELECT m.model_id, m.direction, m.step, r.run_id FROM run_models m JOIN runs r ON r.id = m.run ORDER BY m.model_id, m.direction, r.run_id',
    ),
  ];
}
