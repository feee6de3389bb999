import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ComparedColumn } from '../../protocol/dataProfile.ts';
import { columnRows, driftRatio, filtered, nextSort, ordered } from '../../webviews/profile/columnRows.ts';
import { roundAbove } from '../../webviews/profile/axes.ts';
import { parsed } from '../../webviews/ui/heatColor.ts';
import { share, shortened, valueOf, visible } from '../../webviews/profile/text.ts';
import { changeOf, verdictOf } from '../../webviews/profile/verdict.ts';
import { fixtureNow } from '../fixtures/views/random.ts';
import { makeOutline, makeProfile, makeQuality, makeRelations } from '../fixtures/views/profile.ts';
import { makeComparison } from '../fixtures/views/profileComparison.ts';

it('makes visible what is not seen, and leaves letters alone', () => {
  assert.equal(visible('a\tb\r\n\0\u0007'), 'a⟨TAB⟩b⟨CR⟩⟨LF⟩⟨NUL⟩⟨U+0007⟩');
  assert.equal(visible('  x '), '··x·');
  assert.equal(visible(''), '(empty)');
  assert.equal(visible('abc\u202Etxt\uFEFF\u00AD'), 'abc⟨U+202E⟩txt⟨U+FEFF⟩⟨U+00AD⟩');
  assert.equal(visible('a\u200Db'), 'a⟨U+200D⟩b');
  for (const text of ['👩‍👩‍👧', 'می‌خواهم', 'naïve', '名前', 'a b']) assert.equal(visible(text), text);
  assert.equal(shortened('👩👩👩👩', 3), '👩👩…');
});

it('tells nothing from little, and all from nearly all', () => {
  assert.deepEqual([0, 0.0004, 0.012, 0.13, 0.9962, 0.99999, 1, null, Number.NaN].map(share), [
    '0 %',
    '<0.1 %',
    '1.2 %',
    '13 %',
    '99.6 %',
    '>99.9 %',
    '100 %',
    '–',
    '–',
  ]);
});

it('writes times to the fineness of their span, and times that no date can hold as numbers', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.deepEqual(
    [
      valueOf('datetime', at, 1e10),
      valueOf('datetime', at, 1e6),
      valueOf('datetime', at, 1000),
      valueOf('datetime', at),
    ],
    ['2026-01-02', '2026-01-02 03:04', '2026-01-02 03:04:05', '2026-01-02 03:04'],
  );
  assert.equal(valueOf('datetime', Date.UTC(12026, 0, 2), 1e12), '+012026-01-02');
  assert.equal(valueOf('datetime', 9e15), '9.00e15');
  assert.equal(valueOf('number', null), '–');
});

it('orders columns with what is missing last, and equal ones as in the file', () => {
  const rows = columnRows(makeProfile(), makeRelations(), null);
  assert.deepEqual(
    ordered(rows, { by: 'share', descending: true })
      .slice(0, 3)
      .map(({ name }) => name),
    ['amount', 'merchant_category', 'distance_km'],
  );
  assert.equal(ordered(rows, { by: 'share', descending: false }).at(-1)?.name, 'is_fraud');
  assert.deepEqual(
    ordered(rows, { by: 'missing', descending: false })
      .slice(0, 3)
      .map(({ name }) => name),
    ['transaction_id', 'at', 'amount'],
  );
  assert.deepEqual(ordered(rows, null), rows);
  assert.deepEqual(nextSort(nextSort(nextSort(null, 'missing'), 'missing'), 'missing'), null);
  assert.deepEqual(nextSort(null, 'name'), { by: 'name', descending: false });
  const outline = columnRows(makeOutline(), null, null);
  assert.ok(outline.every(({ profile, missing }) => profile === null && missing !== null));
  assert.deepEqual(
    filtered(rows, 'EUR number', 'all').map(({ name }) => name),
    ['amount'],
  );
  assert.deepEqual(
    filtered(rows, 'target', 'all').map(({ name }) => name),
    ['is_fraud'],
  );
});

it('measures drift in thresholds, whatever way the measure counts', () => {
  const one = (part: Partial<ComparedColumn>): ComparedColumn => ({
    column: 'a',
    type: 'number',
    measure: 'm',
    value: 0.2,
    pValue: 0.003,
    adjustedP: 0.006,
    chance: null,
    threshold: 0.1,
    drifted: true,
    reason: 'beyond threshold',
    nReference: 1,
    nCurrent: 1,
    missingReference: 0,
    missingCurrent: 0,
    note: null,
    distribution: null,
    ...part,
  });
  assert.equal(driftRatio(one({})), 2);
  assert.equal(driftRatio(one({ value: 0.01, pValue: 0.01, threshold: 0.05 })), 5);
  assert.equal(driftRatio(one({ value: null, pValue: null })), null);
  assert.ok(Number.isFinite(driftRatio(one({ value: 0, pValue: 0, threshold: 0.05 }))));
  assert.equal(driftRatio(one({ threshold: null })), 1);
  assert.equal(driftRatio(one({ drifted: false, reason: 'not significant' })), 1);
});

it('says in a sentence how good the data is and what changed', () => {
  const quality = makeQuality();
  assert.equal(verdictOf(quality, fixtureNow).tone, 'warn');
  const good = {
    ...quality,
    completeness: { share: 1, worst: [] },
    uniqueness: { repeatedRows: 0, keys: [] },
    validity: { validRows: quality.rows, rules: [], problems: [] },
  };
  assert.deepEqual(verdictOf(good, fixtureNow), {
    tone: 'good',
    text: 'Every row is valid; nothing is missing; no row is repeated; the newest row is from 3 hours ago.',
  });
  assert.deepEqual(verdictOf({ ...good, validity: null, freshness: null }, fixtureNow), {
    tone: 'plain',
    text: 'No schema to check its rows; nothing is missing; no row is repeated.',
  });
  assert.match(
    verdictOf({ ...good, validity: { validRows: quality.rows - 1, rules: [], problems: [] } }, fixtureNow).text,
    /^1 row of 204,113 breaks a rule;/,
  );
  const still = { ...makeComparison(), added: [], removed: [], retyped: [], columns: [] };
  assert.deepEqual(changeOf({ ...still, reference: { title: 'a', rows: 5 }, current: { title: 'b', rows: 5 } }), {
    tone: 'good',
    text: 'Compared with a: none of 0 columns drifted; the same number of rows as before (5).',
  });
});

it('ends an axis at a round number', () => {
  assert.deepEqual([0, 1, 0.55, 7, 173_000, 1e300].map(roundAbove), [1, 1, 0.6, 8, 200_000, 1e300]);
});

it('reads the colours that themes are written in', () => {
  assert.deepEqual(
    [
      parsed('#fff'),
      parsed('#1f1f1f'),
      parsed('#0072b2ff'),
      parsed('rgb(1, 2, 3)'),
      parsed('rgba(1 2 3 / 50%)'),
      parsed('papayawhip'),
    ],
    [[255, 255, 255], [31, 31, 31], [0, 114, 178], [1, 2, 3], [1, 2, 3], null],
  );
});
