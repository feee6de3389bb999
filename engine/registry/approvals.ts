import { createHash } from 'node:crypto';
import type { ModelRef } from '../../protocol/models.ts';
import type { Approval } from '../../protocol/registry.ts';
import { ProjectError, WorkError } from '../base/errors.ts';
import type { ApprovalStage } from '../project/schema/registry.ts';
import type { Store } from '../store/store.ts';
import { userOfRun } from '../tracking/userOfRun.ts';
import { faceOf, personOf, recordAudit } from './audit.ts';
import { getVersion } from './modelVersions.ts';
import { readRegistryRules, type RegistryRules } from './registryRules.ts';

export interface ApprovalRequest {
  stage: ApprovalStage;
  /** The reason; not empty. */
  why: string;
  /** See `actorOf`: a person at a terminal or in the editor. */
  actor: string;
}

/**
 * Approves a validated version for a stage, or withdraws the approval of this person. Throws ProjectError without a
 * reason, WorkError when the person's approval does not count or there is none to withdraw.
 */
export function approveVersion(
  store: Store,
  ref: ModelRef,
  { stage, why, actor }: ApprovalRequest,
  change: 'approve' | 'withdraw' = 'approve',
): void {
  const person = personOf(actor);
  const { approvals } = readRegistryRules(store.root);
  if (why.trim() === '') throw new ProjectError('An approval needs a reason: `--why "REASON"`.');
  if (!isPerson(actor)) throw new WorkError('Only a person approves a version, at a terminal or in the editor.');
  if (change === 'approve' && approvals?.from && !approvals.from.includes(person))
    throw new WorkError(
      `The approval of ${person} does not count: \`registry.approvals.from\` names ${listed(approvals.from)}.`,
    );
  store.sql.write(() => {
    getVersion(store, ref.name, ref.version);
    const isGiven = approvalsOf(store, ref).some((one) => one.stage === stage && one.by === person && one.isCurrent);
    if (change === 'withdraw' && !isGiven)
      throw new WorkError(`${person} has not approved \`${ref.name}\` v${ref.version} for ${stage}.`);
    store.sql.run(
      `INSERT INTO version_approvals (model, version, stage, is_given, at, actor, why, report_hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ref.name,
      ref.version,
      stage,
      change === 'approve' ? 1 : 0,
      Date.now(),
      actor,
      why,
      reportHash(store, ref),
    );
    recordAudit(store, actor, change === 'approve' ? 'version approved' : 'approval withdrawn', {
      model: ref.name,
      version: ref.version,
      stage,
      why,
    });
  });
}

/** The approvals of a version that are in force: the last word of each person for each stage, oldest first. */
export function approvalsOf(store: Pick<Store, 'sql'>, { name, version }: ModelRef): Approval[] {
  const hash = reportHash(store, { name, version });
  const rows = store.sql.all<{
    stage: ApprovalStage;
    is_given: number;
    at: number;
    actor: string;
    why: string;
    report_hash: string;
  }>(
    `SELECT stage, is_given, at, actor, why, report_hash FROM version_approvals
     WHERE model = ? AND version = ? ORDER BY id`,
    name,
    version,
  );
  const last = new Map<string, Approval>();
  for (const { stage, is_given, at, actor, why, report_hash } of rows) {
    const by = personOf(actor);
    const key = JSON.stringify([stage, by]);
    last.delete(key);
    if (is_given === 1) last.set(key, { stage, by, actor, at, why, isCurrent: report_hash === hash });
  }
  return [...last.values()];
}

/**
 * The sentence about the approvals that a version lacks for a stage; null when it has them. The people who registered the
 * version or made its run may approve it, but not alone.
 */
export function missingApprovals(
  store: Pick<Store, 'sql'>,
  ref: ModelRef,
  stage: ApprovalStage,
  { approvals: rule }: RegistryRules,
): string | null {
  if (rule === null || !rule.stages.includes(stage)) return null;
  const given = approvalsOf(store, ref).filter((one) => one.stage === stage);
  const counted = given.filter(({ by, isCurrent }) => isCurrent && (rule.from === null || rule.from.includes(by)));
  const people = counted.map(({ by }) => by);
  const authors = authorsOf(store, ref);
  const outdated = given.filter(({ isCurrent }) => !isCurrent).map(({ by }) => by);
  const others = rule.from?.filter((person) => !people.includes(person)) ?? null;
  const has = people.length === 0 ? 'has none' : `has ${people.length}, of ${listed(people)}`;
  const again =
    outdated.length === 0
      ? ''
      : ` The approval of ${listed(outdated)} was for an earlier validation and does not count.`;
  const ask = ` \`loopwright models approve ${ref.name}@${ref.version} --stage ${stage} --why "REASON"\` approves it.`;
  if (people.length < rule.required)
    return `It needs ${rule.required} ${rule.required === 1 ? 'approval' : 'approvals'} for ${stage} and ${has}. Missing: ${others === null ? `${rule.required - people.length} more` : `${rule.required - people.length} of ${listed(others, 'or')}`}.${again}${ask}`;
  if (authors.length > 0 && people.every((person) => authors.includes(person))) {
    const rest = others?.filter((person) => !authors.includes(person)) ?? null;
    return `${listed(people)} registered or trained it, so somebody else has to approve it for ${stage} too${rest === null || rest.length === 0 ? '' : `: ${listed(rest, 'or')}`}.${again}${ask}`;
  }
  return null;
}

/** The people who registered a version or made its run; empty when not known. */
function authorsOf(store: Pick<Store, 'sql'>, { name, version }: ModelRef): string[] {
  const row = store.sql.get<{ registered_by: string; run_id: string }>(
    'SELECT registered_by, run_id FROM model_versions WHERE model = ? AND version = ?',
    name,
    version,
  );
  if (!row) return [];
  return [personOf(row.registered_by), userOfRun(store, row.run_id)].filter((person) => person !== '');
}

/** True for an actor that is a person, who may approve and override; not the loop, nor a client of MLflow. */
export function isPerson(actor: string): boolean {
  return ['terminal', 'editor'].includes(faceOf(actor));
}

function reportHash({ sql }: Pick<Store, 'sql'>, { name, version }: ModelRef): string {
  const report = sql.get<{ report: string | null }>(
    'SELECT report FROM model_versions WHERE model = ? AND version = ?',
    name,
    version,
  )?.report;
  return createHash('sha256')
    .update(report ?? '')
    .digest('hex');
}

function listed(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  const unique = [...new Set(names)];
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} ${word} ${unique.at(-1)}`;
}
