import type { LabelRecord } from './labelRecords.ts';

/** A decision that is in effect. */
export interface Decision {
  key: string;
  labeller: string;
  /** Null: skipped. */
  label: string | null;
  at: number;
}

/** The state after all lines of a label file. */
export interface Decisions {
  /** By key, then by labeller: the last decision that was not undone. */
  byKey: Map<string, Map<string, Decision>>;
  /** By labeller: decisions that were not undone, oldest first, including earlier decisions on the same row. */
  trails: Map<string, Decision[]>;
  /** Labels by rules that are in the file. */
  byRule: { key: string; rule: string; label: string }[];
  /** Decisions with a label that is not a class; they are ignored. */
  unknown: number;
}

/**
 * Replays the lines: a decision replaces the labeller's earlier decision on the row, and an undo restores the one
 * before.
 */
export function decisionsOf(records: readonly LabelRecord[], classes: readonly string[]): Decisions {
  const known = new Set(classes);
  const stacks = new Map<string, Map<string, Decision[]>>();
  const order: Decision[] = [];
  const gone = new Set<Decision>();
  const rules = new Map<string, { key: string; rule: string; label: string }>();
  let unknown = 0;
  for (const { key, label, labeller, at, source } of records) {
    if (source.startsWith('rule:')) {
      if (known.has(label)) rules.set(JSON.stringify([key, source]), { key, rule: source.slice(5), label });
      else unknown++;
      continue;
    }
    const people = stacks.get(key) ?? new Map<string, Decision[]>();
    stacks.set(key, people);
    const stack = people.get(labeller) ?? [];
    people.set(labeller, stack);
    if (source === 'undo') {
      const taken = stack.pop();
      if (taken) gone.add(taken);
      continue;
    }
    const decision = { key, labeller, label: source === 'skip' ? null : label, at };
    stack.push(decision);
    order.push(decision);
  }
  const byKey: Decisions['byKey'] = new Map();
  for (const [key, people] of stacks) {
    const holding = new Map<string, Decision>();
    for (const [labeller, stack] of people) {
      const last = stack.at(-1);
      if (!last) continue;
      if (last.label === null || known.has(last.label)) holding.set(labeller, last);
      else unknown++;
    }
    if (holding.size > 0) byKey.set(key, holding);
  }
  const trails: Decisions['trails'] = new Map();
  for (const decision of order) {
    if (gone.has(decision)) continue;
    const trail = trails.get(decision.labeller) ?? [];
    trails.set(decision.labeller, trail);
    trail.push(decision);
  }
  return { byKey, trails, byRule: [...rules.values()], unknown };
}

/** The labels by hand of one row, without skips. */
export function handLabels(people: ReadonlyMap<string, Decision>): { labeller: string; label: string; at: number }[] {
  return [...people.values()].flatMap(({ labeller, label, at }) => (label === null ? [] : [{ labeller, label, at }]));
}
