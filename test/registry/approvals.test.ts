import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ProjectError, WorkError } from '../../engine/base/errors.ts';
import { addValidation } from '../../engine/registry/addValidation.ts';
import { approvalsOf, approveVersion } from '../../engine/registry/approvals.ts';
import { addComment, commentsOf } from '../../engine/registry/comments.ts';
import { promote } from '../../engine/registry/promote.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { verifyAudit } from '../../engine/registry/verifyAudit.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

const ref = { name: 'm', version: 1 };

/** A project with this rule, whose version 1 anna registered. */
function registry(rule: string) {
  const yaml = `version: 1\nproject: m\nstages: {}\n${rule === '' ? '' : `registry: { approvals: ${rule} }\n`}`;
  const store = openStore(makeProject({ 'loopwright.yaml': yaml }));
  after(() => store.sql.close());
  registerVersion(store, 'm', 'run', versionReport(), 'run:anna');
  const approve = (person: string, part: { stage?: 'staging' | 'production'; withdraw?: boolean } = {}) =>
    approveVersion(
      store,
      ref,
      { stage: part.stage ?? 'production', why: 'looked at it', actor: `terminal:${person}` },
      part.withdraw === true ? 'withdraw' : 'approve',
    );
  const ask = () => promote(store, ref, { why: 'now', actor: 'terminal:anna' });
  return { store, approve, ask };
}

const says =
  (about: RegExp, kind: typeof WorkError | typeof ProjectError = WorkError) =>
  (error: unknown) =>
    error instanceof kind && about.test(error.message);

test('without a rule no approval is needed, and those that are given are kept with who, when and why', () => {
  const { store, approve, ask } = registry('');
  approve('ben', { stage: 'staging' });
  approve('cleo');
  assert.deepEqual(
    approvalsOf(store, ref).map(({ stage, by, actor, why, isCurrent }) => [stage, by, actor, why, isCurrent]),
    [
      ['staging', 'ben', 'terminal:ben', 'looked at it', true],
      ['production', 'cleo', 'terminal:cleo', 'looked at it', true],
    ],
  );
  assert.equal(ask().version, 1);
});

test('the person who registered the version is never the only one who approves it', () => {
  const one = registry('{ required: 1 }');
  assert.throws(
    one.ask,
    says(/`m` v1 is not promoted\. It needs 1 approval for production and has none\. Missing: 1 more\./),
  );
  one.approve('anna');
  assert.throws(one.ask, says(/anna registered or trained it, so somebody else has to approve it for production too/));
  one.approve('anna (account root)');
  assert.throws(one.ask, says(/somebody else/), 'the same person with another account is the same person');
  one.approve('ben');
  one.approve('ben', { withdraw: true });
  assert.throws(one.ask, says(/somebody else/), 'a withdrawn approval does not count');
  one.approve('ben');
  assert.equal(one.ask().version, 1);

  const alone = registry('{ required: 1 }');
  alone.approve('ben');
  assert.equal(alone.ask().version, 1, 'somebody else alone is enough');
});

test('two approvals are of two people; only the named ones count; the sentence says who is missing', () => {
  const two = registry('{ required: 2, from: [anna, ben, cleo] }');
  two.approve('ben');
  two.approve('ben');
  assert.throws(two.ask, says(/It needs 2 approvals for production and has 1, of ben\. Missing: 1 of anna or cleo\./));
  assert.throws(() => two.approve('dora'), says(/approval of dora does not count: .* names anna, ben and cleo/));
  two.approve('cleo', { stage: 'staging' });
  assert.throws(two.ask, says(/has 1, of ben/), 'another stage is another approval');
  two.approve('anna');
  assert.equal(two.ask().version, 1);
});

test('approvals of several stages are all needed', () => {
  const both = registry('{ required: 1, stages: [staging, production] }');
  both.approve('ben');
  assert.throws(both.ask, says(/It needs 1 approval for staging/));
  both.approve('ben', { stage: 'staging' });
  assert.equal(both.ask().version, 1);
});

test('after another validation the approvals are of other figures and count no more', () => {
  const { store, approve, ask } = registry('{ required: 1 }');
  approve('ben');
  addValidation(store, ref, versionReport({ target: 'z' }), 'run:anna');
  assert.equal(approvalsOf(store, ref)[0]?.isCurrent, false);
  assert.throws(ask, says(/has none\..* The approval of ben was for an earlier validation and does not count\./));
  approve('ben');
  assert.equal(ask().version, 1);
});

test('neither the loop nor a client of MLflow approves, nor anybody without a reason, nor what was never validated', () => {
  const { store, approve } = registry('{ required: 1 }');
  for (const actor of ['loop:ben', 'mlflow:ben', 'run:ben'])
    assert.throws(() => approveVersion(store, ref, { stage: 'production', why: 'x', actor }), says(/Only a person/));
  assert.throws(
    () => approveVersion(store, ref, { stage: 'production', why: ' ', actor: 'terminal:ben' }),
    says(/needs a reason/, ProjectError),
  );
  assert.throws(() => approve('ben', { withdraw: true }), says(/ben has not approved `m` v1 for production/));
  assert.throws(
    () => approveVersion(store, { name: 'm', version: 7 }, { stage: 'production', why: 'x', actor: 'terminal:ben' }),
    says(/no version 7/),
  );
});

test('comments keep their text, lines and signs, in order; empty and endless ones are refused', () => {
  const { store } = registry('');
  for (const text of ['first', 'zweite\nZeile – "ü" \' ; DROP TABLE audit', '<b>third</b>'])
    addComment(store, ref, text, 'terminal:ben');
  assert.deepEqual(
    commentsOf(store, ref).map(({ text }) => text),
    ['first', 'zweite\nZeile – "ü" \' ; DROP TABLE audit', '<b>third</b>'],
  );
  assert.throws(() => addComment(store, ref, ' \n', 'terminal:ben'), says(/empty/, ProjectError));
  assert.throws(() => addComment(store, ref, 'x'.repeat(10_001), 'terminal:ben'), says(/at most 10000/, ProjectError));
  assert.throws(() => addComment(store, { name: 'm', version: 2 }, 'x', 'terminal:ben'), says(/no version 2/));
  assert.deepEqual(verifyAudit(store).problems, []);
});
