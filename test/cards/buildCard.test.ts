import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { buildCard } from '../../engine/cards/buildCard.ts';
import { promote } from '../../engine/registry/promote.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const project = runIn(ordersProject());
const config = configFor(loadProject(project.root), 'default');

test('without a version the card says how to get one', () =>
  assert.throws(
    () => buildCard(project.store, config, { name: null, version: null }),
    /has no version yet\. Train and validate one/,
  ));

test('the card shows what was found, where it came from, and what people wrote', async () => {
  const { runId, name } = await project.run();
  const card = buildCard(project.store, config, { name: null, version: null });
  assert.ok(card.isValidated && card.run);
  assert.deepEqual(
    [card.version, card.aliases, card.verdict],
    [1, ['challenger'], { passed: 2, total: 2, text: 'All 2 gates passed.' }],
  );
  assert.deepEqual([card.intendedUse, card.limitations, card.ethics], ['Says which orders will be late.', null, null]);
  assert.deepEqual(
    [card.run.runId, card.run.name, card.run.seed, card.params['epochs'], card.health],
    [runId, name, 3, 3, []],
  );
  assert.equal(card.versions.length, 1);
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  assert.deepEqual(buildCard(project.store, config, { name: null, version: 'latest' }).aliases, ['champion']);
  assert.throws(() => buildCard(project.store, config, { name: null, version: 7 }), /has no version 7/);
  assert.doesNotMatch(JSON.stringify(card), /NaN|Infinity|undefined/);
});
