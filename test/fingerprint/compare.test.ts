import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from '../../engine/fingerprint/compare.ts';
import type { LockEntry } from '../../engine/fingerprint/lockFile.ts';

const day = 86_400_000;
const text = (before: Record<string, unknown>, now: Record<string, unknown>): string[] =>
  differences({ spec: before, params: {}, deps: {} } as unknown as LockEntry, { spec: now, params: {}, deps: {} });
const may = '2026-05-28T00:00:00.000Z';

test('a limit of the data is told as a sentence that says which run had it', () => {
  assert.deepEqual(text({ as_of: may }, {}), ['the last run was limited to data before 28 May 2026']);
  assert.deepEqual(text({}, { as_of: may }), ['limited to data before 28 May 2026, the last run was not']);
  assert.deepEqual(text({ as_of: '2026-05-14T00:00:00.000Z' }, { as_of: may }), [
    'limited to data before 28 May 2026, the last run to data before 14 May 2026',
  ]);
  assert.deepEqual(text({ as_of: '2026-05-28T14:30:00.000Z' }, {}), [
    'the last run was limited to data before 28 May 2026, 14:30 UTC',
  ]);
});

test('so is the length of the data, in days or hours', () => {
  assert.deepEqual(text({ window_ms: 45 * day }, {}), ['the last run was limited to the newest 45 days of data']);
  assert.deepEqual(text({}, { window_ms: day }), ['limited to the newest 1 day of data, the last run was not']);
  assert.deepEqual(text({ window_ms: day / 2 }, { window_ms: 90 * day }), [
    'limited to the newest 90 days of data, the last run to the newest 12 hours of data',
  ]);
});

test('both limits that a retraining had and a plain run has not are two reasons; what did not change is none', () => {
  assert.deepEqual(text({ as_of: may, window_ms: 45 * day }, {}), [
    'the last run was limited to data before 28 May 2026',
    'the last run was limited to the newest 45 days of data',
  ]);
  assert.deepEqual(text({ as_of: may, window_ms: day }, { as_of: may, window_ms: day }), []);
  assert.deepEqual(text({ seed: 1 }, { seed: 2 }), ['seed 1 → 2']);
  const from = (sqlite: string) => ({ from: { sqlite, query: 'SELECT * FROM orders', watermark: 'id' } });
  assert.deepEqual(text(from('shop.db'), from('shop.dbx')), ['from.sqlite shop.db → shop.dbx']);
});
