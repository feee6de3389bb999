import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CancelledError, DataError } from '../../engine/base/errors.ts';
import { paramImportance } from '../../engine/tracking/paramImportance.ts';
import { runHandlers } from '../../engineHost/runHandlers.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { runStore } from '../helpers/runStore.ts';

const random = seededRandom(3);
const [plain] = makeRuns(1);

function run(index: number, part: Partial<RunSummary>): RunSummary {
  if (!plain) throw new Error('There is a run.');
  return {
    ...plain,
    runId: `run${String(index).padStart(5, '0')}`,
    status: 'finished',
    startedAt: 1e12 + index,
    endedAt: 1e12 + index + 5,
    params: {},
    metrics: {},
    notFinite: {},
    tags: {},
    registered: [],
    modelVersion: null,
    ...part,
  };
}

/**
 * Runs whose accuracy falls with the logarithm of the learning rate, is better with adam, and knows nothing of
 * `workers`.
 */
const trials = Array.from({ length: 120 }, (_, index) => {
  const lr = Number((10 ** (-4 * random.next())).toPrecision(6));
  const optimizer = ['adam', 'sgd'][random.integer(2)] ?? '';
  return run(index, {
    params: {
      lr,
      optimizer,
      hidden: index % 3 === 0 ? [64, 32] : [128, 64],
      workers: random.integer(8),
      seed: 7,
      note: `trial ${index}`,
    },
    metrics: { acc: 0.9 - 0.1 * Math.log10(lr) + (optimizer === 'adam' ? 0.1 : 0) },
    tags: { sweep: 'a' },
  });
});
const odd = [
  run(500, { status: 'failed', params: { lr: 0.1 }, metrics: { acc: 9 } }),
  run(501, { status: 'running', params: { lr: 0.1 }, metrics: { acc: 9 } }),
  run(502, { params: { lr: 0.1 } }),
  run(503, { params: { lr: 0.1 }, notFinite: { acc: 'NaN' } }),
  run(504, { params: { lr: 0.1 }, notFinite: { acc: '-Infinity' } }),
  run(507, {
    params: { lr: 0.1 },
    metrics: { acc: 9 },
    status: 'cancelled',
    tags: { 'loopwright.stopped': 'at epoch 3' },
  }),
  run(505, { params: { workers: 3 }, metrics: { acc: 5 } }),
  run(506, {
    params: { lr: 0.1, optimizer: 'adam', hidden: [64, 32], workers: 1, seed: 7, note: 'x', rare: 5 },
    metrics: { acc: 1.1 },
  }),
];

describe('which params move a metric', () => {
  const held = runStore([...trials, ...odd]);
  after(() => held.close());
  const ask = (part: Partial<Parameters<typeof paramImportance>[1]> = {}) =>
    paramImportance(held.store, { metric: 'acc', of: { query: {} }, ...part });

  it('counts a run that was refused by its gates: it was measured to the end', async () => {
    const own = runStore(
      trials
        .slice(0, 12)
        .map((one, index) =>
          index < 5 ? { ...one, status: index < 3 ? ('refused' as const) : ('failed' as const) } : one,
        ),
    );
    after(() => own.close());
    const found = await paramImportance(own.store, { metric: 'acc', of: { query: {} } });
    assert.deepEqual([found.found, found.runs, found.leftOutRuns], [12, 10, [{ why: 'failed', runs: 2 }]]);
  });

  it('ranks them, tells the direction, and what was left out and why', async () => {
    const found = await ask();
    assert.equal(found.problem, null);
    assert.deepEqual([found.found, found.runs], [128, 121]);
    assert.deepEqual(found.params.map(({ key }) => key).slice(0, 2), ['lr', 'optimizer']);
    const [lr, optimizer] = found.params;
    assert.ok(lr && optimizer && lr.importance > 0.6 && optimizer.importance > 0.1, JSON.stringify(found.params));
    assert.ok(Math.abs(found.params.reduce((sum, one) => sum + one.importance, 0) - 1) < 1e-9);
    assert.deepEqual(
      [lr.kind, lr.log, optimizer.kind, optimizer.log, optimizer.correlation, optimizer.distinct],
      ['number', true, 'category', false, null, 2],
    );
    assert.ok(
      lr.correlation && lr.correlation.rho < -0.8 && lr.correlation.pValue < 1e-9 && lr.correlation.adjusted < 1e-9,
    );
    assert.ok((found.r2 ?? 0) > 0.9, String(found.r2));
    assert.deepEqual(
      new Map(found.leftOutRuns.map(({ runs, why }) => [why, runs])),
      new Map([
        ['failed', 1],
        ['still running', 1],
        ['stopped early by the sweep', 1],
        ['without acc', 1],
        ['with NaN as acc', 1],
        ['with an infinite value as acc', 1],
        ['without a param that the others have', 1],
      ]),
    );
    assert.deepEqual(
      found.leftOutParams.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      [
        { key: 'note', why: 'has 121 different values, not all of them numbers, in 121 runs: too few runs of each' },
        { key: 'rare', why: 'has a value in 1 of 122 runs only' },
        { key: 'seed', why: 'has one value in all runs' },
      ],
    );
  });

  it('gives the same answer each time, whatever order the runs are named in', async () => {
    const ids = trials.map(({ runId }) => runId);
    assert.deepEqual(await ask({ of: { runIds: ids } }), await ask({ of: { runIds: ids.toReversed() } }));
    assert.deepEqual(
      (await ask({ of: { runIds: ids } })).params,
      (await ask({ of: { query: { filter: "tags.sweep = 'a'" } } })).params,
    );
  });

  it('says what stands in the way instead of a number', async () => {
    const of = (count: number) => ({ of: { runIds: trials.slice(0, count).map(({ runId }) => runId) } });
    const problems = await Promise.all([
      ask(of(0)),
      ask(of(7)),
      ask({ metric: 'nothing' }),
      ask({ of: { query: { filter: 'params.lr > 5' } } }),
      ask({ of: { runIds: ['run00500', 'run00502'] } }),
    ]);
    assert.deepEqual(
      problems.map(({ problem }) => problem),
      [
        'There are no runs.',
        '7 runs can be used, and at least 8 are needed.',
        'None of the runs finished with a finite nothing.',
        'There are no runs.',
        'None of the runs finished with a finite acc.',
      ],
    );
    for (const { params, r2, alone } of problems) assert.deepEqual([params, r2, alone], [[], null, null]);
    const same = runStore(trials.map((one) => ({ ...one, metrics: { acc: 1 } })));
    assert.equal(
      (await paramImportance(same.store, { metric: 'acc', of: { query: {} } })).problem,
      'acc is the same in all 120 runs.',
    );
    same.close();
    const fixed = runStore(trials.map((one) => ({ ...one, params: { seed: 7 } })));
    assert.equal(
      (await paramImportance(fixed.store, { metric: 'acc', of: { query: {} } })).problem,
      'No param differs between these runs in a way that can be compared.',
    );
    fixed.close();
    await assert.rejects(
      ask({ of: { query: { filter: 'params.lr >' } } }),
      (error) => error instanceof DataError && /^The filter cannot be read: /.test(error.message),
    );
  });

  it('of noise it says that nothing is to be believed', async () => {
    const noise = runStore(trials.map((one) => ({ ...one, metrics: { acc: random.next() } })));
    const found = await paramImportance(noise.store, { metric: 'acc', of: { query: {} } });
    assert.ok((found.r2 ?? 1) < 0.1, String(found.r2));
    assert.ok(found.params.length > 0);
    for (const { correlation } of found.params)
      if (correlation) assert.ok(correlation.adjusted >= correlation.pValue && correlation.adjusted <= 1);
    noise.close();
  });

  it('ends when it is told to, and a newer question ends an older one', async () => {
    const stop = new AbortController();
    const asked = ask({ signal: stop.signal });
    stop.abort();
    await assert.rejects(asked, CancelledError);
    const handlers = runHandlers(
      () => held.store,
      () => held.store,
    );
    const [first, second] = await Promise.allSettled([
      handlers['runs/importance']({ metric: 'acc', query: {} }),
      handlers['runs/importance']({ metric: 'acc', query: {} }),
    ]);
    assert.deepEqual([first.status, second.status], ['rejected', 'fulfilled']);
    assert.ok(first.status === 'rejected' && first.reason instanceof CancelledError);
  });

  it('lets others have their turn while it reckons', async () => {
    const many = runStore(
      Array.from({ length: 2000 }, (_, index) => {
        const params = Object.fromEntries(
          Array.from({ length: 20 }, (_value, at) => [
            `p${at}`,
            at % 4 === 3 ? (['a', 'b', 'c', 'd', 'e'][random.integer(5)] ?? '') : random.next(),
          ]),
        );
        return run(index, { params, metrics: { acc: Number(params['p0']) * 3 + random.next() } });
      }),
    );
    let [turns, going] = [0, true];
    const look = () => {
      turns++;
      if (going) setImmediate(look);
    };
    setImmediate(look);
    const found = await paramImportance(many.store, { metric: 'acc', of: { query: {} } });
    going = false;
    assert.equal(found.params[0]?.key, 'p0');
    assert.ok(turns > 10, `${turns} turns`);
    many.close();
  });
});
