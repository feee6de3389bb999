// How hard the invented fraud is: trains a champion on January to March and challengers on the days before a date, with
// only the labels known by then, and prints average precision by month. `node examples/fraud/generate.mjs` comes first.
// node examples/fraud/learnability.ts [HIDDEN_AS_JSON] [LEARNING_RATE] [BATCH_SIZE] [EPOCHS] [SEED]
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { openDatabase } from '../../engine/data/database.ts';
import { expandGlob } from '../../engine/data/expandGlob.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import type { Table } from '../../engine/data/table.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import type { FeatureSpec } from '../../engine/models/preprocess.ts';
import { trainModel, type TrainedModel } from '../../engine/models/trainModel.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { averagePrecision } from '../../engine/evaluation/rankingAreas.ts';
import { rank } from '../../engine/evaluation/ranking.ts';

const here = dirname(fileURLToPath(import.meta.url));
const [hidden = '[32,16]', learningRate = '0.003', batchSize = '512', epochs = '60', seed = '7'] =
  process.argv.slice(2);
const read = (file: string) => readFileSync(join(here, file), 'utf8');
const schemaOf = (name: string) => parse(read(`schemas/${name}.dataset.yaml`)) as DatasetSchema;

const db = await openDatabase();
for (const [name, pattern] of [
  ['transactions', 'incoming/*.csv'],
  ['labels', 'incoming/labels/*.csv'],
] as const) {
  const start = performance.now();
  const checked = await validateTable(db, {
    source: sourceSql(await expandGlob(here, pattern), { allText: true }),
    schema: schemaOf(name),
    mode: 'raw',
  });
  console.log(
    `${name}: ${checked.rows} rows, ${checked.invalidRows} quarantined, ${Math.round(performance.now() - start)} ms`,
  );
  await db.run(`CREATE VIEW ${name} AS ${checked.validSql}`);
}
await db.run(
  `CREATE TABLE features AS SELECT f.*, l.reported_at FROM (${read('sql/features.sql')}) f JOIN labels l USING (transaction_id)`,
);
const features = schemaOf('features')
  .fields.filter((field) => field.loopwright?.role === 'feature')
  .map((field): FeatureSpec => ({
    name: field.name,
    kind: field.type === 'boolean' ? 'boolean' : field.categories ? 'categorical' : 'numeric',
  }));

const rowsOf = (where: string) => db.table(`SELECT * FROM features WHERE ${where}`);
const instant = (date: string) => `TIMESTAMP '${date}'`;

function labelsOf(table: Table): Float64Array {
  const column = table.columns['is_fraud'];
  return column?.kind === 'number' ? column.values : new Float64Array();
}

async function quality(trained: TrainedModel, table: Table): Promise<string> {
  return (averagePrecision(rank(labelsOf(table), await trained.model.scores(table))) ?? Number.NaN).toFixed(3);
}

async function trainOn(name: string, where: string): Promise<TrainedModel> {
  const [cut = {}] = await db.rows(
    `SELECT CAST(quantile_cont("at", 0.7) AS VARCHAR) AS train, CAST(quantile_cont("at", 0.85) AS VARCHAR) AS validation FROM features WHERE ${where}`,
  );
  const [one, two] = [instant(String(cut['train'])), instant(String(cut['validation']))];
  const [train, validation, test] = [
    await rowsOf(`${where} AND "at" < ${one}`),
    await rowsOf(`${where} AND "at" >= ${one} AND "at" < ${two}`),
    await rowsOf(`${where} AND "at" >= ${two}`),
  ];
  const start = performance.now();
  const trained = await trainModel({
    task: 'binary',
    target: 'is_fraud',
    positive: true,
    features,
    train,
    validation,
    model: 'mlp',
    hidden: JSON.parse(hidden) as number[],
    learningRate: Number(learningRate),
    batchSize: Number(batchSize),
    epochs: Number(epochs),
    seed: Number(seed),
  });
  console.log(
    `${name}: ${train.rows} train rows, best epoch ${trained.bestEpoch} of ${trained.history.length}, ${((performance.now() - start) / 1000).toFixed(1)} s on ${trained.backend}, test pr_auc ${await quality(trained, test)} on ${test.rows} rows`,
  );
  return trained;
}

const models = [await trainOn('champion, January to March', `"at" < ${instant('2026-04-01')}`)];
for (const [date, days] of [
  ['2026-05-20', 30],
  ['2026-05-20', 45],
  ['2026-06-01', 30],
  ['2026-06-01', 45],
] as const) {
  models.push(
    await trainOn(
      `challenger of ${date}, ${days} days`,
      `"at" >= ${instant(date)} - INTERVAL ${days} DAY AND reported_at < ${instant(date)}`,
    ),
  );
}
console.log('month     rows  fraud   champion and challengers, pr_auc');
for (let month = 1; month <= 6; month++) {
  const table = await rowsOf(`month("at") = ${month}`);
  const fraud = labelsOf(table).reduce((sum, label) => sum + label, 0);
  const cells: string[] = [];
  for (const model of models) cells.push(await quality(model, table));
  console.log(`2026-0${month}  ${table.rows}  ${((100 * fraud) / table.rows).toFixed(2)} %  ${cells.join('  ')}`);
}
db.close();
