import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const yaml = ordersYaml
  .replace(
    'min_precision: 0.6 }',
    'min_precision: 0.6, robustness: { rows: 120, seed: 4, invariant_to: [country], increasing: [amount] } }',
  )
  .replace(
    '      pr_auc@champion: { min: -0.2 }',
    [
      '      roc_auc{missing=amount}: { min: 0.999 }',
      '      roc_auc{noise=hour}@clean: { min: -0.9 }',
      '      wrong_way_share{increasing=amount}: { max: 1 }',
    ].join('\n'),
  );

test('a run tries the model on changed rows, and a gate on them refuses the version', async () => {
  const cwd = ordersProject({ yaml });
  assert.deepEqual((await runCli(['check'], { cwd })).err.match(/LW5\d\d/g) ?? [], []);
  const run = await runCli(['run'], { cwd });
  assert.equal(run.code, 1, run.err);
  assert.match(run.err, /1 of 4 gates failed.*roc_auc\{missing=amount\} [\d.]+ < 0\.999/);
  const { json: card } = await runJson<ModelCard>(['models', 'card', '1'], { cwd });
  const { robustness } = card;
  assert.ok(robustness);
  assert.deepEqual([robustness.rows, robustness.of, robustness.seed], [120, 160, 4]);
  assert.ok(
    robustness.perturbations.some(({ perturbation, column }) => perturbation === 'unit_error' && column === 'amount'),
  );
  assert.deepEqual(
    robustness.invariances.map(({ column, n }) => [column, n]),
    [['country', 120]],
  );
  assert.deepEqual(
    robustness.directions.map(({ column, steps }) => [column, steps]),
    [['amount', 10]],
  );
  const markdown = join(cwd, 'card.md');
  assert.equal((await runCli(['models', 'card', '1', '--markdown', markdown], { cwd })).code, 0);
  assert.match(
    readFileSync(markdown, 'utf8'),
    /## Robustness\n\nOne column was changed at a time in 120 rows drawn from 160 test rows/,
  );
});
