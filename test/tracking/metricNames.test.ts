import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MetricNames, valueOf } from '../../engine/tracking/metricNames.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';

function project(stages: string[]) {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  const told: string[] = [];
  return {
    told,
    /** Runs stages that report these metrics: `stage`, or `stage file`. Gives what the run has in the end. */
    run(reports: [source: string, values: Record<string, number>][], of = stages) {
      const run = recordRun(store, {
        experiment: 'default',
        params: {},
        seed: null,
        commit: null,
        dirty: false,
        environment: {},
        command: '',
        asOf: null,
      });
      const names = new MetricNames(store, run.number, of, (text) => told.push(text));
      for (const stage of new Set(reports.map(([source]) => source.split(' ')[0] ?? ''))) {
        names.begin(stage);
        for (const [source, values] of reports) {
          const [own = '', file] = source.split(' ');
          if (own === stage) for (const step of [0, 1]) run.metrics(names.named({ stage, file }, values), step);
        }
        names.end(stage);
      }
      run.end('finished');
      const { metrics, notFinite, seriesKeys } = getRun(store, run.runId);
      assert.deepEqual(
        seriesKeys.toSorted(),
        [...Object.keys(metrics), ...Object.keys(notFinite)].toSorted(),
        'every point is kept',
      );
      return { ...metrics, ...notFinite };
    },
  };
}

test('metrics of one stage keep their names; those of several are kept apart', () => {
  // Tried: one and several stages, several files of a stage, files beside logged values, NaN, a stage that runs alone
  // later, one that stops reporting, one that leaves the project, and names with colons and slashes.
  const { run, told } = project(['us', 'uk', 'both']);
  assert.deepEqual(run([['us', { acc: 0.9, loss: 1 }]]), { acc: 0.9, loss: 1 });
  assert.deepEqual(told, []);
  assert.deepEqual(
    run([
      ['us', { acc: 0.9 }],
      ['uk', { acc: Number.NaN, n: 3 }],
    ]),
    { 'us:acc': 0.9, 'uk:acc': 'NaN', n: 3 },
  );
  assert.deepEqual(told, ['note: `acc` is reported more than once, so it is stored as `us:acc` and `uk:acc`']);
  assert.deepEqual(run([['us', { acc: 0.8 }]]), { 'us:acc': 0.8 }, 'the same name in a run of one stage');
  assert.deepEqual(
    run([
      ['uk', { other: 1 }],
      ['us', { acc: 0.7 }],
    ]),
    { other: 1, acc: 0.7 },
    'uk reports it no more',
  );
  assert.deepEqual(
    run([
      ['both a.json', { acc: 1 }],
      ['both b.json', { acc: 2 }],
      ['us', { acc: 3 }],
    ]),
    { 'a.json:acc': 1, 'b.json:acc': 2, 'us:acc': 3 },
  );
  assert.deepEqual(run([['us', { acc: 3 }]], ['us', 'uk']), { acc: 3 }, 'both is no stage any more');
  assert.deepEqual(
    run(
      [
        ['us', { 'train/acc': 1 }],
        ['us m.json', { 'train/acc': 1 }],
        ['uk', { 'us:acc': 2, acc: 5 }],
      ],
      ['us', 'uk'],
    ),
    { 'train/acc': 1, 'us:acc': 2, acc: 5 },
    'a file and what its stage logs are one metric',
  );
});

test('a metric is found by the name in a project when only one stage has it', () => {
  const metrics = { 'a:acc': 1, 'b:acc': 2, 'b:f1': 3, loss: 4 };
  assert.deepEqual(
    ['loss', 'f1', 'acc', 'a:acc', 'train:loss', 'gone'].map((name) => valueOf(metrics, name)),
    [4, 3, null, 1, 4, null],
  );
});
