import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { aliasesAt, aliasMoves } from '../../engine/registry/aliasesAt.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import {
  addNextVersion,
  addRegisteredModel,
  deleteRegisteredModel,
  deleteVersion,
  importAlias,
  renameRegisteredModel,
} from '../../engine/registry/registeredModels.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { setAlias } from '../../engine/registry/aliases.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

const day = (text: string) => Date.parse(`2026-${text}Z`);

function registry(versions: number, model = 'm') {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  for (let i = 0; i < versions; i++) registerVersion(store, model, 'run', versionReport(), 'run:anna');
  const at = (text: string) =>
    aliasesAt(store, day(text)).map(
      ({ model: name, alias, version, isDeleted }) => `${name} ${alias} v${version}${isDeleted ? ' deleted' : ''}`,
    );
  return { store, at };
}

test('before the first, between two, at the very moment, after a rollback and after a second promotion', () => {
  const { store, at } = registry(3);
  const promoted = (version: number, time: string, why: string) =>
    promote(store, { name: 'm', version }, { why, actor: 'terminal:anna', at: day(time) });
  promoted(1, '05-01T10:00', 'first');
  promoted(2, '05-10T10:00', 'better');
  rollback(store, 'm', { actor: 'editor:ben', at: day('05-11T08:00') });
  promoted(2, '05-20T00:00', 'mended');
  promoted(2, '05-21T00:00', 'again');
  for (const [time, champion] of [
    ['05-01T09:59:59.999', []],
    ['05-01T10:00', ['m champion v1']],
    ['05-09T00:00', ['m champion v1']],
    ['05-10T10:00', ['m champion v2']],
    ['05-11T07:59', ['m champion v2']],
    ['05-12T00:00', ['m champion v1']],
    ['06-30T00:00', ['m champion v2']],
  ] as const)
    assert.deepEqual(at(time), champion, time);
  const [now] = aliasesAt(store, day('06-01T00:00'));
  assert.deepEqual(
    [now?.since, now?.why, now?.kind, now?.actor, now?.previous],
    [day('05-20T00:00'), 'mended', 'promoted', 'terminal:anna', 1],
    'a promotion of the champion changes nothing',
  );
  assert.deepEqual(
    aliasMoves(store, day('05-10T00:00'), day('05-11T23:59')).map(({ kind, version, previous, actor }) => [
      kind,
      version,
      previous,
      actor,
    ]),
    [
      ['promoted', 2, 1, 'terminal:anna'],
      ['rolled back', 1, 2, 'editor:ben'],
    ],
  );
});

test('any alias, several models; a removed alias is gone from then on; the same alias set twice counts from the first', () => {
  const { store, at } = registry(2);
  registerVersion(store, 'other', 'run', versionReport(), 'run:anna');
  const set = (model: string, alias: string, version: number | null, time: string) =>
    setAlias(store, { model, alias, version, kind: 'set', why: '', actor: 'mlflow:cleo', at: day(time) });
  set('m', 'shadow', 1, '05-01T00:00');
  set('m', 'shadow', 1, '05-03T00:00');
  set('other', 'blue', 1, '05-02T00:00');
  set('m', 'shadow', 2, '05-05T00:00');
  set('m', 'shadow', null, '05-07T00:00');
  set('m', 'shadow', null, '05-08T00:00');
  assert.deepEqual(at('05-04T00:00'), ['m shadow v1', 'other blue v1']);
  assert.equal(aliasesAt(store, day('05-04T00:00'))[0]?.since, day('05-01T00:00'));
  assert.deepEqual(at('05-06T00:00'), ['m shadow v2', 'other blue v1']);
  assert.deepEqual(at('05-07T00:00'), ['other blue v1']);
});

test('a clock that goes back, as in a replay: the newest change until then counts, and now is how it is now', () => {
  const { store, at } = registry(3);
  promote(store, { name: 'm', version: 1 }, { why: 'today', actor: 'terminal:anna', at: day('11-30T00:00') });
  promote(store, { name: 'm', version: 2 }, { why: 'replay', actor: 'loop:anna', at: day('05-01T00:00') });
  promote(store, { name: 'm', version: 3 }, { why: 'replay', actor: 'loop:anna', at: day('05-08T00:00') });
  assert.deepEqual(at('05-02T00:00'), ['m champion v2']);
  assert.deepEqual(at('05-09T00:00'), ['m champion v3']);
  assert.deepEqual(at('12-01T00:00'), ['m champion v3']);
});

test('deleted versions and models are told of the time when they served, also when their number came again', () => {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  const start = Date.now();
  const add = () =>
    addNextVersion(
      store,
      {
        model: 'm',
        run_id: '',
        path: '',
        created_at: Date.now(),
        updated_at: 1,
        source: 's',
        model_id: null,
        run_link: null,
        user_id: '',
        stage: 'None',
        description: '',
        status: 'READY',
        status_message: null,
      },
      'mlflow:anna',
    );
  addRegisteredModel(store, { name: 'm', created_at: 1, updated_at: 1, description: '' }, 'mlflow:anna');
  add();
  add();
  importAlias(store, 'm', 'champion', 1, 'import:anna');
  setAlias(store, {
    model: 'm',
    alias: 'blue',
    version: 2,
    kind: 'set',
    why: '',
    actor: 'mlflow:anna',
    at: start - 10,
  });
  deleteVersion(store, 'm', 2, 'mlflow:anna');
  const names = (at: number) => aliasesAt(store, at).map(({ model, alias, isDeleted }) => [model, alias, isDeleted]);
  assert.deepEqual(names(start - 10), [['m', 'blue', true]]);
  assert.deepEqual(names(Date.now()), [['m', 'champion', false]], 'imported, and the deleted version has no alias now');
  renameRegisteredModel(store, 'm', 'n', 'mlflow:anna');
  assert.deepEqual(names(Date.now()), [['n', 'champion', false]]);
  deleteRegisteredModel(store, 'n', 'mlflow:anna');
  assert.deepEqual(names(Date.now()), []);
  assert.deepEqual(names(start - 10), [['n', 'blue', true]]);
});
