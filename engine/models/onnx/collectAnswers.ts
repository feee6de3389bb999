import { WorkError } from '../../base/errors.ts';
import type { RawAnswers } from '../flavours/flavour.ts';
import type { AnswerForm } from './answerForm.ts';

/** The elements of one output for some rows, as ONNX Runtime gives them. */
export type OutputElements = ArrayLike<number> | ArrayLike<bigint> | readonly string[];

/** The outputs of a graph for some rows. */
export interface RunOutputs {
  /** Number of rows that were asked for; the rows after them are fillings. */
  rows: number;
  /** Number of rows that the graph got. */
  filled: number;
  label: { elements: OutputElements; isBoolean: boolean } | null;
  scores: OutputElements[];
}

/** The scores of a run by column. Throws WorkError when an output does not have as many values for each row. */
export function scoreColumns({ rows, filled, scores }: RunOutputs): Float64Array[] {
  return scores.flatMap((elements) => {
    const width = elements.length / filled;
    if (!Number.isInteger(width))
      throw new WorkError(
        `The model gave ${elements.length} numbers for ${filled} rows. It has to give as many for each row.`,
      );
    return Array.from({ length: width }, (_, c) =>
      Float64Array.from({ length: rows }, (_each, row) => Number(elements[row * width + c])),
    );
  });
}

/** The predicted classes of a run as texts; null when the graph has no label. */
export function labelsOf({ rows, label }: RunOutputs): (string | null)[] | null {
  if (!label) return null;
  return Array.from({ length: rows }, (_, row) => {
    const value = label.elements[row];
    if (value === undefined) return null;
    return label.isBoolean ? String(Boolean(value)) : String(value);
  });
}

/** Joins the runs over the chunks of a table of `rows` rows. Throws WorkError as scoreColumns does. */
export function collectAnswers(form: AnswerForm, rows: number): { add(run: RunOutputs): void; answers(): RawAnswers } {
  const labels: (string | null)[] = [];
  let columns: Float64Array[] | null = null;
  let at = 0;
  return {
    add(run) {
      if (form.kind === 'labels') {
        for (const label of labelsOf(run) ?? []) labels.push(label);
        return;
      }
      const all = twoColumns(scoreColumns(run), form);
      columns ??= all.map(() => new Float64Array(rows));
      for (const [c, values] of all.entries()) columns[c]?.set(values, at);
      at += run.rows;
    },
    answers() {
      if (form.kind === 'labels') return { kind: 'labels', values: labels };
      const all = columns ?? Array.from({ length: form.width ?? 1 }, () => new Float64Array(rows));
      const [first = new Float64Array(rows)] = all;
      return form.kind === 'values' ? { kind: 'values', values: first } : { kind: 'scores', columns: all };
    },
  };
}

function twoColumns(scores: Float64Array[], { isSecondOfTwo, isReversed, scores: scale }: AnswerForm): Float64Array[] {
  const [first] = scores;
  if (isSecondOfTwo && first) return [first.map((score) => (scale === 'probability' ? 1 - score : -score)), first];
  return isReversed ? scores.toReversed() : scores;
}
