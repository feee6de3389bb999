import type { Verdict } from '../../protocol/gates.ts';

/** The counts of some rows of `gates`. */
export interface VerdictRow {
  passed: number | null;
  total: number;
  undecidable: number | null;
}

/** The columns of a `VerdictRow` over the stored outcomes of gates. */
export function verdictColumns(result: string): string {
  return `sum(${result} ->> '$.passed') AS passed, count(*) AS total,
    sum(NOT (${result} ->> '$.passed') AND ${result} ->> '$.kind' IS 'undecidable') AS undecidable`;
}

/** The verdict of these counts; null when no gate was judged. */
export function readVerdict({ passed, total, undecidable }: VerdictRow): Verdict | null {
  return total === 0 ? null : { passed: passed ?? 0, total, ...(undecidable && { undecidable }) };
}
