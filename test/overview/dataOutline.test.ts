import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import { outlineSubject, rowsOfSubject } from '../../engine/overview/dataOutline.ts';
import { findSubject } from '../../engine/overview/dataSubject.ts';
import { profileSubject } from '../../engine/overview/dataViews.ts';
import { temporaryFolder } from '../data/temporaryFolder.ts';

const folder = temporaryFolder();
await withDatabase(undefined, (db) =>
  db.run(
    `COPY (SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL WHEN i % 10 = 1 THEN 'nan'::DOUBLE ELSE i / 7 END AS "a ""quoted"" one", 'x' || i AS text, [i] AS list FROM range(1000) t(i)) TO '${join(folder, 'a.parquet')}' (FORMAT parquet)`,
  ),
);
writeFileSync(
  join(folder, 'b.csv'),
  `n,text\n${Array.from({ length: 250 }, (_, i) => `${i},${i === 3 ? `"${'ä'.repeat(400)}"` : `t${i}`}`).join('\n')}\n`,
);
writeFileSync(join(folder, 'empty.csv'), 'a,b\n');
const subject = (path: string) =>
  findSubject({ kind: 'file', path }, { project: null, config: null, store: null, folder });

test('the outline of Parquet counts as the profile does', () =>
  withDatabase(undefined, async (db) => {
    const found = await subject('a.parquet');
    const outline = await outlineSubject(db, found, { root: folder });
    const profile = await profileSubject(db, found, { root: folder });
    assert.deepEqual(
      outline.columns,
      profile.columns.map(({ name, type, missing }) => ({ name, type, missing })),
    );
    assert.deepEqual(
      outline.columns.map(({ missing }) => missing),
      [0, 200, 0, 0],
    );
    assert.deepEqual([outline.rows, outline.title, outline.files], [profile.rows, profile.title, profile.files]);
  }));

test('the outline of text names the columns and leaves the counting to the profile', () =>
  withDatabase(undefined, async (db) => {
    const outline = await outlineSubject(db, await subject('b.csv'), { root: folder });
    assert.deepEqual(
      [outline.rows, outline.columns],
      [
        null,
        [
          { name: 'n', type: 'integer', missing: null },
          { name: 'text', type: 'string', missing: null },
        ],
      ],
    );
  }));

test('rows come in the order of the file, page by page, as text, long ones cut', () =>
  withDatabase(undefined, async (db) => {
    const found = await subject('b.csv');
    const first = await rowsOfSubject(db, found, { offset: 0, limit: 100 });
    assert.deepEqual(
      [first.columns, first.rows.length, first.rows[0], first.more],
      [['n', 'text'], 100, ['0', 't0'], true],
    );
    assert.equal(first.rows[3]?.[1], `${'ä'.repeat(300)}…`);
    const last = await rowsOfSubject(db, found, { offset: 200, limit: 100 });
    assert.deepEqual([last.rows.length, last.rows[0], last.more], [50, ['200', 't200'], false]);
    const exact = await rowsOfSubject(db, found, { offset: 150, limit: 100 });
    assert.deepEqual([exact.rows.length, exact.more], [100, false]);
    const parquet = await rowsOfSubject(db, await subject('a.parquet'), { offset: 10, limit: 2 });
    assert.deepEqual(
      parquet.rows.map((row) => row.slice(0, 2)),
      [
        ['10', null],
        ['11', 'nan'],
      ],
    );
    assert.deepEqual((await rowsOfSubject(db, await subject('empty.csv'), { offset: 0, limit: 10 })).rows, []);
    await assert.rejects(rowsOfSubject(db, found, { offset: -1, limit: 10 }), /offset/);
    await assert.rejects(rowsOfSubject(db, found, { offset: 0, limit: 1e6 }), /between 1 and 200/);
  }));
