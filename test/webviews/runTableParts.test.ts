import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunSummary } from '../../protocol/runs.ts';
import {
  allColumns,
  columnOf,
  defaultIds,
  numberColumns,
  shareDone,
} from '../../webviews/runHistory/columns/columns.ts';
import { readPersistedState } from '../../webviews/runHistory/state/readPersistedState.ts';
import { keyAction } from '../../webviews/runHistory/table/tableKeys.ts';
import {
  movedBy,
  movedTo,
  plainLayout,
  shownIds,
  widthOf,
  withColumn,
  withPin,
  withWidth,
} from '../../webviews/runHistory/columns/layout.ts';
import { nextOrder } from '../../webviews/runHistory/rows/ordering.ts';
import { changed } from '../../webviews/runHistory/actions/runEdits.ts';
import { plainSettings, readSettings, sameSettings } from '../../webviews/runHistory/state/settings.ts';
import { columnSlice, rowSlice } from '../../webviews/ui/table/slices.ts';
import { makeRuns } from '../fixtures/views/runs.ts';

describe('the layout of the table', () => {
  const ids = ['name', 'status', 'metrics.a', 'params.b'];

  it('shows the primary metric after the name, then the params that differ, and nothing of the system by itself', () => {
    const primary = [
      { name: 'val/rmse', direction: 'minimize' as const, why: '' },
      { name: 'val_loss', direction: 'minimize' as const, why: '' },
    ];
    const metrics = ['aa', 'system/cpu', 'system/gpu', 'val_loss', 'training_score', 'val/rmse'].map((key) => ({
      key,
      runs: 9,
    }));
    const all = allColumns({
      primary,
      metrics,
      params: [
        { key: 'seed', runs: 9, distinct: 1 },
        { key: 'lr', runs: 9, distinct: 4 },
      ],
      tags: [],
      severalModels: false,
    });
    assert.deepEqual(defaultIds(all, false), [
      'name',
      'metrics.val/rmse',
      'params.lr',
      'status',
      'started',
      'duration',
      'metrics.val_loss',
      'metrics.aa',
      'metrics.training_score',
      'model',
    ]);
    assert.deepEqual(
      all
        .filter(({ column }) => column.kind === 'metric')
        .map(({ column }) => column.title)
        .slice(-2),
      ['system/cpu', 'system/gpu'],
      'they can be chosen',
    );
    assert.deepEqual(defaultIds(allColumns(null), true), [
      'name',
      'status',
      'started',
      'duration',
      'experiment',
      'model',
    ]);
  });

  it('shows columns in their order, pinned ones first, the name always', () => {
    assert.deepEqual(shownIds(plainLayout, ids), ids);
    assert.deepEqual(shownIds({ ...plainLayout, columns: ['status'] }, ids), ['name', 'status']);
    assert.deepEqual(shownIds({ ...plainLayout, pinned: ['params.b', 'name'] }, ids), [
      'name',
      'params.b',
      'status',
      'metrics.a',
    ]);
  });

  it('moves, pins, adds and removes columns', () => {
    assert.deepEqual(movedTo(plainLayout, ids, 'params.b', 'status').columns, [
      'name',
      'params.b',
      'status',
      'metrics.a',
    ]);
    assert.deepEqual(movedBy(plainLayout, ids, 'status', 1).columns, ['name', 'metrics.a', 'status', 'params.b']);
    assert.equal(movedBy(plainLayout, ids, 'params.b', 1), plainLayout);
    assert.deepEqual(movedTo(plainLayout, ids, 'params.b', 'name').pinned, ['name', 'params.b']);
    const pinned = withPin(plainLayout, ids, 'metrics.a', true);
    assert.deepEqual(pinned.columns, ['name', 'metrics.a', 'status', 'params.b']);
    assert.deepEqual(withPin(pinned, pinned.columns ?? [], 'metrics.a', false).pinned, ['name']);
    assert.deepEqual(withColumn(plainLayout, ids, 'tags.c', true).columns, [...ids, 'tags.c']);
    assert.deepEqual(withColumn(plainLayout, ids, 'status', false).columns, ['name', 'metrics.a', 'params.b']);
    assert.equal(widthOf(columnOf('name'), withWidth(plainLayout, 'name', 3)), 48, 'no column gets lost');
  });

  it('sorts better end first, then the other, then not; Shift adds keys', () => {
    const [loss, auc, name] = [columnOf('metrics.loss'), columnOf('metrics.auc'), columnOf('name')];
    assert.deepEqual(nextOrder([], loss, false), [{ column: 'metrics.loss', descending: false }]);
    assert.deepEqual(nextOrder([], auc, false), [{ column: 'metrics.auc', descending: true }]);
    assert.deepEqual(nextOrder([{ column: 'metrics.auc', descending: true }], auc, false), [
      { column: 'metrics.auc', descending: false },
    ]);
    assert.deepEqual(nextOrder([{ column: 'metrics.auc', descending: false }], auc, false), []);
    const two = nextOrder([{ column: 'metrics.auc', descending: true }], name, true);
    assert.deepEqual(two, [
      { column: 'metrics.auc', descending: true },
      { column: 'name', descending: false },
    ]);
    assert.deepEqual(nextOrder(two, name, true)[1], { column: 'name', descending: true });
    assert.deepEqual(nextOrder(two, name, false), [{ column: 'name', descending: false }]);
  });

  it('keys with dots, slashes and other alphabets stay whole', () => {
    for (const key of ['a.b', 'val/loss', 'größe', 'x y']) assert.equal(columnOf(`metrics.${key}`).title, key);
    const [run] = makeRuns(1);
    assert.ok(run);
    const odd: RunSummary = {
      ...run,
      metrics: {},
      notFinite: { 'val/loss': 'NaN', up: 'Infinity' },
      params: { lr: 0.1, name: 'x' },
    };
    assert.deepEqual(
      [columnOf('metrics.val/loss').text(odd), columnOf('metrics.up').text(odd), columnOf('metrics.none').text(odd)],
      ['NaN', '∞', ''],
    );
    assert.deepEqual(
      [...numberColumns(['params.lr', 'params.name', 'metrics.up', 'status'].map(columnOf), [odd])].toSorted(),
      ['metrics.up', 'params.lr'],
    );
  });

  it('has as many rows in the page wherever it stands, and few columns of many', () => {
    const at = (top: number) => rowSlice({ top, left: 0, width: 1000, height: 700 }, 100_000, 28);
    assert.equal(new Set([0, 28 * 50, 28 * 99_970].map((top) => at(top).to - at(top).from)).size, 1);
    assert.ok(at(28 * 99_975).to === 100_000);
    const widths = Array.from({ length: 500 }, () => 100);
    assert.deepEqual(columnSlice({ top: 0, left: 0, width: 1000, height: 1 }, widths.slice(0, 20), 0), {
      from: 0,
      to: 20,
    });
    const some = columnSlice({ top: 0, left: 20_000, width: 1000, height: 1 }, widths, 200);
    assert.ok(some.from > 190 && some.to < 216 && some.to > 208, JSON.stringify(some));
  });

  it('reads the progress of a run', () => {
    assert.deepEqual(
      [shareDone('train: epoch 14/30'), shareDone(null), shareDone('half'), shareDone('epoch 3/0'), shareDone('9/3')],
      [14 / 30, null, null, null, null],
    );
  });
});

describe('what is kept', () => {
  it('takes what an earlier version kept where it fits, and nothing that does not', () => {
    const kept = readPersistedState({
      search: 'x',
      sort: { column: 'started' },
      shown: {},
      selected: ['a', 3],
      open: 7,
      comparing: true,
      which: 'nonsense',
      order: [{ column: 'name' }, 5],
      layout: { widths: { a: 'wide', b: 20 }, pinned: 4 },
    });
    assert.deepEqual(kept, {
      ...plainSettings,
      search: 'x',
      selected: ['a'],
      open: null,
      comparing: true,
      order: [{ column: 'name', descending: false }],
      layout: { columns: null, pinned: ['name'], widths: { b: 48 } },
      view: null,
      recentFilters: [],
      panels: null,
    });
    assert.deepEqual(readSettings(JSON.parse(JSON.stringify(plainSettings))), plainSettings);
    assert.ok(
      sameSettings(plainSettings, { ...plainSettings, layout: { widths: {}, pinned: ['name'], columns: null } }),
    );
    assert.ok(!sameSettings(plainSettings, { ...plainSettings, filter: 'a' }));
  });

  it('a change shows at once as the engine will tell it', () => {
    const [run] = makeRuns(1);
    assert.ok(run);
    const after = changed(run, { starred: true, note: 'n', tags: { trigger: null, owner: 'ann' } });
    assert.deepEqual([after.starred, after.note, after.tags], [true, 'n', { owner: 'ann' }]);
  });

  it('puts a new tag where the store will list it, so that no other slips under a click', () => {
    const [run] = makeRuns(1);
    assert.ok(run);
    const tagged = { ...run, tags: { b: '1', trigger: 'person' } };
    assert.deepEqual(Object.keys(changed(tagged, { tags: { owner: 'ann', a: '' } }).tags), [
      'a',
      'b',
      'owner',
      'trigger',
    ]);
  });

  it('knows the keys of the table', () => {
    const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
      keyAction({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }, 20);
    assert.deepEqual(press('PageDown'), { do: 'move', by: 20, extend: false });
    assert.deepEqual(press('ArrowUp', { shiftKey: true }), { do: 'move', by: -1, extend: true });
    assert.deepEqual(
      [
        press('a', { ctrlKey: true }),
        press('z', { ctrlKey: true }),
        press('z', { ctrlKey: true, shiftKey: true }),
        press('Delete'),
        press('q'),
        press('ArrowDown', { altKey: true }),
      ],
      [{ do: 'selectAll' }, { do: 'undo' }, { do: 'redo' }, { do: 'delete' }, null, null],
    );
  });
});
