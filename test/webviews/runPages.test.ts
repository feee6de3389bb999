import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunPage, RunQuery, RunSummary } from '../../protocol/runs.ts';
import { MetricRanges } from '../../webviews/runHistory/rows/metricRanges.ts';
import { Refresher } from '../../webviews/runHistory/rows/refresher.ts';
import { pageRows, RunPages } from '../../webviews/runHistory/rows/runPages.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { until } from '../helpers/until.ts';

/** An engine over rows in memory that can be held back, and tells what it was asked. */
function engineOf(runs: RunSummary[]) {
  const asked: RunQuery[] = [];
  const held: (() => void)[] = [];
  const engine = {
    runs,
    asked,
    held,
    isHeld: false,
    underWay: 0,
    mostUnderWay: 0,
    async list(query: RunQuery): Promise<RunPage> {
      asked.push(query);
      engine.mostUnderWay = Math.max(engine.mostUnderWay, ++engine.underWay);
      if (engine.isHeld)
        await new Promise<void>((go) => {
          held.push(go);
        });
      engine.underWay--;
      const from = query.offset ?? 0;
      return { runs: engine.runs.slice(from, from + (query.limit ?? 200)), total: engine.runs.length };
    },
  };
  return engine;
}

describe('the window over the runs', () => {
  it('fetches what is in sight and its neighbours, and keeps no more than its share of 100,000 rows', async () => {
    const [one] = makeRuns(1);
    assert.ok(one);
    const many = Array.from({ length: 100_000 }, (_, i): RunSummary => ({ ...one, runId: String(i) }));
    const engine = engineOf(many);
    const pages = new RunPages(
      (query) => engine.list(query),
      () => {},
    );
    await pages.ask({});
    const [first] = engine.asked;
    assert.deepEqual([first?.offset, first?.limit], [0, pageRows], 'the page is shown first');
    await until('the neighbours are asked for', () => engine.asked.length > 1 && !pages.busy);
    assert.deepEqual(
      engine.asked.map(({ offset, limit }) => [offset, limit]),
      [
        [0, pageRows],
        [pageRows, pageRows],
      ],
    );
    for (let top = 0; top < 100_000; top += 997) {
      pages.see(top, top + 30);
      await until('the row is there', () => pages.at(top) && !pages.busy);
      assert.equal(pages.at(top)?.runId, String(top));
    }
    assert.ok([...pages.loaded()].length <= 4000, `${[...pages.loaded()].length} rows are kept`);
    assert.equal(engine.mostUnderWay, 1);
  });

  it('asks for nothing that was scrolled past while an answer was under way', async () => {
    const engine = engineOf(makeRuns(3000));
    const pages = new RunPages(
      (query) => engine.list(query),
      () => {},
    );
    await pages.ask({});
    engine.isHeld = true;
    engine.asked.length = 0;
    for (let top = 300; top <= 2500; top += 100) pages.see(top, top + 30);
    engine.isHeld = false;
    for (const go of engine.held.splice(0)) go();
    await until('the last place is loaded', () => pages.at(2500) && !pages.busy);
    assert.ok(engine.asked.length <= 4, JSON.stringify(engine.asked));
  });

  it('keeps the old rows until the answer to a new question, and drops the answer to an old one', async () => {
    const engine = engineOf(makeRuns(300));
    const pages = new RunPages(
      (query) => engine.list(query),
      () => {},
    );
    await pages.ask({});
    engine.isHeld = true;
    void pages.ask({ search: 'first' });
    const done = pages.ask({ search: 'second' });
    assert.ok(pages.at(0), 'the old rows');
    engine.runs = makeRuns(7);
    while (pages.busy) {
      for (const go of engine.held.splice(0)) go();
      await new Promise((turn) => {
        setImmediate(turn);
      });
    }
    await done;
    assert.equal(pages.total, 7);
    assert.equal(engine.asked.at(-1)?.search, 'second');
    assert.equal(pages.at(8), undefined);
  });

  it('does not wait for the answer to an old question, and never shows it when it comes after the new one', async () => {
    const runs = makeRuns(300);
    const answers = new Map<string, (page: RunPage) => void>();
    const pages = new RunPages(
      (query) =>
        new Promise((answer) => {
          answers.set(query.search ?? '', answer);
        }),
      () => {},
    );
    const old = pages.ask({ search: 'old' });
    const done = pages.ask({ search: 'new' });
    assert.deepEqual([...answers.keys()], ['old', 'new']);
    answers.get('new')?.({ runs: runs.slice(10, 20), total: 10 });
    await done;
    answers.get('old')?.({ runs: runs.slice(0, 5), total: 5 });
    await old;
    assert.deepEqual([pages.total, pages.at(0)?.runId], [10, runs[10]?.runId]);
    void pages.refresh();
    assert.equal(pages.busy, true);
    answers.get('new')?.({ runs: runs.slice(11, 20), total: 9 });
    await until('the refresh is taken', () => !pages.busy);
    assert.deepEqual([pages.total, pages.at(0)?.runId], [9, runs[11]?.runId]);
  });

  it('tells how far the rows in sight moved when runs came in above', async () => {
    const runs = makeRuns(1000);
    const engine = engineOf(runs.slice(3));
    const moves: number[] = [];
    const pages = new RunPages(
      (query) => engine.list(query),
      () => {},
      (rows) => moves.push(rows),
    );
    await pages.ask({});
    pages.see(420, 450);
    await until('they are loaded', () => pages.at(449) && !pages.busy);
    engine.runs = runs;
    await pages.refresh();
    assert.deepEqual(moves, [3]);
    assert.equal(pages.total, 1000);
  });

  it('keeps rows on an error, tries again only when asked to, and shrinks', async () => {
    const engine = engineOf(makeRuns(500));
    let fails = false;
    const pages = new RunPages(
      (query) => (fails ? Promise.reject(new Error('gone')) : engine.list(query)),
      () => {},
    );
    await pages.ask({});
    fails = true;
    await pages.refresh();
    assert.equal(pages.error, 'gone');
    assert.ok(pages.at(0));
    const asked = engine.asked.length;
    pages.see(200, 230);
    assert.equal(engine.asked.length, asked);
    fails = false;
    engine.runs = makeRuns(0);
    await pages.refresh();
    assert.deepEqual([pages.error, pages.total, pages.at(0)], [null, 0, undefined]);
  });

  it('a storm of changes never has two refreshes under way', async () => {
    let [underWay, most, turns] = [0, 0, 0];
    const refresher = new Refresher(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((turn) => {
        setTimeout(turn, 2);
      });
      underWay--;
      turns++;
    }, 5);
    for (let i = 0; i < 1000; i++) {
      refresher.ask();
      if (i % 100 === 0)
        await new Promise((turn) => {
          setTimeout(turn, 3);
        });
    }
    const before = turns;
    refresher.ask();
    await until('the last change is told', () => turns > before && underWay === 0);
    assert.equal(most, 1);
    assert.ok(turns < 20, `${turns} turns for 1,001 changes`);
  });

  it('the ends of a metric come from the engine, one request at a time, and again for another question', async () => {
    const runs = makeRuns(50);
    const asked: RunQuery[] = [];
    const ranges = new MetricRanges(
      async (query) => {
        asked.push(query);
        const [order] = query.order ?? [];
        const key = order?.column.slice('metrics.'.length) ?? '';
        const found = runs
          .filter(
            (run) =>
              run.metrics[key] !== undefined &&
              !(query.filter?.includes("status not in ('failed'") && run.status === 'failed'),
          )
          .toSorted((a, b) => ((a.metrics[key] ?? 0) - (b.metrics[key] ?? 0)) * (order?.descending ? -1 : 1));
        return { runs: found.slice(0, 1), total: found.length };
      },
      () => {},
    );
    await ranges.want({ order: [{ column: 'name', descending: false }] }, ['pr_auc', 'none']);
    const values = runs.flatMap((run) => run.metrics['pr_auc'] ?? []);
    assert.deepEqual(ranges.get('pr_auc'), {
      low: Math.min(...values),
      high: Math.max(...values),
      best: Math.max(...values),
    });
    assert.equal(ranges.get('none'), null);
    const first = asked.length;
    await ranges.want({}, ['pr_auc']);
    assert.equal(asked.length, first, 'known already, whatever the order');
    await ranges.want({ search: 'x' }, ['pr_auc']);
    assert.equal(asked.length, first + 2);
    for (const run of runs) if (run.metrics['pr_auc'] === Math.max(...values)) run.status = 'failed';
    await ranges.want({ filter: 'starred = true or dirty = true' }, ['pr_auc']);
    const well = runs.filter((run) => run.status !== 'failed').flatMap((run) => run.metrics['pr_auc'] ?? []);
    assert.deepEqual(
      ranges.get('pr_auc'),
      { low: Math.min(...values), high: Math.max(...values), best: Math.max(...well) },
      'what failed is not the best',
    );
    assert.ok(Math.max(...well) < Math.max(...values));
    assert.match(asked.at(-1)?.filter ?? '', /^\(starred = true or dirty = true\) and status not in/);
  });
});
