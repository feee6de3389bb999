import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { modelTools } from '../../engine/models/modelTools.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { loadModel } from '../../engine/models/savedModel.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { ServingModel } from '../../engine/serving/servingModel.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

test(
  'a version that cannot be loaded is told once, the one before goes on, and it is served when its files are back',
  { timeout: 60_000 },
  async (t) => {
    const { store, root, run } = runIn(ordersProject());
    await run();
    promote(store, { name: 'orders', version: 1 }, { why: 'first', actor: 'test:me', at: Date.now() });
    const told: string[] = [];
    const tools = modelTools(store, configFor(loadProject(root), 'default'), 'orders');
    const serving = new ServingModel(store, { name: 'orders', which: 'champion', tools }, (message) =>
      told.push(message),
    );
    await serving.load();
    await run({ force: true });
    const weights = join(root, getVersion(store, 'orders', 2).path, 'weights.bin');
    assert.ok(existsSync(weights));
    promote(store, { name: 'orders', version: 2 }, { why: 'second', actor: 'test:me', at: Date.now() });
    // The server looks for the champion when it is asked next. Files that changed before would not be promoted.
    renameSync(weights, `${weights}.away`);
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const asked = async (): Promise<number> => {
      const { version } = serving.current();
      await turn();
      return version.version;
    };
    assert.equal(await asked(), 1);
    await until('it is told', async () => (await asked(), told.length > 0), Number.POSITIVE_INFINITY);
    for (let request = 0; request < 10; request++) {
      assert.equal(await asked(), 1);
      // As long as another try would take.
      await assert.rejects(loadModel(dirname(weights)));
    }
    assert.match(
      told.join('\n'),
      /^version 2 could not be loaded, version 1 keeps serving: The files of `orders` v2 in .* changed since it was validated/,
    );
    renameSync(`${weights}.away`, weights);
    t.mock.timers.tick(6000);
    await until('it serves', async () => (await asked()) === 2, Number.POSITIVE_INFINITY);
    assert.equal(told.length, 1);
    await serving.close();
  },
);
