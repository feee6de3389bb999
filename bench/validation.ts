import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../engine/data/database.ts';
import { loadProject } from '../engine/project/loadProject.ts';
import { executeRun } from '../engine/runner/execute.ts';
import { openStore } from '../engine/tracking/openStore.ts';

// Time and memory of `validate` on 1,000,000 test rows × 20 columns, in a process of its own.
// Run: node_modules/.bin/node bench/validation.ts

const folder = join(import.meta.dirname, '..', 'build', 'bench', 'validation');
const [numbers, texts] = [12, 5];
const columns = [
  ...Array.from({ length: numbers }, (_, i) => `(hash(i * 31 + ${i}) % 10007)::DOUBLE / 10007 AS n${i}`),
  ...Array.from({ length: texts }, (_, i) => `'c' || (hash(i * 17 + ${i}) % ${4 + i * 3}) AS c${i}`),
];
const fields = [
  '{ name: id, type: string, loopwright: { role: id } }',
  ...Array.from({ length: numbers }, (_, i) => `{ name: n${i}, type: number, loopwright: { role: feature } }`),
  ...Array.from({ length: texts }, (_, i) => `{ name: c${i}, type: string, loopwright: { role: feature } }`),
  '{ name: y, type: boolean, loopwright: { role: target } }',
];
const yaml = `version: 1
project: validation
seed: 3
datasets:
  rows: { path: data/rows.parquet, schema: schemas/rows.dataset.yaml }
stages:
  train:
    uses: train
    with: { data: rows, model: logistic, epochs: 2 }
  validate:
    uses: validate
    with: { model: train, data: rows, slices: [c0], fairness: { attributes: [c1] } }
    gates:
      roc_auc: { min: 0.5 }
`;

async function make(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['data', 'schemas']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'loopwright.yaml'), yaml);
  writeFileSync(
    join(folder, 'schemas', 'rows.dataset.yaml'),
    `fields:\n${fields.map((field) => `  - ${field}\n`).join('')}`,
  );
  const db = await openDatabase();
  await db.run(`COPY (
    SELECT 'r' || i AS id, ${columns.join(', ')},
      (hash(i * 31) % 10007)::DOUBLE / 10007 + (hash(i * 77) % 1000) / 1000.0 > 1.2 AS y,
      CASE WHEN i < 20000 THEN 'train' WHEN i < 60000 THEN 'validation' ELSE 'test' END AS _split
    FROM range(1060000) t(i)
  ) TO '${join(folder, 'data', 'rows.parquet').replaceAll("'", "''")}' (FORMAT parquet)`);
  db.close();
}

/** Runs one stage; the rows are split already, which the checks do not know. */
async function runStage(stage: string): Promise<void> {
  const store = openStore(folder);
  const start = performance.now();
  const { error } = await executeRun({
    project: loadProject(folder),
    store,
    stages: [stage],
    force: true,
    check: () => [],
  });
  store.sql.close();
  if (error) throw new Error(error.message);
  const seconds = (performance.now() - start) / 1000;
  console.log(`${stage}: ${seconds.toFixed(1)} s, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

const [stage] = process.argv.slice(2);
if (stage !== undefined) await runStage(stage);
else {
  await make();
  for (const name of ['train', 'validate']) {
    const { status } = spawnSync(process.execPath, [import.meta.filename, name], { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
}
