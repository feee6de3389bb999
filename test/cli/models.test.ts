import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import type { Problem } from '../../protocol/problem.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';
import { versionReport } from '../helpers/versionReport.ts';

const trained = trainedOrders();

type Failure = { error: { message: string; problems: Problem[] } };

test('models lists, promotes, prints the card and rolls back', async () => {
  const cwd = trained().root;
  const list = await runJson<ModelVersionSummary[]>(['models'], { cwd });
  assert.deepEqual(
    list.json.map(({ version, aliases, gatesPassed }) => ({ version, aliases, gatesPassed })),
    [{ version: 1, aliases: ['challenger'], gatesPassed: 2 }],
  );
  assert.deepEqual((await runJson(['models', 'promote', '1'], { cwd })).json, {
    name: 'orders',
    version: 1,
    previous: null,
  });
  assert.match((await runCli(['models', 'promote', 'v1'], { cwd })).out, /v1 is already the champion/);
  const card = await runJson<ModelCard>(['models', 'card'], { cwd });
  assert.deepEqual(
    [card.code, card.json.version, card.json.aliases, card.json.verdict.passed],
    [0, 1, ['champion'], 2],
  );
  assert.equal((await runJson<ModelCard>(['models', 'card', 'v1'], { cwd })).json.version, 1);
  const back = await runJson<Failure>(['models', 'rollback'], { cwd });
  assert.deepEqual(
    [back.code, back.json.error.message],
    [1, '`orders` v1 is its first champion; there is no earlier one to go back to.'],
  );
});

test('the registry on the command line: at, audit, alias, approve, comment, show, lineage, verify', async () => {
  const cwd = trained().root;
  const promoted = await runCli(['models', 'promote', '1', '--why', 'first'], { cwd });
  assert.match(promoted.err, /Evidence: \.loopwright.promotions.orders-v1-.*\.intoto\.json, /);
  for (const args of [
    ['alias', 'champion', 'shadow', '--why', 'a week'],
    ['comment', 'orders@1', 'weak', 'on', 'Sundays'],
    ['approve', 'v1', '--stage', 'staging', '--why', 'looked at it'],
  ]) {
    const { code, err } = await runCli(['models', ...args], { cwd, env: { LOOPWRIGHT_USER: 'ben' } });
    assert.equal(code, 0, err);
  }
  const show = await runCli(['models', 'show', 'shadow'], { cwd });
  for (const expected of [
    /promoted, by terminal:/,
    /staging, by terminal:ben \(account /,
    /weak on Sundays/,
    /passed {2}/,
  ])
    assert.match(show.out, expected);
  assert.equal((await runJson<ModelCard>(['models', 'card', 'orders@shadow'], { cwd })).json.version, 1);
  const now = await runCli(['models', 'at', new Date().toISOString()], { cwd });
  assert.match(now.out, /orders +champion +v1 .*promoted: first\norders +shadow +v1 .*set: a week/);
  const audit = await runCli(['models', 'audit', '--anchor'], { cwd });
  assert.deepEqual([audit.code, /✓ \d+ entries, each follows/.test(audit.out)], [0, true], audit.out);
  const lineage = await runCli(['models', 'lineage', '1'], { cwd });
  assert.match(lineage.out, /^orders v1, made .*champion.*\n {2}← run .*\n {4}← data /);
  const unsigned = await runCli(['models', 'verify', '1', '--allow-unsigned'], { cwd });
  assert.deepEqual([unsigned.code, /✓ v1: the files, 2 gates, metrics and the audit/.test(unsigned.out)], [0, true]);
});

test('models: versions of a store whose project has since named its model otherwise', async () => {
  const renamed = ordersProject({
    yaml: ordersYaml.replace('\nstages:', '\nmodels: { lateness: { from: train } }\n\nstages:'),
  });
  const store = openStore(renamed);
  registerVersion(store, 'orders', 'run', versionReport(), 'test:me');
  store.sql.close();
  const { code, out, err } = await runCli(['models'], { cwd: renamed });
  assert.equal(code, 0);
  assert.match(
    out,
    /^model +version +metric +alias +gates +flavour +run +made\n─.*\norders +v1 +pr_auc 0\.800 +challenger +1 gate passed +–/,
  );
  assert.match(err, /The store has versions of `orders`, which the project does not name\. Call an entry of `models`/);
});
