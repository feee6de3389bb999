import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retrain } from '../../engine/loop/retrain.ts';
import { runLoop } from '../../engine/loop/runLoop.ts';
import { modelTools } from '../../engine/models/modelTools.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { openVersion } from '../../engine/registry/openVersion.ts';
import { promote } from '../../engine/registry/promote.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { auc, drawRows, streamFiles, streamsOf, streamStart, tableOf } from '../helpers/changingStream.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

// Retraining held against streams of known change, with seeds. bench/retraining.ts plays longer ones.

const day = 86_400_000;
const at = (days: number) => streamStart + days * day;
const change = 40;
const streams = streamsOf(change);

/** The project over a stream with version 1 of the days before the change, and AUC on fresh rows from after it. */
async function changed(name: string, seed: number) {
  const stream = streams[name] ?? assert.fail(name);
  const project = runIn(makeProject(streamFiles(drawRows(stream, 0, 60, 80, seededRandom(seed)))));
  const { root, store } = project;
  const first = await project.run({ period: { asOf: at(change), window: null, regime: null } });
  assert.equal(first.error, null, first.error?.message);
  promote(store, { name: 'stream', version: 1 }, { why: 'test', actor: 'test:me', at: at(change) });
  const fresh = drawRows(stream, 100, 10, 400, seededRandom(seed + 1000));
  const loaded = loadProject(root);
  const config = configFor(loaded, 'default');
  const aucOf = async (version: number) => {
    const model = await openVersion(getVersion(store, 'stream', version), modelTools(store, config, 'stream'));
    return auc((await model.predict(tableOf(fresh))).values, fresh);
  };
  const answer = async (since: number | null) => {
    const decision = { id: null, reason: 'a test asks for it', monitor: 'weekly', since };
    const { status, version, message } = await retrain({
      project: loaded,
      config: { ...config, retraining: config.retraining && { ...config.retraining, refit: since !== null } },
      store,
      decision,
      actor: 'test:me',
      now: at(change + 14),
      events: { onLog: (stage, line) => project.logs.push(`${stage}| ${line}`) },
    });
    assert.equal(status, since === null ? 'rejected' : 'promoted', message);
    return version ?? 0;
  };
  const kept = () =>
    /the (first|second) is kept/.exec(project.logs.findLast((line) => line.includes('is kept')) ?? '')?.[1];
  return { store, answer, aucOf, kept };
}

for (const seed of [1, 2]) {
  test(`after a step of the concept, only rows from after it teach the new model: seed ${seed}`, async () => {
    const { store, answer, aucOf, kept } = await changed('step of the concept', seed);
    const version = await answer(at(change));
    assert.equal(kept(), 'second');
    const [before, after] = [await aucOf(1), await aucOf(version)];
    assert.ok(before < 0.65 && after > 0.83, `v1 ${before}, v${version} ${after}`);
    const { refit, data } = getVersion(store, 'stream', version).report;
    assert.ok(refit?.kind === 'served');
    assert.equal(refit.since, at(change));
    assert.ok(refit.rows > refit.testedRows && refit.rows < data.rows.train);
    const unaware = await aucOf(await answer(null));
    assert.ok(unaware < before + 0.05, `without regard to the change nothing is learned: ${unaware}`);
  });

  test(`after a step of the inputs, the new model beats the old one: seed ${seed}`, async () => {
    const { answer, aucOf } = await changed('step of the inputs', seed);
    const [before, after] = [await aucOf(1), await aucOf(await answer(at(change)))];
    assert.ok(after > before + 0.05, `v1 ${before}, v2 ${after}`);
  });
}

test('rows from before a change stay where they help', async () => {
  const { answer, kept } = await changed('quiet', 1);
  await answer(at(change + 2));
  assert.equal(kept(), 'first');
});

test('a quiet stream is never trained on again', async () => {
  const project = runIn(
    makeProject(streamFiles(drawRows(streams['quiet'] ?? assert.fail(), 0, 110, 60, seededRandom(5)))),
  );
  const { retrainings, windows } = await runLoop({
    project: loadProject(project.root),
    store: project.store,
    replay: { path: 'incoming/rows.csv', sql: null, from: at(40), to: null },
    serve: () => Promise.reject(new Error('a batch deployment serves nothing')),
  });
  assert.ok(windows >= 10);
  assert.deepEqual(retrainings, []);
});
