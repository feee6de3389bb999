import { labelsSchema, orders, ordersCsv, ordersSchema, ordersSql } from './ordersProject.ts';
import { makeProject } from './makeProject.ts';

/** A project with two models of the same orders: whether one is late, and how much it is worth. */
export const twoModelsYaml = `version: 1
project: shop
seed: 3

datasets:
  orders:   { path: data/orders/*.parquet, schema: schemas/orders.dataset.yaml }
  features: { path: data/features.parquet, schema: schemas/orders.dataset.yaml }
  worths:   { path: data/worths.parquet, schema: schemas/worths.dataset.yaml }
  labels:   { path: labels/*.csv, schema: schemas/labels.dataset.yaml }

models:
  lateness: { from: train-late, data: features, description: Whether an order is late. }
  worth:    { from: train-worth, data: worths }

stages:
  collect:
    uses: collect
    with: { dataset: orders, from: { files: incoming/*.csv } }
  prepare:
    uses: prepare
    with:
      sql: sql/features.sql
      output: features
      split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }
  prepare-worths:
    uses: prepare
    with:
      sql: sql/worths.sql
      output: worths
      split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }
  train-late:
    uses: train
    with: { data: features, model: logistic, epochs: 3, learning_rate: 0.05, batch_size: 32 }
  train-worth:
    uses: train
    with: { data: worths, model: linear, epochs: 3, learning_rate: 0.05, batch_size: 32 }
  validate-late:
    uses: validate
    with: { model: lateness, data: features, min_precision: 0.6 }
    gates:
      roc_auc: { min: 0.6 }
      roc_auc@champion: { min: -0.2 }
      latency_p95_ms: { max: 1000 }
  validate-worth:
    uses: validate
    with: { model: worth, data: worths }
    gates:
      mae: { max: 1000 }
      latency_p95_ms: { max: 2000 }

deployments:
  late-api:   { model: lateness@champion, as: api, port: 18081 }
  worth-api:  { model: worth@champion, as: api, port: 18082 }
  worth-file: { model: worth@champion, as: batch, input: incoming/*.csv, output: data/scored }

monitors:
  late-watch:
    deployment: late-api
    reference: validate-late
    window: { every: 1d, min_rows: 50 }
    labels: { dataset: labels, key: id, delay: 2d }
    drift: { share: 0.9 }
  worth-watch:
    deployment: worth-api
    reference: validate-worth
    window: { every: 1d, min_rows: 50 }
    drift: { share: 0.3 }

retraining:
  when:
    - { monitor: worth-watch, drift: dataset }
  run: [collect, prepare-worths, train-worth, validate-worth]
  then: promote
  cooldown: 3d
`;

const worthsSchema = ordersSchema
  .replace('loopwright: { role: target, environments: [training] }', 'loopwright: { role: ignore }')
  .replace('loopwright: { role: feature }', 'loopwright: { role: target, environments: [training] }');

export function twoModelsProject(options: { yaml?: string; files?: Record<string, string> } = {}): string {
  return makeProject({
    'loopwright.yaml': options.yaml ?? twoModelsYaml,
    'schemas/orders.dataset.yaml': ordersSchema,
    'schemas/worths.dataset.yaml': worthsSchema,
    'schemas/labels.dataset.yaml': labelsSchema,
    'sql/features.sql': ordersSql,
    'sql/worths.sql': ordersSql,
    'incoming/orders-1.csv': ordersCsv(orders({ rows: 800 })),
    'labels/labels-1.csv': 'id,known_at,late\n',
    ...options.files,
  });
}
