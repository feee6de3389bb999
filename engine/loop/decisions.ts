import { createHash } from 'node:crypto';
import type { DriftWindow } from '../../protocol/drift.ts';
import { windowsOf } from '../monitoring/windows.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';
import { decideRetraining, type Decision } from './policy.ts';
import { lastRetrained } from './retrain.ts';

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
  format: 1;
  reason: string;
  monitor: string | null;
  /** See `Decision`; decisions of older versions have none. */
  since?: number | null;
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

const windowsKept = 10;

/** Evaluates the retraining policy at `now` and records the decision. A repeated decision is recorded once. */
export function evaluatePolicy(store: Store, config: ProjectConfig, now: number, actor: string): Decision {
  const retrained = lastRetrained(store);
  const listOf = windowsOf(store, config);
  const windows = new Map(Object.keys(config.monitors ?? {}).map((name) => [name, listOf(name)]));
  const decision = decideRetraining({
    config,
    windowsOf: (monitor) => windows.get(monitor) ?? [],
    lastRetrained: retrained,
    now,
  });
  if (!config.retraining) return decision;
  const ended = [...windows].map(([name, list]) => [name, list.filter(({ end }) => end <= now).map(inputOf)] as const);
  const made: StoredDecision = {
    at: now,
    policyHash: hash({ retraining: config.retraining, monitors: config.monitors }),
    inputsHash: hash({ retrained, ended }),
    evidence: {
      format: 1,
      reason: decision.reason,
      monitor: decision.monitor,
      since: decision.since,
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
  if (!repeated) record(store, made);
  return decision;
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

function record({ sql }: Store, decision: StoredDecision): void {
  sql.run(
    'INSERT INTO decisions (at, policy_hash, inputs_hash, evidence, verdict, actor) VALUES (?, ?, ?, ?, ?, ?)',
    decision.at,
    decision.policyHash,
    decision.inputsHash,
    JSON.stringify(decision.evidence),
    decision.verdict,
    decision.actor,
  );
}

/** The newest decision; null when the policy was never evaluated. */
export function lastDecision({ sql }: Pick<Store, 'sql'>): StoredDecision | null {
  const row = sql.get<{
    at: number;
    policy_hash: string;
    inputs_hash: string;
    evidence: string;
    verdict: Decision['verdict'];
    actor: string;
  }>('SELECT * FROM decisions ORDER BY id DESC LIMIT 1');
  if (!row) return null;
  return {
    at: row.at,
    policyHash: row.policy_hash,
    inputsHash: row.inputs_hash,
    evidence: JSON.parse(row.evidence) as DecisionEvidence,
    verdict: row.verdict,
    actor: row.actor,
  };
}
