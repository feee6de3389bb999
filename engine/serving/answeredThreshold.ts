import { thresholdRuleText } from '../../words/threshold.ts';
import type { ValidationReport } from '../registry/validationReport.ts';

/** The threshold of a binary answer: scores at or above it are positive. */
export interface AnsweredThreshold {
  value: number;
  /** How it was set, as the report stores it: `chosen`, `fixed`, `no_rows` … */
  kind: string;
  /** The rule in words, such as `best F1`. */
  rule: string;
}

/** The threshold that decides the answers of a version; null when its model decides by itself or is not binary. */
export function answeredThreshold({
  threshold,
  thresholdChoice,
}: Pick<ValidationReport, 'threshold'> & Partial<Pick<ValidationReport, 'thresholdChoice'>>): AnsweredThreshold | null {
  if (threshold === null || !thresholdChoice || thresholdChoice.kind === 'decided') return null;
  return { value: threshold, kind: thresholdChoice.kind, rule: thresholdRuleText(thresholdChoice.rule) };
}
