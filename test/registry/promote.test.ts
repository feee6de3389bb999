import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { aliasesOf } from '../../engine/registry/aliases.ts';
import { brokenAuditEntry } from '../../engine/registry/verifyAudit.ts';
import { getVersion, latestVersion, versionOf } from '../../engine/registry/modelVersions.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { summariseVersions } from '../../engine/registry/summariseVersions.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

const report = (passed: boolean) => versionReport({ passed });

function registry(...passed: boolean[]) {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  for (const one of passed) registerVersion(store, 'm', 'run', report(one), 'test:me');
  const champion = () => versionOf(store, 'm', 'champion')?.version ?? null;
  const challenger = () => versionOf(store, 'm', 'challenger')?.version ?? null;
  return { store, champion, challenger };
}

const says = (about: RegExp) => (error: unknown) => error instanceof WorkError && about.test(error.message);

test('versions are numbered; the newest that passed is the challenger', () => {
  const { store, challenger, champion } = registry(true, true, false);
  assert.deepEqual([latestVersion(store, 'm'), challenger(), champion()], [3, 2, null]);
  assert.deepEqual(
    summariseVersions(store, 'm').map(({ version, aliases, gatesPassed, gatesTotal, metrics }) => ({
      version,
      aliases,
      gatesPassed,
      gatesTotal,
      metrics,
    })),
    [
      { version: 3, aliases: [], gatesPassed: 0, gatesTotal: 1, metrics: { pr_auc: 0.8 } },
      { version: 2, aliases: ['challenger'], gatesPassed: 1, gatesTotal: 1, metrics: { pr_auc: 0.8 } },
      { version: 1, aliases: [], gatesPassed: 1, gatesTotal: 1, metrics: { pr_auc: 0.8 } },
    ],
  );
  assert.deepEqual([latestVersion(store, 'other'), summariseVersions(store, 'other')], [0, []], 'models are apart');
});

test('a version that did not pass is refused, whoever asks, and nothing moves', () => {
  const { store, champion } = registry(true, false);
  promote(store, { name: 'm', version: 1 }, { why: 'test', actor: 'test:me' });
  assert.throws(
    () => promote(store, { name: 'm', version: 2 }, { why: 'please', actor: 'test:me' }),
    says(/`m` v2 did not pass 1 of 1 gates, so it is not promoted: pr_auc 0\.8 < 0\.9\./),
  );
  assert.throws(
    () => promote(store, { name: 'm', version: 9 }, { why: 'please', actor: 'test:me' }),
    says(/has no version 9/),
  );
  assert.equal(champion(), 1);
});

test('a promotion moves the alias, ends the challenge and is written down', () => {
  const { store, champion, challenger } = registry(true, true);
  assert.deepEqual(promote(store, { name: 'm', version: 1 }, { why: 'first', actor: 'test:me', at: 10 }), {
    name: 'm',
    version: 1,
    previous: null,
  });
  assert.equal(challenger(), 2, 'another version is still the challenger');
  assert.deepEqual(promote(store, { name: 'm', version: 2 }, { why: 'better', actor: 'test:me', at: 20 }), {
    name: 'm',
    version: 2,
    previous: 1,
  });
  assert.deepEqual([champion(), challenger()], [2, null]);
  assert.deepEqual(promote(store, { name: 'm', version: 2 }, { why: 'again', actor: 'test:me' }), {
    name: 'm',
    version: 2,
    previous: 2,
  });
  assert.deepEqual(
    listEvents(store, 'any', 'm').map(({ at, kind, text }) => [at, kind, text]),
    [
      [10, 'promoted', 'v1 became champion: first'],
      [20, 'promoted', 'v2 became champion, v1 before: better'],
    ],
  );
  assert.deepEqual(aliasesOf(store, 'm'), new Map([[2, ['champion']]]));
});

test('a rollback gives the place back, step by step', () => {
  const { store, champion } = registry(true, true, true);
  assert.throws(() => rollback(store, 'm', { actor: 'test:me' }), says(/no champion to roll back/));
  promote(store, { name: 'm', version: 1 }, { why: 'a', actor: 'test:me' });
  assert.throws(() => rollback(store, 'm', { actor: 'test:me' }), says(/`m` v1 is its first champion/));
  promote(store, { name: 'm', version: 2 }, { why: 'b', actor: 'test:me' });
  promote(store, { name: 'm', version: 3 }, { why: 'c', actor: 'test:me' });
  assert.deepEqual(rollback(store, 'm', { actor: 'test:me', at: 99 }), { name: 'm', version: 2, previous: 3 });
  assert.deepEqual(rollback(store, 'm', { actor: 'test:me' }), { name: 'm', version: 1, previous: 2 });
  assert.throws(() => rollback(store, 'm', { actor: 'test:me' }), says(/first champion/));
  assert.equal(champion(), 1);
  assert.deepEqual(
    listEvents(store, '', 'm').find(({ kind }) => kind === 'rolled back'),
    { at: 99, kind: 'rolled back', text: 'v3 rolled back to v2', modelVersion: 2, runId: null },
  );
});

test('after a rollback the version may be promoted and rolled back again', () => {
  const { store, champion } = registry(true, true);
  promote(store, { name: 'm', version: 1 }, { why: 'a', actor: 'test:me' });
  for (let i = 0; i < 3; i++) {
    promote(store, { name: 'm', version: 2 }, { why: 'b', actor: 'test:me' });
    assert.deepEqual(rollback(store, 'm', { actor: 'test:me' }), { name: 'm', version: 1, previous: 2 });
  }
  assert.equal(champion(), 1);
});

test('the words of a reason never decide what a rollback does', () => {
  const { store, champion } = registry(true, true, true);
  promote(store, { name: 'm', version: 1 }, { why: 'a', actor: 'test:me' });
  promote(store, { name: 'm', version: 2 }, { why: 'rolled back from a bad idea', actor: 'test:me' });
  assert.deepEqual(rollback(store, 'm', { actor: 'test:me' }), { name: 'm', version: 1, previous: 2 });
  promote(store, { name: 'm', version: 3 }, { why: 'rolled back from 1', actor: 'test:me' });
  assert.deepEqual(rollback(store, 'm', { actor: 'test:me' }), { name: 'm', version: 1, previous: 3 });
  assert.equal(champion(), 1);
});

test('each change has a kind, an actor and an entry in the audit, which shows what was changed later', () => {
  const { store } = registry(true, true);
  promote(store, { name: 'm', version: 1 }, { why: 'a', actor: 'terminal:anna' });
  promote(store, { name: 'm', version: 2 }, { why: 'b', actor: 'editor:ben' });
  rollback(store, 'm', { actor: 'mlflow:cleo' });
  assert.deepEqual(
    store.sql.all('SELECT alias, kind, actor, version FROM alias_history ORDER BY id').map((row) => Object.values(row)),
    [
      ['challenger', 'registered', 'test:me', 1],
      ['challenger', 'registered', 'test:me', 2],
      ['champion', 'promoted', 'terminal:anna', 1],
      ['champion', 'promoted', 'editor:ben', 2],
      ['challenger', 'cleared', 'editor:ben', null],
      ['champion', 'rolled back', 'mlflow:cleo', 1],
    ],
  );
  assert.deepEqual(
    store.sql.all('SELECT action, actor FROM audit ORDER BY id').map((row) => Object.values(row)),
    [
      ['version registered', 'test:me'],
      ['alias set', 'test:me'],
      ['version registered', 'test:me'],
      ['alias set', 'test:me'],
      ['version promoted', 'terminal:anna'],
      ['alias set', 'terminal:anna'],
      ['promotion attested', 'terminal:anna'],
      ['version promoted', 'editor:ben'],
      ['alias set', 'editor:ben'],
      ['alias removed', 'editor:ben'],
      ['promotion attested', 'editor:ben'],
      ['version rolled back', 'mlflow:cleo'],
      ['alias set', 'mlflow:cleo'],
    ],
  );
  assert.equal(brokenAuditEntry(store), null);
  const refused = /the audit of the registry is append-only/;
  assert.throws(() => store.sql.run("UPDATE audit SET actor = 'nobody' WHERE id = 5"), refused);
  for (const name of ['update', 'delete', 'replace']) store.sql.run(`DROP TRIGGER audit_refuses_${name}`);
  store.sql.run("UPDATE audit SET actor = 'nobody' WHERE id = 5");
  assert.equal(brokenAuditEntry(store), 5);
  store.sql.run("UPDATE audit SET actor = 'terminal:anna' WHERE id = 5");
  store.sql.run('DELETE FROM audit WHERE id = 3');
  assert.equal(brokenAuditEntry(store), 4);
});

test('a version comes back with its whole report', () => {
  const { store } = registry(true);
  assert.deepEqual(getVersion(store, 'm', 1).report, report(true));
});
