import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hashOf, recordAudit, type AuditRow } from '../../engine/registry/audit.ts';
import { auditAnchorFile, readAuditAnchor, writeAuditAnchor } from '../../engine/registry/auditAnchor.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import { deleteVersion, renameRegisteredModel } from '../../engine/registry/registeredModels.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { setNamedAlias } from '../../engine/registry/setNamedAlias.ts';
import { verifyAudit, type AuditAnchor } from '../../engine/registry/verifyAudit.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import type { Store } from '../../engine/store/store.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

function log(entries = 6): Store {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  for (let i = 1; i <= entries; i++)
    recordAudit(store, 'test:me', 'version commented', { model: 'm', version: i, text: `ü "${i}"` });
  return store;
}

/** A person with the database and no Loopwright: the triggers are gone, the statements run, the triggers are back. */
function tamper(store: Store, ...statements: string[]): void {
  const triggers = store.sql.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'",
  );
  for (const { name } of triggers) store.sql.run(`DROP TRIGGER ${name}`);
  for (const statement of statements) store.sql.run(statement);
  for (const { sql } of triggers) store.sql.run(sql);
}

const kinds = (store: Store, anchors: AuditAnchor[] = []) =>
  verifyAudit(store, anchors).problems.map(({ kind, entry }) => [kind, entry]);

function anchorOf(store: Store): AuditAnchor {
  const { head } = verifyAudit(store);
  assert.ok(head);
  return { ...head, source: 'kept' };
}

test('the log refuses UPDATE, DELETE and REPLACE, also of many rows and in a transaction', () => {
  const store = log();
  for (const statement of [
    "UPDATE audit SET actor = 'x' WHERE id = 1",
    'UPDATE audit SET at = at + 1',
    'DELETE FROM audit WHERE id = 6',
    'DELETE FROM audit',
    "INSERT OR REPLACE INTO audit VALUES (3, 1, 'x', 'x', '{}', '', '')",
    "REPLACE INTO audit VALUES (3, 1, 'x', 'x', '{}', '', '')",
  ])
    assert.throws(() => store.sql.write(() => store.sql.run(statement)), /append-only/, statement);
  assert.deepEqual(kinds(store), []);
});

test('every field that was changed, every row that was removed or put in, is named', () => {
  for (const [column, value] of [
    ['at', '1'],
    ['actor', "'nobody'"],
    ['action', "'alias set'"],
    ['subject', `'{"model":"other"}'`],
    ['subject', "'not JSON'"],
  ] as const) {
    const store = log();
    tamper(store, `UPDATE audit SET ${column} = ${value} WHERE id = 3`);
    assert.deepEqual(kinds(store), [['changed', 3]], `${column} = ${value}`);
  }
  const middle = log();
  tamper(middle, 'DELETE FROM audit WHERE id IN (3, 4)');
  assert.deepEqual(kinds(middle), [['missing', 5]]);
  const beginning = log();
  tamper(beginning, 'DELETE FROM audit WHERE id < 3');
  assert.deepEqual(kinds(beginning), [['missing', 3]]);
  const renumbered = log();
  tamper(renumbered, 'DELETE FROM audit WHERE id = 3', 'UPDATE audit SET id = id - 1 WHERE id > 3');
  assert.deepEqual(kinds(renumbered), [['missing', 3]], 'numbers that were closed up hide nothing');
  const swapped = log();
  tamper(swapped, 'UPDATE audit SET id = -id WHERE id IN (3, 4)', 'UPDATE audit SET id = 7 + id WHERE id < 0');
  assert.deepEqual(
    kinds(swapped).map(([kind]) => kind),
    ['missing', 'missing', 'missing'],
  );
  const forged = log();
  const row = forged.sql.get<AuditRow>('SELECT * FROM audit WHERE id = 3');
  assert.ok(row);
  tamper(
    forged,
    `UPDATE audit SET actor = 'x', hash = '${hashOf({ ...row, actor: 'x' }, row.previous_hash)}' WHERE id = 3`,
  );
  assert.deepEqual(kinds(forged), [['missing', 4]], 'a hash that was computed again breaks the next entry');
  const put = log();
  tamper(put, "INSERT INTO audit VALUES (7, 1, 'x', 'x', '{}', 'made-up', '')");
  assert.deepEqual(kinds(put), [
    ['missing', 7],
    ['changed', 7],
  ]);
});

test('a cut end and a chain that was computed again are seen against an anchor only', () => {
  const cut = log();
  const kept = anchorOf(cut);
  tamper(cut, 'DELETE FROM audit WHERE id > 4');
  assert.deepEqual(kinds(cut), [], 'alone, the rest of the log is a whole log');
  assert.deepEqual(kinds(cut, [kept]), [['cut', null]]);
  assert.match(
    verifyAudit(cut, [kept]).problems[0]?.text ?? '',
    /kept knows 6 entries .*the log has 4: its end was removed/,
  );
  for (let i = 0; i < 4; i++) recordAudit(cut, 'test:me', 'version commented', { model: 'm', version: 9 });
  assert.match(
    verifyAudit(cut, [kept]).problems[0]?.text ?? '',
    /no entry of the log has that hash: the log was written anew/,
  );

  const all = log(2);
  const emptied = anchorOf(all);
  tamper(all, 'DELETE FROM audit');
  assert.deepEqual(kinds(all, [emptied]), [['cut', null]]);

  const grown = log();
  const earlier = anchorOf(grown);
  recordAudit(grown, 'test:me', 'version commented', { model: 'm', version: 9 });
  assert.deepEqual(kinds(grown, [earlier]), [], 'a log that went on still contains the anchor');
  assert.deepEqual(kinds(grown, [{ ...earlier, entries: 5 }]), [['cut', null]], 'the number belongs to the anchor');
});

test('triggers that are gone, or do nothing any more, are reported', () => {
  const store = log();
  store.sql.run('DROP TRIGGER audit_refuses_delete');
  store.sql.run('DROP TRIGGER audit_refuses_update');
  store.sql.run('CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit BEGIN SELECT 1; END');
  assert.match(
    verifyAudit(store)
      .problems.map(({ text }) => text)
      .join(),
    /`audit_refuses_delete`, `audit_refuses_update` are gone/,
  );
});

test('an alias that was moved past Loopwright is named; renamed models and deleted versions are not', () => {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  for (const _ of [1, 2, 3]) registerVersion(store, 'm', 'run', versionReport(), 'test:me');
  promote(store, { name: 'm', version: 1 }, { why: 'a', actor: 'test:me' });
  promote(store, { name: 'm', version: 2 }, { why: 'b', actor: 'test:me' });
  rollback(store, 'm', { actor: 'test:me' });
  setNamedAlias(store, { name: 'm', version: 3 }, 'shadow', { why: '', actor: 'test:me' });
  renameRegisteredModel(store, 'm', 'n', 'test:me');
  deleteVersion(store, 'n', 3, 'test:me');
  assert.deepEqual(kinds(store), []);
  store.sql.run("UPDATE aliases SET version = 2 WHERE alias = 'champion'");
  assert.match(
    verifyAudit(store).problems[0]?.text ?? '',
    /The alias `champion` of `n` is at v2, and entry \d+ left it at v1: it was changed outside Loopwright/,
  );
  store.sql.run("DELETE FROM aliases WHERE alias = 'champion'");
  assert.match(verifyAudit(store).problems[0]?.text ?? '', /is at no version/);
});

test('the anchor is a file beside the lock; what is no anchor is refused by name', () => {
  const root = makeProject();
  assert.equal(readAuditAnchor(root), null);
  const head = { entries: 3, hash: 'a'.repeat(64) };
  writeAuditAnchor(root, head);
  assert.deepEqual(readAuditAnchor(root), { ...head, source: auditAnchorFile });
  for (const text of [
    '',
    'null',
    '[]',
    '{"entries": 3}',
    '{"entries": 0, "hash": ""}',
    '<<<<<<< HEAD\n',
    '{"entries": "3", "hash": "b"}',
  ]) {
    writeFileSync(join(root, auditAnchorFile), text);
    assert.throws(() => readAuditAnchor(root), /loopwright\.audit\.json is not an anchor of the audit/, text);
  }
});
