import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProjectOverview } from '../../protocol/lifeCycle.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runJson } from '../helpers/runCli.ts';

test('before the first run, status, runs and models are empty and create no store', async () => {
  const cwd = ordersProject();
  const status = await runJson<ProjectOverview>(['status'], { cwd });
  assert.deepEqual(
    [
      status.code,
      status.json.project,
      status.json.root,
      status.json.life.length,
      status.json.stages.map(({ state }) => state),
    ],
    [0, 'orders', cwd, 8, ['never', 'never', 'never', 'never']],
  );
  assert.deepEqual(await runJson(['runs'], { cwd }), { code: 0, json: { runs: [], total: 0 }, err: '' });
  assert.deepEqual(await runJson(['models'], { cwd }), { code: 0, json: [], err: '' });
  assert.ok(!existsSync(join(cwd, '.loopwright')));
});
