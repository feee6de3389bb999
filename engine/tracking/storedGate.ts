import type { GateKind, GateResult } from '../../protocol/gates.ts';

/**
 * The outcome of a gate as the column `gates.result` holds it. A change of its shape adds a format. In format 2 a gate was
 * never undecidable. Rows of format 1, and of the time before formats, have no `format`; a migration gave them their
 * kind.
 */
interface StoredGate {
  format: 3;
  gate: string;
  kind: GateKind;
  passed: boolean;
  min: number | null;
  max: number | null;
  value: number | null;
  bound: number | null;
  otherEnd?: number | undefined;
  atConfidence: number | null;
  n: number | null;
  moreRows?: number | null | undefined;
  against?: number | undefined;
  note: string;
}

type OldGate = Omit<StoredGate, 'format' | 'kind'> & { format?: 2 | undefined; kind?: GateKind };

/** The text that the store holds of a gate. */
export function gateText({ gate, kind, passed, min, max, value, bound, atConfidence, n, ...rest }: GateResult): string {
  const { otherEnd, moreRows, against, note } = rest;
  return JSON.stringify({
    format: 3,
    gate,
    kind,
    passed,
    min,
    max,
    value,
    bound,
    otherEnd,
    atConfidence,
    n,
    moreRows,
    against,
    note,
  } satisfies StoredGate);
}

/** Reads a stored gate of any format. */
export function readGate(text: string): GateResult {
  const { format: _, ...gate } = JSON.parse(text) as StoredGate | OldGate;
  return { ...gate, kind: gate.kind ?? kindOfOldGate(gate) };
}

/** The kind of a gate without one. Without a value it passed only where there was no champion to compare with. */
export function kindOfOldGate({ value, passed }: { value: number | null; passed: boolean }): GateKind {
  if (value === null) return passed ? 'no_champion' : 'no_value';
  return passed ? 'passed' : 'failed';
}
