import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoteLiteral } from '../../engine/data/quote.ts';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import { modelsVenv } from '../../test/models/modelsVenv.ts';

const root = join(import.meta.dirname, '..', '..');
/** The folder of everything that bench/serving.ts writes. */
export const work = join(root, 'build', 'bench', 'serving');
export const cli = join(root, 'dist', 'cli.cjs');

/** A model that was validated and promoted in a project of its own. */
export interface BenchModel {
  name: 'pipeline' | 'lightgbm';
  title: string;
  folder: string;
  /** Absolute path of its files. */
  path: string;
  features: string[];
  /** Rows as objects of features. */
  rows: Record<string, unknown>[];
}

/** Trains, validates and promotes a model by the commands that a person uses. */
export async function trainModel(name: BenchModel['name'], title: string): Promise<BenchModel> {
  const folder = join(work, name);
  mkdirSync(join(folder, 'incoming'), { recursive: true });
  const isPipeline = name === 'pipeline';
  const numbers = Array.from({ length: 20 }, (_, i) => `f${i}`);
  const features = isPipeline ? ['amount', 'distance', 'hour', 'age', 'country', 'category'] : numbers;
  const random = (i: number) => `(hash(i, ${i}) % 1000000 / 1e6)`;
  const columns = isPipeline
    ? `round(${random(1)} * 100, 2) AS amount, CASE WHEN ${random(2)} < 0.05 THEN NULL ELSE ${random(3)} * 30 END AS distance, CAST(${random(4)} * 24 AS INTEGER) AS hour, round(${random(5)} * 80, 1) AS age, ['de', 'fr', 'pl', 'es'][1 + CAST(hash(i, 6) % 4 AS INTEGER)] AS country, 'c' || hash(i, 7) % 12 AS category, amount + coalesce(distance, 15) > 60 + 20 * ${random(8)} AS late`
    : `${numbers.map((column, i) => `${random(i)} AS ${column}`).join(', ')}, f0 + f1 * f2 + 0.3 * ${random(99)} > 0.9 AS late`;
  const rows = await withDatabase(undefined, async (db) => {
    const target = join(folder, 'incoming', 'rows.parquet');
    await db.run(
      `COPY (SELECT 'r' || i AS id, * FROM (SELECT i, ${columns} FROM range(20000) t(i))) TO ${quoteLiteral(target)} (FORMAT parquet)`,
    );
    return db.rows(`SELECT ${features.join(', ')} FROM read_parquet(${quoteLiteral(target)}) LIMIT 1000`);
  });
  const typeOf = (feature: string) =>
    feature === 'country' || feature === 'category' ? 'string' : feature === 'hour' ? 'integer' : 'number';
  const files: Record<string, string> = {
    'rows.dataset.yaml': `fields:\n  - { name: id, type: string, loopwright: { role: id } }\n${features.map((feature) => `  - { name: ${feature}, type: ${typeOf(feature)}, loopwright: { role: feature } }\n`).join('')}  - { name: late, type: boolean, loopwright: { role: target, environments: [training] } }\n`,
    'features.sql': 'SELECT * EXCLUDE (i) FROM rows\n',
    'loopwright.yaml': `version: 1
project: ${name}
seed: 7
python: ${modelsVenv.python}
datasets:
  rows: { path: incoming/rows.parquet, schema: rows.dataset.yaml }
  features: { path: data/features.parquet, schema: rows.dataset.yaml }
stages:
  prepare: { uses: prepare, with: { sql: features.sql, output: features, split: { by: random, column: id, train: 0.8, validation: 0.1, test: 0.1 } } }
  train: { cmd: python ${join(import.meta.dirname, 'train.py')} ${name}, deps: [data/features.parquet] }
  validate: { uses: validate, with: { model: train, data: features }, gates: { roc_auc: { min: 0.7 } } }
deployments:
  api: { model: champion, as: api, port: 8080 }
  batch: { model: champion, as: batch, input: incoming/*.parquet, output: data/scored }
`,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  loopwright(folder, 'run');
  loopwright(folder, 'models', 'promote', '1');
  const { path } = JSON.parse(loopwright(folder, 'models', 'inspect', 'champion', '--json')) as { path: string };
  return { name, title, folder, path: join(folder, path), features, rows };
}

function loopwright(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--project', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`loopwright ${args.join(' ')}: ${stderr || stdout}`);
  return stdout;
}
