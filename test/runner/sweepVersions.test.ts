import { checkProject } from '../../engine/checks/checkProject.ts';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CancelledError } from '../../engine/base/errors.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { summariseVersions } from '../../engine/registry/summariseVersions.ts';
import { registerRun } from '../../engine/registry/registerRun.ts';
import { runSweep, type SweepResult } from '../../engine/runner/sweep/runSweep.ts';
import type { SweepRequest } from '../../engine/runner/sweep/runTrial.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import type { Store } from '../../engine/store/store.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

/*
 * Sweeps of a project that trains and validates. Variations: all trials pass; the sweep is stopped and resumed; it runs again when it is
 * done; trials run in folders of their own; the best trial is refused by a gate and another passes; every trial is
 * refused; a person keeps another trial; a run without a validated model is asked for.
 */
const model = 'orders';
const register = (store: Store, run: string) => registerRun(store, run, () => model, 'test:me');
const sweepOf = (more = '') =>
  `sweep: { method: grid, objective: { maximize: roc_auc }, params: { learning_rate: { choice: [0.0001, 0.05, 0.2] } }${more} }\n`;

function tuned(options: { gates?: string; sweep?: string } = {}) {
  const yaml = ordersYaml.replace(
    '      roc_auc: { min: 0.6 }\n      pr_auc@champion',
    `${options.gates ?? '      log_loss: { min: 0 }'}\n      pr_auc@champion`,
  );
  const root = ordersProject({ yaml, files: { 'experiments/tune.experiment.yaml': options.sweep ?? sweepOf() } });
  const store = openStore(root);
  after(() => store.sql.close());
  const run = (request: Partial<SweepRequest> = {}): Promise<SweepResult> => {
    const project = loadProject(root);
    const config = project.experiments.get('tune')?.value?.sweep;
    assert.ok(config);
    return runSweep({ check: checkProject, project, store, experiment: 'tune', ...request }, config, () => {});
  };
  return {
    root,
    store,
    run,
    versions: () => summariseVersions(store, model).map(({ version, runId, aliases }) => ({ version, runId, aliases })),
  };
}

test('of a sweep only the best trial is a version, also when the sweep was stopped and resumed', async () => {
  const { run, store, versions } = tuned();
  const abort = new AbortController();
  let ended = 0;
  const stopAtSecond = {
    onStageEnd: (stage: string) => {
      if (stage === 'validate' && ++ended === 2) abort.abort();
    },
  };
  await assert.rejects(run({ signal: abort.signal, events: stopAtSecond }), CancelledError);
  assert.deepEqual(versions(), [], 'a sweep that was stopped chose nothing');
  const { trials, best, chosen, parent } = await run();
  assert.deepEqual(
    trials.map(({ status }) => status),
    ['finished', 'finished', 'finished'],
  );
  assert.ok(best && chosen);
  assert.equal(chosen.trial, best);
  assert.deepEqual(versions(), [{ version: 1, runId: best.runId, aliases: ['challenger'] }]);
  assert.deepEqual(
    listRuns(store, { experiment: 'tune', filter: 'model = 1' }).runs.map(({ runId }) => runId),
    [best.runId],
  );
  assert.equal(getRun(store, parent.runId).status, 'finished');

  const other = trials.find((trial) => trial !== best);
  const kept = register(store, other?.runId ?? '');
  assert.deepEqual([kept.registered, kept.made], [[{ name: model, version: 2 }], true]);
  assert.deepEqual(
    versions().map(({ version, aliases }) => [version, aliases]),
    [
      [2, ['challenger']],
      [1, []],
    ],
    'the one that a person keeps is the challenger',
  );
  assert.deepEqual(register(store, other?.name ?? '').made, false, 'twice is once');
  assert.throws(() => register(store, parent.runId), /validated no model, so it cannot become a version/);
});

test('trials with folders of their own make one version, whose model is there', async () => {
  const { run, versions, root } = tuned({ sweep: sweepOf(', parallel: 2') });
  const { best } = await run();
  assert.deepEqual(
    versions().map(({ runId }) => runId),
    [best?.runId],
  );
  const report = register(openStore(root), best?.runId ?? '');
  assert.equal(report.registered[0]?.version, 1);
});

test('the best that passed its gates is chosen before a better one that was refused; with all refused the sweep is', async () => {
  const { run, versions, root, store } = tuned();
  const values = (await run()).trials.map(({ value }) => value ?? 0).toSorted((a, b) => b - a);
  const bound = ((values[0] ?? 0) + (values[1] ?? 0)) / 2;
  const gated = (gate: string) =>
    writeFileSync(
      join(root, 'loopwright.yaml'),
      ordersYaml.replace('      roc_auc: { min: 0.6 }\n      pr_auc@champion', `      ${gate}\n      pr_auc@champion`),
    );
  gated(`roc_auc: { max: ${bound} }`);
  const second = await run({ force: true });
  assert.equal(second.best?.status, 'refused');
  assert.deepEqual(
    [second.chosen?.trial.status, second.chosen?.trial.value, second.chosen?.registered[0]?.version],
    ['finished', values[1], 2],
  );
  assert.equal(versions().length, 2);
  gated('roc_auc: { max: 0.01 }');
  const third = await run({ force: true });
  assert.deepEqual(
    third.trials.map(({ status }) => status),
    ['refused', 'refused', 'refused'],
  );
  assert.deepEqual(
    [getRun(store, third.parent.runId).status, third.chosen?.registered[0]?.version],
    ['refused', 3],
    'a refused model can be looked at',
  );
  assert.deepEqual(versions()[0]?.aliases, []);
});
