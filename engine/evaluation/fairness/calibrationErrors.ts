import type { FallingScores } from '../fallingScores.ts';
import type { Groups } from '../groups.ts';

/** As many as the metric `ece` has. */
const bins = 10;

/** The expected calibration error of a group and its rows. */
export interface CalibrationError {
  value: number;
  n: number;
}

/**
 * The expected calibration error of each group over ten equal-count bins of its own scores, as the metric `ece` has it:
 * at the number of the group plus 1, and at 0 of the rows of all groups. `gaps` are score − label in the order of the
 * scores. One pass from the lowest score up; rows of one score keep their own order.
 */
export function calibrationErrors(
  { kept, scores }: FallingScores,
  gaps: Float64Array,
  { names, codes }: Groups,
): CalibrationError[] {
  const number = names.length + 1;
  const n = new Float64Array(number);
  for (let k = 0; k < kept.length; k++) {
    const group = (codes[kept[k] as number] as number) + 1;
    if (group === 0) continue;
    n[0] = (n[0] as number) + 1;
    n[group] = (n[group] as number) + 1;
  }
  const [sums, left, errors] = [0, 1, 2].map(() => new Float64Array(number)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const begun = new Uint8Array(number);
  const add = (group: number, gap: number) => {
    if (left[group] === 0) {
      const rows = n[group] as number;
      const bin = begun[group] as number;
      left[group] = Math.floor(rows / bins) + (bin < rows % bins ? 1 : 0);
      begun[group] = bin + 1;
    }
    sums[group] = (sums[group] as number) + gap;
    left[group] = (left[group] as number) - 1;
    if (left[group] === 0) {
      errors[group] = (errors[group] as number) + Math.abs(sums[group] as number);
      sums[group] = 0;
    }
  };
  for (let end = kept.length; end > 0;) {
    let start = end - 1;
    while (start > 0 && scores[start - 1] === scores[end - 1]) start--;
    for (let k = start; k < end; k++) {
      const group = (codes[kept[k] as number] as number) + 1;
      if (group === 0) continue;
      const gap = gaps[k] as number;
      add(0, gap);
      add(group, gap);
    }
    end = start;
  }
  return Array.from(errors, (error, group) => ({
    value: n[group] ? error / (n[group] as number) : 0,
    n: n[group] ?? 0,
  }));
}
