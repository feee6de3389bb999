/** The rule by which the threshold of a binary score is set. */
export type ThresholdRule =
  | { kind: 'best_f1' }
  | { kind: 'fixed'; value: number }
  | { kind: 'precision'; minimum: number }
  | { kind: 'recall'; minimum: number }
  | { kind: 'f_beta'; beta: number }
  | {
      kind: 'cost';
      falsePositive: number;
      falseNegative: number;
      truePositive?: number | undefined;
      trueNegative?: number | undefined;
    };

/**
 * How a threshold was set:
 * - `chosen`: the rule chose it on the validation rows.
 * - `fixed`: the project gives it.
 * - `decided`: the model or the table of predictions decides by itself, so no rule applies.
 * - `no_rows`, `one_class`: there are no validation rows, or only one class among them, so the middle of the scores
 *   decides.
 * - `not_reached`: no score reaches the precision, so the middle of the scores decides.
 */
export type ThresholdKind = 'chosen' | 'fixed' | 'decided' | 'no_rows' | 'one_class' | 'not_reached';

/** The origin of a threshold, as it is stored in a validation report. */
export interface ThresholdChoice {
  kind: ThresholdKind;
  rule: ThresholdRule;
  /** The rows that it was chosen on. Reports before version 4 may name the test rows. */
  on: 'validation' | 'test';
  /** The number of these rows, and of the positive ones among them; null in reports before version 4. */
  n: number | null;
  positives: number | null;
  /** What the threshold gave on these rows; missing where there are none, and in earlier reports. */
  gave?: ThresholdOutcome | undefined;
}

/** The decisions of a threshold on the rows that it was chosen on. */
export interface ThresholdOutcome {
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Share of rows that are decided as positive. */
  decided: number;
  /** Mean cost of a row, where the rule is one of costs. */
  cost?: number | undefined;
}

/** The form of scores: a probability is cut in the middle at 0.5, a decision function at 0. */
export type ScoreForm = 'probability' | 'decision' | 'none';

/** The rule where the project names none. */
export const defaultRule: ThresholdRule = { kind: 'best_f1' };
