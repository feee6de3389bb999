import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ProjectError, WorkError } from '../../engine/base/errors.ts';
import { aliasVersion } from '../../engine/registry/modelVersions.ts';
import { aliasesAt } from '../../engine/registry/aliasesAt.ts';
import { listAudit } from '../../engine/registry/listAudit.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import { versionRecord } from '../../engine/registry/promotions.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { summariseVersions } from '../../engine/registry/summariseVersions.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

const failing = versionReport({ passed: false });
const undecidable = versionReport({
  gates: [
    {
      gate: 'pr_auc',
      min: 0.79,
      max: null,
      value: 0.8,
      bound: 0.75,
      otherEnd: 0.85,
      atConfidence: 0.95,
      n: 100,
      kind: 'undecidable',
      passed: false,
      moreRows: 900,
      note: '',
    },
  ],
});

function registry(yaml?: string, reports = [versionReport(), failing]) {
  const store = openStore(
    makeProject(yaml === undefined ? {} : { 'loopwright.yaml': `version: 1\nproject: m\nstages: {}\n${yaml}` }),
  );
  after(() => store.sql.close());
  for (const report of reports) registerVersion(store, 'm', 'run', report, 'run:anna');
  const ask = (version: number, override?: string, actor = 'terminal:anna') =>
    promote(store, { name: 'm', version }, { why: 'now', actor, override });
  return { store, ask, champion: () => aliasVersion(store, 'm', 'champion') };
}

const says =
  (about: RegExp, kind: typeof WorkError | typeof ProjectError = WorkError) =>
  (error: unknown) =>
    error instanceof kind && about.test(error.message);

test('a failed or undecidable gate is overridden by a person with a reason, which the audit, the version and the list keep', () => {
  for (const [report, sentence] of [
    [failing, 'pr_auc 0.8 < 0.9'],
    [undecidable, 'pr_auc 0.8 (0.75 to 0.85 at 95 % confidence) may be below 0.79; about 900 more rows would tell'],
  ] as const) {
    const { store, ask, champion } = registry(undefined, [versionReport(), report]);
    assert.throws(() => ask(2), says(/did not pass 1 of 1 gates.*say why: `--override "REASON"`/));
    assert.throws(() => ask(2, '  '), says(/needs a reason/, ProjectError));
    assert.equal(champion(), null);
    ask(2, 'the customer waits', 'editor:ben');
    assert.equal(champion(), 2);
    const record = versionRecord(store, { name: 'm', version: 2 });
    assert.deepEqual(
      [record.override?.reason, record.override?.gates, record.override?.actor],
      ['the customer waits', [sentence], 'editor:ben'],
    );
    assert.deepEqual(listAudit(store).filter(({ action }) => action === 'gates overridden')[0]?.subject, {
      model: 'm',
      version: 2,
      reason: 'the customer waits',
      gates: [sentence],
    });
    assert.deepEqual(
      summariseVersions(store, 'm').map(({ override }) => override),
      ['the customer waits', undefined],
    );
    assert.equal(aliasesAt(store, Date.now())[0]?.override, 'the customer waits');
  }
});

test('the loop, clients of MLflow, imports and runs never override', () => {
  const { ask, champion } = registry();
  for (const actor of ['loop:anna', 'mlflow:anna', 'import:anna', 'run:anna', 'anna', ''])
    assert.throws(() => ask(2, 'please', actor), says(/Only a person overrides gates/), actor);
  assert.equal(champion(), null);
});

test('an override of gates that passed is none; the champion is not judged again; a rollback needs no override', () => {
  const { store, ask, champion } = registry(undefined, [versionReport(), failing, versionReport()]);
  ask(1, 'not needed');
  assert.equal(versionRecord(store, { name: 'm', version: 1 }).override, null);
  ask(2, 'needed');
  assert.equal(ask(2).previous, 2);
  ask(3);
  assert.equal(rollback(store, 'm', { actor: 'terminal:anna', why: 'v3 is slow' }).version, 2);
  assert.equal(champion(), 2);
  assert.deepEqual(
    versionRecord(store, { name: 'm', version: 2 }).promotions.map(({ kind, why, previous, override }) => [
      kind,
      why,
      previous,
      override?.reason,
    ]),
    [
      ['rolled back', 'v3 is slow', 3, undefined],
      ['promoted', 'now', 1, 'needed'],
    ],
  );
});

test('a gate that cannot be judged against the champion of now refuses, and may be overridden', () => {
  const against = versionReport();
  against.gates = against.gates.map((gate) => ({ ...gate, gate: 'pr_auc@champion', kind: 'no_champion' }));
  const { store, ask } = registry(undefined, [versionReport(), against]);
  ask(1);
  assert.throws(() => ask(2), says(/cannot be judged again/));
  ask(2, 'compared by hand');
  assert.match(versionRecord(store, { name: 'm', version: 2 }).override?.reason ?? '', /compared by hand/);
});

test('a project may forbid overrides, and one that cannot be read promotes nothing', () => {
  const { ask } = registry('registry: { overrides: forbid }\n');
  assert.throws(() => ask(2), says(/pr_auc 0\.8 < 0\.9\.$/), 'no option is offered that the project forbids');
  assert.throws(() => ask(2, 'please'), says(/The project forbids overrides \(`registry\.overrides`\)/));
  for (const yaml of ['registry: { overides: forbid }\n', 'registry: [\n', 'registry: { overrides: never }\n']) {
    const broken = registry(yaml);
    assert.throws(
      () => broken.ask(1),
      says(/loopwright\.yaml has errors, so its rules for promotions cannot be read/),
      yaml,
    );
  }
});
