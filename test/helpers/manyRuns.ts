import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../engine/tracking/openStore.ts';

const metrics = [
  'loss',
  'roc_auc',
  'pr_auc',
  'f1',
  'precision',
  'recall',
  'val/loss',
  'val/roc_auc',
  'latency_ms',
  'epoch_seconds',
];

/**
 * Fills the store of a project with runs of ten metrics, seven params and two tags each, in eight experiments, and says
 * so; the 50 points of each curve are left out: no list reads them.
 */
export function fillManyRuns(root: string, total: number): string {
  const store = openStore(root);
  const noise = (seed: number): string => `((abs(id * 2654435761 + ${seed} * 40503) % 1000003) / 1000003.0)`;
  store.sql.write(() => {
    store.sql
      .run(`INSERT INTO runs (id, run_id, name, experiment, status, started_at, ended_at, starred, commit_hash, dirty)
      WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${total})
      SELECT id, printf('%032x', id * 7919), printf('%s-%s-%d', substr('bravecalm_quickquietbold_', (id % 5) * 5 + 1, 5), 'otter', id), 'experiment-' || (id % 8), CASE WHEN id % 31 = 0 THEN 'failed' ELSE 'finished' END,
        1700000000000 + id * 60000, 1700000000000 + id * 60000 + 1000 * (id % 977), id % 50 = 0, printf('%040x', id / 100), id % 3 = 0 FROM n`);
    for (const [i, key] of metrics.entries()) {
      store.sql.run('INSERT INTO metric_keys (id, key) VALUES (?, ?)', i + 1, key);
      store.sql.run(
        `INSERT INTO latest (run, key, step, at, value, is_nan, count) SELECT id, ${i + 1}, 49, started_at, ${noise(i)}, 0, 50 FROM runs`,
      );
    }
    for (const [key, value] of Object.entries({
      lr: `CAST(pow(10, -1 - 4 * ${noise(11)}) AS TEXT)`,
      batch: 'CAST(1 << (4 + id % 5) AS TEXT)',
      optimizer: "CASE id % 3 WHEN 0 THEN 'adam' WHEN 1 THEN 'sgd' ELSE 'adamw' END",
      seed: 'CAST(id % 10 AS TEXT)',
      layers: 'CAST(1 + id % 6 AS TEXT)',
      dropout: `CAST(round(${noise(13)}, 2) AS TEXT)`,
      data: "'v' || (id % 4)",
    })) {
      store.sql.run(
        `INSERT INTO params (run, key, value, json, number) SELECT id, ?, ${value}, 0, CASE WHEN ? IN ('optimizer', 'data') THEN NULL ELSE CAST(${value} AS REAL) END FROM runs`,
        key,
        key,
      );
    }
    for (const [key, value] of Object.entries({
      team: "'team ' || (id % 7)",
      trigger: "CASE id % 11 WHEN 0 THEN 'retraining' ELSE 'person' END",
    }))
      store.sql.run(`INSERT INTO tags (run, key, value) SELECT id, ?, ${value} FROM runs`, key);
  });
  store.sql.close();
  return `${total.toLocaleString('en')} runs, ${(statSync(join(root, '.loopwright', 'loopwright.db')).size / 1e6).toFixed(0)} MB and its log`;
}
