import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { writeParquet } from '../../engine/data/writeTable.ts';
import { modelTools } from '../../engine/models/modelTools.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { modelNamed } from '../../engine/project/models.ts';
import { promote } from '../../engine/registry/promote.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { openVersion } from '../../engine/registry/openVersion.ts';
import { findModel } from '../../engine/runner/findModel.ts';
import { validateModel } from '../../engine/runner/validateModel.ts';
import { deploymentColumns } from '../../engine/serving/deploymentColumns.ts';
import { predictRows } from '../../engine/serving/predictRows.ts';
import { scoreBatch } from '../../engine/serving/scoreBatch.ts';
import { readFileSync } from 'node:fs';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv } from '../helpers/ordersProject.ts';
import { pythonOrdersProject } from '../helpers/pythonOrders.ts';
import { sampled } from '../helpers/rounds.ts';
import { runIn } from '../helpers/runIn.ts';
import { modelsVenv } from './modelsVenv.ts';

// Models as people save them, each through validation, gates, promotion, the rows of the API and a batch: the scores
// are those that Python computed beside.

const root = pythonOrdersProject();
const project = runIn(root);
const fresh = orders({ rows: 40, firstDay: 62, days: 1, seed: 7, prefix: 'n' });
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let expected: Record<string, number[]> = {};

before(async () => {
  await project.run({ stages: ['prepare'] });
  writeFiles(root, {
    'new.csv': ordersCsv(fresh),
    'every.py': readFileSync(join(import.meta.dirname, 'everyFlavour.py'), 'utf8'),
  });
  await writeParquet(db, `SELECT * FROM ${sourceSql([join(root, 'new.csv')])}`, join(root, 'new.parquet'));
  const printed = execFileSync(modelsVenv.python, ['every.py', 'saved'], { cwd: root, encoding: 'utf8' });
  expected = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Record<string, number[]>;
});

/** Models of the files that the program saves: the flavour, and how far the scores may differ from Python's. */
const saved: Record<string, { flavour: string; tolerance: number }> = {
  'forest.joblib': { flavour: 'sklearn', tolerance: 0 },
  'forest.skops': { flavour: 'sklearn', tolerance: 0 },
  'trees.pkl': { flavour: 'sklearn', tolerance: 0 },
  'boosted.ubj': { flavour: 'xgboost', tolerance: 0 },
  'boosted.json': { flavour: 'xgboost', tolerance: 0 },
  'light.txt': { flavour: 'lightgbm', tolerance: 0 },
  'cat.cbm': { flavour: 'catboost', tolerance: 0 },
  // ONNX computes in 32 bits.
  'logistic.onnx': { flavour: 'onnx', tolerance: 1e-6 },
  'boosted.onnx': { flavour: 'onnx', tolerance: 1e-6 },
  'rules.py:predict': { flavour: 'python', tolerance: 0 },
};

describe('a saved model', { concurrency: false }, () => {
  for (const [file, { flavour, tolerance }] of sampled(Object.entries(saved)))
    test(file, async () => {
      const loaded = loadProject(root);
      const config = configFor(loaded, 'default');
      const { store } = project;
      const model = findModel(`saved/${file}`, { store, config, folders: [root] });
      const outcome = await validateModel({
        project: loaded,
        store,
        model,
        name: null,
        data: 'features',
        features: flavour === 'onnx' ? ['amount', 'hour'] : undefined,
        commandLine: 'loopwright validate',
      });
      assert.equal(outcome.error, null);
      const [ref] = outcome.registered;
      assert.ok(ref);
      const version = getVersion(store, ref.name, ref.version);
      assert.equal(version.report.flavour, flavour);
      assert.ok((version.report.performance['roc_auc']?.value ?? 0) > 0.7);
      promote(store, ref, { why: file, actor: 'test:me' });

      const tools = modelTools(store, config, ref.name);
      const predictor = await openVersion(version, tools);
      try {
        const rows = fresh.map(({ amount, hour, country }) => ({ amount, hour, country }));
        const together = (await predictRows(predictor, version.report, rows, null)).predictions.map(
          (one) => one?.score ?? Number.NaN,
        );
        const alone = await Promise.all(
          rows.slice(0, 5).map((row) => predictRows(predictor, version.report, [row], null)),
        );
        assert.deepEqual(
          alone.map(({ predictions: [one] }) => one?.score),
          together.slice(0, 5),
          'a row alone and among others',
        );
        isNear(together, expected[file] ?? [], tolerance);

        const output = join(root, `scored-${ref.version}.parquet`);
        await scoreBatch({
          store,
          version,
          tools,
          db,
          source: sourceSql([join(root, 'new.parquet')]),
          output,
          columns: deploymentColumns(loaded, config, null, modelNamed(config, null)),
          deployment: null,
        });
        const column = (await db.table(`SELECT _score FROM ${sourceSql([output])}`)).columns['_score'];
        assert.deepEqual(column?.kind === 'number' ? [...column.values] : null, together, 'the API and a batch');
      } finally {
        await predictor.close();
      }
    });
});

function isNear(actual: readonly number[], right: readonly number[], tolerance: number): void {
  assert.equal(actual.length, right.length);
  for (const [i, value] of actual.entries())
    assert.ok(Math.abs(value - (right[i] ?? Number.NaN)) <= tolerance, `row ${i}: ${value}, not ${right[i]}`);
}
