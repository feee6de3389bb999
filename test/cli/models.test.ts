import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import type { Problem } from '../../protocol/problem.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

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
