import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promote } from '../../engine/registry/promote.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('predict writes Parquet for files of any folder and for a batch deployment', async () => {
  const project = trained();
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const cwd = project.root;
  const { code, json } = await runJson<{ rows: number; output: string; version: number }>(
    ['predict', '--input', 'incoming/*.csv', '--output', 'out/p.parquet'],
    { cwd },
  );
  assert.deepEqual(
    [code, json.rows, json.version, json.output, existsSync(json.output)],
    [0, 800, 1, join(cwd, 'out/p.parquet'), true],
  );
  const batch = await runJson<{ rows: number; output: string }>(['predict', '--deployment', 'nightly'], { cwd });
  assert.equal(batch.json.rows, 800);
  assert.ok(batch.json.output.startsWith(join(cwd, 'data/scored/')));
  writeFiles(cwd, { 'sql/few.sql': 'SELECT * FROM rows LIMIT 7 -- a few' });
  assert.equal(
    (
      await runJson<{ rows: number }>(
        ['predict', '--input', 'incoming/*.csv', '--output', 'out/q.parquet', '--sql', 'sql/few.sql'],
        { cwd },
      )
    ).json.rows,
    7,
  );
  const none = await runCli(['predict', '--input', 'none/*.csv'], { cwd });
  assert.deepEqual([none.code, none.err], [1, 'error: No file matches `none/*.csv`.\n']);
  const wrong = await runCli(['predict', '--input', 'labels/*.csv'], { cwd });
  assert.match(wrong.err, /lacks the columns `amount`, `hour`, `country`/);
});
