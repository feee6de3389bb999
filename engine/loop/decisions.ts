import { createHash } from 'node:crypto';
import type { DriftWindow } from '../../protocol/drift.ts';
import { windowsOf } from '../monitoring/windows.ts';
import { retrainedModel } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { championOf } from '../registry/aliases.ts';
import type { Store } from '../store/store.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Attempt, Hold } from './hold.ts';
import { decideRetraining, type Decision } from './policy.ts';
import { lastRetrained } from './lastRetrained.ts';

// Only this file reads and writes the table `decisions`: each evaluation of the retraining policy with its inputs, so
// that a decision can be explained and repeated. Times are epoch milliseconds.

export interface StoredDecision {
  at: number;
  /** SHA-256 of the policy and of the monitors that it refers to. */
  policyHash: string;
  /** SHA-256 of the windows and of the time of the last retraining. */
  inputsHash: string;
  evidence: DecisionEvidence;
  verdict: Decision['verdict'];
  actor: string;
}

/** The evidence in the store. A change of its shape adds a format. */
interface DecisionEvidence {
  format: 2;
  reason: string;
  monitor: string | null;
  /** See `Decision`. */
  since: number | null;
  hold: Hold | null;
  /** How the retraining ended that the decision started; null when it started none. */
  attempt: Attempt | null;
  lastRetrained: number | null;
  /** The newest windows of each monitor that the policy refers to, at most ten, oldest first. */
  windows: Record<string, WindowEvidence[]>;
}

/** A window in the evidence. Decisions of older versions have no verdict on the score and the expectations. */
interface WindowEvidence {
  end: number;
  status: string;
  driftedShare: number;
  performance: Record<string, number>;
  inputs?: string;
  score?: string;
  expectations?: { metric: string; state: string }[];
}

/** A decision of format 1. */
interface OldEvidence extends Omit<DecisionEvidence, 'format' | 'since' | 'hold' | 'attempt'> {
  format: 1;
  since?: number | null;
}

const windowsKept = 10;
/** Attempts that the policy looks back on. */
const attemptsKept = 20;

export interface RecordedDecision extends Decision {
  /** The row of the decision, for `recordAttempt`; null without a policy. */
  id: number | null;
  /** False when the newest decision before had the same verdict for the same change and reason. */
  isNew: boolean;
}

/** Evaluates the retraining policy at `now` and records the decision. A repeated decision is recorded once. */
export function evaluatePolicy(store: Store, config: ProjectConfig, now: number, actor: string): RecordedDecision {
  const attempts = listAttempts(store);
  const retrained = lastRetrained(store);
  const listOf = windowsOf(store, config);
  const windows = new Map(Object.keys(config.monitors ?? {}).map((name) => [name, listOf(name)]));
  const decision = decideRetraining({
    config,
    windowsOf: (monitor) => windows.get(monitor) ?? [],
    lastRetrained: retrained,
    now,
    attempts,
  });
  if (!config.retraining) return { ...decision, id: null, isNew: true };
  const ended = [...windows].map(([name, list]) => [name, list.filter(({ end }) => end <= now).map(inputOf)] as const);
  const made: StoredDecision = {
    at: now,
    policyHash: hash({ retraining: config.retraining, monitors: config.monitors }),
    inputsHash: hash({ retrained, ended, attempts }),
    evidence: {
      format: 2,
      reason: decision.reason,
      monitor: decision.monitor,
      since: decision.since,
      hold: decision.hold,
      attempt: null,
      lastRetrained: retrained,
      windows: Object.fromEntries(ended.map(([name, list]) => [name, list.slice(-windowsKept)])),
    },
    verdict: decision.verdict,
    actor,
  };
  const last = lastDecision(store);
  const repeated =
    last !== null &&
    (['policyHash', 'inputsHash', 'verdict', 'actor'] as const).every((field) => last[field] === made[field]);
  const isNew =
    last?.verdict !== decision.verdict ||
    last.evidence.since !== decision.since ||
    last.evidence.hold?.kind !== decision.hold?.kind;
  if (decision.verdict === 'waiting' && isNew) recordWait(store, config, decision, { now, actor });
  return { ...decision, id: repeated ? last.id : record(store, made), isNew };
}

/** A wait is one event, however often the policy is evaluated meanwhile. */
function recordWait(
  store: Store,
  config: ProjectConfig,
  { monitor, reason }: Decision,
  { now, actor }: { now: number; actor: string },
): void {
  const { name: model } = retrainedModel(config, monitor);
  const modelVersion = championOf(store, model)?.version ?? null;
  recordEvent(store, { at: now, kind: 'waiting', monitor, text: reason, model, modelVersion, runId: null, actor });
}

/** Records how the retraining ended that a decision started. */
export function recordAttempt({ sql }: Store, id: number, attempt: Attempt): void {
  sql.run(
    "UPDATE decisions SET evidence = json_set(evidence, '$.attempt', json(?)) WHERE id = ?",
    JSON.stringify(attempt),
    id,
  );
}

/** The newest retrainings that the policy started, oldest first. */
export function listAttempts({ sql }: Pick<Store, 'sql'>): Attempt[] {
  return sql
    .all<{ attempt: string }>(
      `SELECT json_extract(evidence, '$.attempt') AS attempt FROM decisions
       WHERE json_type(evidence, '$.attempt') = 'object' ORDER BY id DESC LIMIT ${attemptsKept}`,
    )
    .map(({ attempt }) => JSON.parse(attempt) as Attempt)
    .toReversed();
}

function inputOf(window: DriftWindow): WindowEvidence {
  const { end, status, driftedShare, performance, inputs, score, expectations } = window;
  return {
    end,
    status,
    driftedShare,
    performance,
    inputs,
    score,
    expectations: expectations.map(({ metric, state }) => ({ metric, state })),
  };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function record({ sql }: Store, decision: StoredDecision): number {
  return sql.run(
    'INSERT INTO decisions (at, policy_hash, inputs_hash, evidence, verdict, actor) VALUES (?, ?, ?, ?, ?, ?)',
    decision.at,
    decision.policyHash,
    decision.inputsHash,
    JSON.stringify(decision.evidence),
    decision.verdict,
    decision.actor,
  ).lastId;
}

/** The newest decision; null when the policy was never evaluated. */
export function lastDecision({ sql }: Pick<Store, 'sql'>): (StoredDecision & { id: number }) | null {
  const row = sql.get<{
    id: number;
    at: number;
    policy_hash: string;
    inputs_hash: string;
    evidence: string;
    verdict: Decision['verdict'];
    actor: string;
  }>('SELECT * FROM decisions ORDER BY id DESC LIMIT 1');
  if (!row) return null;
  return {
    id: row.id,
    at: row.at,
    policyHash: row.policy_hash,
    inputsHash: row.inputs_hash,
    evidence: readEvidence(row.evidence),
    verdict: row.verdict,
    actor: row.actor,
  };
}

function readEvidence(text: string): DecisionEvidence {
  const stored = JSON.parse(text) as DecisionEvidence | OldEvidence;
  if (stored.format === 2) return stored;
  return { ...stored, format: 2, since: stored.since ?? null, hold: null, attempt: null };
}
