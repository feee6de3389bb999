import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from './makeProject.ts';

const day = 86_400_000;
export const ordersStart = Date.UTC(2026, 0, 1);

export interface Order {
  id: string;
  at: string;
  amount: number;
  hour: number;
  country: string;
  late: boolean;
}

/**
 * Orders one after the other, from a day on; whether one is late follows from amount and country. `shift` moves the
 * amounts.
 */
export function orders(options: {
  rows: number;
  firstDay?: number;
  days?: number;
  seed?: number;
  shift?: number;
  prefix?: string;
}): Order[] {
  const { rows, firstDay = 0, days = 60, seed = 1, shift = 0, prefix = 'o' } = options;
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => {
    const amount = Number((random.next() * 100 + shift).toFixed(2));
    const country = ['de', 'fr', 'pl'][random.integer(3)] ?? 'de';
    const score = (amount - shift) / 50 - 1 + (country === 'pl' ? 0.6 : 0) + (random.next() - 0.5) * 0.6;
    return {
      id: `${prefix}${String(i).padStart(5, '0')}`,
      at: new Date(ordersStart + firstDay * day + Math.floor((i / rows) * days * day)).toISOString(),
      amount,
      hour: random.integer(24),
      country,
      late: score > 0.2,
    };
  });
}

export function ordersCsv(rows: readonly Order[]): string {
  return `id,at,amount,hour,country,late\n${rows.map((row) => `${row.id},${row.at},${row.amount},${row.hour},${row.country},${row.late}\n`).join('')}`;
}

export const ordersSchema = `fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: amount, type: number, constraints: { minimum: -1000, maximum: 1000 }, loopwright: { role: feature } }
  - { name: hour, type: integer, constraints: { minimum: 0, maximum: 23 }, loopwright: { role: feature } }
  - { name: country, type: string, categories: [de, fr, pl], loopwright: { role: feature } }
  - { name: late, type: boolean, constraints: { required: true }, loopwright: { role: target, environments: [training] } }
primaryKey: id
`;

export const ordersYaml = `version: 1
project: orders
seed: 3

params:
  epochs: 3
  learning_rate: 0.05

datasets:
  orders:   { path: data/orders/*.parquet, schema: schemas/orders.dataset.yaml }
  features: { path: data/features.parquet, schema: schemas/orders.dataset.yaml }
  labels:   { path: labels/*.csv, schema: schemas/labels.dataset.yaml }

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
  train:
    uses: train
    with: { data: features, model: logistic, epochs: "\${params.epochs}", learning_rate: "\${params.learning_rate}", batch_size: 32 }
  validate:
    uses: validate
    with: { model: train, data: features, slices: [country], fairness: { attributes: [country] }, min_precision: 0.6 }
    gates:
      roc_auc: { min: 0.6 }
      pr_auc@champion: { min: -0.2 }

deployments:
  production: { model: champion, as: api, port: 18080 }
  nightly: { model: champion, as: batch, input: incoming/*.csv, output: data/scored }

monitors:
  production:
    deployment: production
    reference: validate
    window: { every: 1d, min_rows: 50 }
    labels: { dataset: labels, key: id, delay: 2d }
    drift: { share: 0.3 }
    expect:
      roc_auc: { min: 0.6 }
      missing[amount]: { max: 0.1 }

retraining:
  when:
    - { monitor: production, drift: dataset, for: 2 windows }
    - { monitor: production, below: roc_auc }
  data: { window: 90d }
  run: [collect, prepare, train, validate]
  then: promote
  cooldown: 3d

card:
  intended_use: Says which orders will be late.
`;

export const labelsSchema = `fields:
  - { name: id, type: string, constraints: { required: true }, loopwright: { role: id } }
  - { name: known_at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: late, type: boolean, constraints: { required: true }, loopwright: { role: target } }
primaryKey: id
`;

export const ordersSql = 'SELECT id, "at", amount, hour, country, late\nFROM orders\n';

/** The files of a small project with the whole life: a binary model of a few hundred orders. */
export function ordersFiles(options: { rows?: number; yaml?: string } = {}): Record<string, string> {
  return {
    'loopwright.yaml': options.yaml ?? ordersYaml,
    'schemas/orders.dataset.yaml': ordersSchema,
    'schemas/labels.dataset.yaml': labelsSchema,
    'sql/features.sql': ordersSql,
    'incoming/orders-1.csv': ordersCsv(orders({ rows: options.rows ?? 800 })),
    'labels/labels-1.csv': 'id,known_at,late\n',
    'experiments/longer.experiment.yaml': 'describe: Do more epochs help?\nparams: { epochs: 5 }\n',
  };
}

/** The small project in a folder of its own. */
export function ordersProject(options: { rows?: number; yaml?: string; files?: Record<string, string> } = {}): string {
  return makeProject({ ...ordersFiles(options), ...options.files });
}
