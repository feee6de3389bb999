import type { GateKind, GateOutcome } from '../evaluation/gates.ts';

/**
 * The outcome of a gate as the column `gates.result` holds it. A change of its shape adds a format. Rows of format 1,
 * and of the time before formats, have no `format`; a migration gave them their kind.
 */
interface StoredGate {
  format: 2;
  gate: string;
  kind: GateKind;
  passed: boolean;
  min: number | null;
  max: number | null;
  value: number | null;
  bound: number | null;
  atConfidence: number | null;
  n: number | null;
  against?: number | undefined;
  note: string;
}

type OldGate = Omit<StoredGate, 'format' | 'kind'> & { format?: undefined; kind?: GateKind };

/** The text that the store holds of a gate. */
export function gateText({
  gate,
  kind,
  passed,
  min,
  max,
  value,
  bound,
  atConfidence,
  n,
  ...rest
}: GateOutcome): string {
  const { against, note } = rest;
  return JSON.stringify({
    format: 2,
    gate,
    kind,
    passed,
    min,
    max,
    value,
    bound,
    atConfidence,
    n,
    against,
    note,
  } satisfies StoredGate);
}

/** Reads a stored gate of any format. */
export function readGate(text: string): GateOutcome {
  const { format: _, ...gate } = JSON.parse(text) as StoredGate | OldGate;
  return { ...gate, kind: gate.kind ?? kindOfOldGate(gate) };
}

/** The kind of a gate without one. Without a value it passed only where there was no champion to compare with. */
export function kindOfOldGate({ value, passed }: { value: number | null; passed: boolean }): GateKind {
  if (value === null) return passed ? 'no_champion' : 'no_value';
  return passed ? 'passed' : 'failed';
}
