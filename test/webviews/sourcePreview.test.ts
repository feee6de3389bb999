// States: loading, cancelled, full, rows that do not fit, nothing new, no rows, without a schema, an error at first and
// after a good reading, a command, after a reload, after a collection; one of them over a real database.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { sourceHandlers } from '../../engineHost/sourceHandlers.ts';
import type { EngineRequests } from '../../protocol/engineHost.ts';
import type { SourceAnswer, SourcePreview } from '../../protocol/sourcePreview.ts';
import { fixtureNow } from '../fixtures/views/random.ts';
import { makePreview } from '../fixtures/views/sourcePreview.ts';
import { entryOf } from '../helpers/entryOf.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

const state = { stage: 'pull' };
const size = { width: 900, height: 700 };
const missing: SourceAnswer = {
  preview: null,
  problem: {
    stage: 'pull',
    message: 'The query failed: relation "ordres" does not exist. Did you mean `orders`?',
    place: { file: 'loopwright.yaml', line: 12, column: 9 },
  },
};

function answering(more: Partial<SourcePreview> = {}, asked: unknown[] = []): Answers {
  return {
    'sources/preview': (params) => {
      asked.push(params);
      return { preview: makePreview(more), problem: null };
    },
    'sources/stop': () => ({ stopped: true }),
  };
}
const text = (view: OpenView) => view.page.locator('body').innerText();
const shows = (view: OpenView, words: string | RegExp) => view.page.getByText(words).first().waitFor();

describe('source preview', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(() => bench.stop());

  it('shows the rows of a real database, what does not fit, and an error with its place', async () => {
    const root = makeProject({
      'loopwright.yaml':
        'version: 1\nproject: p\ndatasets: { orders: { path: data/orders.parquet, schema: orders.dataset.yaml } }\nstages:\n  pull: { uses: collect, with: { dataset: orders, from: { sqlite: app.db, query: SELECT * FROM orders } } }\n',
      'orders.dataset.yaml':
        'fields:\n  - { name: id, type: integer }\n  - { name: amount, type: number, constraints: { minimum: 0 } }\n',
    });
    const db = new BetterSqlite(join(root, 'app.db'));
    db.exec('CREATE TABLE orders (id INTEGER, amount REAL); INSERT INTO orders VALUES (1, 2.5), (2, -1)');
    const engine = sourceHandlers(root, [process.execPath, entryOf('dist/cli.cjs', 'cli/main.ts')]);
    const view = await bench.open('sourcePreview', state, engine.handlers, 'dark', size, { realTime: true });
    await shows(view, '1 of 2 shown rows does not fit orders.dataset.yaml and would be quarantined.');
    await shows(view, /SQLite 3\.[\d.]+, app\.db/);
    assert.deepEqual(await view.page.locator('td.invalid bdi').allInnerTexts(), ['-1']);
    db.exec('DROP TABLE orders');
    db.close();
    await view.page.locator('#refresh').click();
    await shows(view, 'no such table: orders');
    await shows(view, 'The rows below are those of the reading before.');
    await view.page.locator('#open-source').click();
    assert.deepEqual(
      view.actions.map((action) => (action.do === 'openFile' ? [action.path, action.line] : action.do)),
      [['loopwright.yaml', 5]],
    );
    engine.close();
    assert.deepEqual(view.faults, []);
  });

  it('moves over the rows by keys, names what does not fit, and filters', async () => {
    const view = await bench.open('sourcePreview', state, answering(), 'dark', size);
    const { page } = view;
    await page.locator('table.values tbody tr').first().waitFor();
    await page.locator('table.values').focus();
    await page.keyboard.press('n');
    await shows(view, 'Row 3: amount: below minimum 0 (found -12.50); country: not one of');
    await page.keyboard.press('n');
    await shows(view, 'Row 41: state:');
    assert.ok(await page.locator('tr.active').isVisible(), 'the row is scrolled into view');
    await page.keyboard.press('Home');
    await shows(view, 'The selected row fits.');
    await page.locator('#only-faults').check();
    assert.equal(await page.locator('tbody tr:not(.space)').count(), 2);
    assert.deepEqual(await page.locator('td.invalid bdi').allInnerTexts(), ['-12.50', 'XX', 'line↵break⇥and tab']);
    await page.locator('#collect').click();
    assert.deepEqual(view.actions, [{ do: 'runStage', stage: 'pull', experiment: null }]);
    assert.deepEqual(view.faults, []);
  });

  it('reads only when a person asks: once when it is opened, not after a reload, and again on refresh', async () => {
    const asked: EngineRequests['sources/preview']['params'][] = [];
    const view = await bench.open('sourcePreview', state, answering({}, asked), 'dark', size);
    await view.page.locator('table.values tbody tr').first().waitFor();
    await view.changed();
    await view.page.keyboard.press('r');
    await view.page.waitForFunction(() => document.querySelector('#refresh') !== null);
    await view.page.locator('#all').check();
    await view.page.waitForFunction(() => document.querySelector('#refresh') !== null);
    assert.deepEqual(
      asked.map(({ all, runs, rows }) => [all, runs, rows]),
      [
        [false, false, 100],
        [false, false, 100],
        [true, false, 100],
      ],
    );
    asked.length = 0;
    const persisted = { root: '/projects/card-fraud', state, ui: { all: false, onlyFaults: false } };
    const again = await bench.open('sourcePreview', state, answering({}, asked), 'dark', size, { persisted });
    await shows(again, 'Not read yet');
    assert.deepEqual(asked, []);
    await again.page.getByText('Read the source').click();
    await again.page.locator('table.values tbody tr').first().waitFor();
    assert.equal(asked.length, 1);
  });

  it('says that a collection made it old, and reads again on a click', async () => {
    const asked: EngineRequests['sources/preview']['params'][] = [];
    const logs = {
      kind: 'logs',
      adds: true,
      since: null,
      total: null,
      lines: { count: 12_345, exact: false },
      has: 900,
    };
    const view = await bench.open('sourcePreview', state, answering(logs, asked), 'light', size);
    await shows(view, 'Would add about 12,000 lines to 900 rows.');
    const last = {
      runId: 'r',
      runName: 'quiet-elk',
      status: 'finished',
      startedAt: fixtureNow - 3000,
      summary: '12,345 added',
    };
    const status = (durationMs: number | null, more: object = {}) =>
      view.answer({ 'stages/status': () => [{ name: 'pull', last: { ...last, durationMs, ...more } }] as never });
    const bar = view.page.locator('.note-bar');
    // Still running, failed, and one that ended before the preview.
    for (const [ms, more] of [
      [null, {}],
      [1000, { status: 'failed' }],
      [1000, { startedAt: fixtureNow - 60_000 }],
    ] as const) {
      status(ms, more);
      await view.changed();
      assert.equal(await bar.count(), 0);
    }
    status(1000);
    await view.changed();
    await bar.filter({ hasText: 'Collected since' }).waitFor();
    assert.match(await bar.innerText(), /Collected since, .*: 12,345 added\. What is below was read before\./);
    assert.equal(asked.length, 1, 'it is not read again by itself');
    await view.picture('sourcePreview-collected');
    await view.page.locator('#read-again').click();
    await view.page.waitForFunction(() => document.querySelector('.note-bar') === null);
    assert.equal(asked.length, 2);
    assert.deepEqual(view.faults, []);
  });

  it('draws the first columns of a table of thousands', async () => {
    const columns = Array.from({ length: 3000 }, (_, i) => ({ name: `c${i}`, type: 'BIGINT', declared: null }));
    const rows = Array.from({ length: 100 }, (_, r) => columns.map((_, c) => String(r * c)));
    const wide = { columns, rows, faults: [{ row: 5, column: 'c2900', reason: 'c2900: below minimum 0' }], total: 100 };
    const view = await bench.open('sourcePreview', state, answering(wide), 'dark', size);
    await shows(view, '100 rows, the first 200 of 3,000 columns');
    await view.page.locator('table.values').focus();
    await view.page.keyboard.press('n');
    await shows(view, 'Row 6: c2900: below minimum 0');
    assert.deepEqual(view.faults, []);
  });

  it('can be cancelled while it reads', async () => {
    const stopped: unknown[] = [];
    const view = await bench.open(
      'sourcePreview',
      state,
      {
        'sources/stop': (params) => {
          stopped.push(params);
          return { stopped: true };
        },
      },
      'dark',
      size,
    );
    await shows(view, 'Reading the source');
    await view.page.keyboard.press('Escape');
    await shows(view, 'Cancelled');
    assert.deepEqual(stopped, [{ stage: 'pull' }]);
  });

  it('asks before a command is run', async () => {
    const asked: EngineRequests['sources/preview']['params'][] = [];
    const command = {
      command: 'python fetch.py',
      kind: 'command',
      rows: [],
      columns: [],
      faults: [],
      invalidRows: 0,
      total: null,
      since: null,
    };
    const view = await bench.open('sourcePreview', state, answering(command, asked), 'dark', size);
    await shows(view, 'The command was not run');
    await view.page.getByText('Run the command…').click();
    await view.page.waitForFunction(() => document.querySelector('#refresh') !== null);
    assert.deepEqual(
      asked.map(({ runs }) => runs),
      [false, true],
    );
  });

  it('has its designed states in every theme, and is whole in 500 pixels', async () => {
    const empty = { rows: [], faults: [], invalidRows: 0, total: 0, notes: [] };
    const states: [string, Answers, string][] = [
      ['full', answering(), 'tr.faulty'],
      ['empty', answering(empty), '.empty'],
      ['none', answering({ ...empty, since: null, schema: null, has: null }), '.empty'],
      ['error', { 'sources/preview': () => missing }, '.error-bar'],
      ['loading', {}, '.busy'],
      [
        'misfit',
        answering({ problems: [{ message: 'made: the column is declared but not in the data', isError: true }] }),
        '.bad',
      ],
    ];
    for (const theme of ['light', 'dark', 'contrast'] as const)
      for (const [name, answers, there] of states) {
        const view = await bench.open('sourcePreview', state, answers, theme, size);
        await view.page.locator(there).first().waitFor();
        if (name === 'full') {
          await view.page.locator('table.values').focus();
          await view.page.keyboard.press('n');
        }
        await view.picture(`source-preview-${name}-${theme}`);
        assert.doesNotMatch(await text(view), /undefined|NaN|null/);
        assert.deepEqual(view.faults, []);
        await view.close();
      }
    for (const [name, answers, there] of states) {
      const view = await bench.open('sourcePreview', state, answers, 'light', { width: 500, height: 700 });
      await view.page.locator(there).first().waitFor();
      assert.equal(
        await view.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
        false,
        `no sideways scrolling: ${name}`,
      );
      await view.picture(`source-preview-${name}-narrow`);
      await view.close();
    }
  });
});
