import { threeDigits } from './numbers.ts';

/** The parts of a threshold that its words need; a stored choice and a message of the views have them. */
export interface ThresholdOrigin {
  kind: 'chosen' | 'fixed' | 'decided' | 'no_rows' | 'one_class' | 'not_reached';
  rule:
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
  on: 'validation' | 'test';
  n: number | null;
  /** The decisions of the threshold on these rows; missing where they are not known. */
  gave?:
    | {
        precision: number | null;
        recall: number | null;
        f1: number | null;
        decided: number;
        cost?: number | undefined;
      }
    | undefined;
}

/** `best F1`, `precision of at least 0.9`: a rule of the threshold. */
export function thresholdRuleText(rule: ThresholdOrigin['rule']): string {
  if (rule.kind === 'best_f1') return 'best F1';
  if (rule.kind === 'fixed') return `fixed at ${rule.value}`;
  if (rule.kind === 'precision') return `precision of at least ${rule.minimum}`;
  if (rule.kind === 'recall') return `recall of at least ${rule.minimum}`;
  if (rule.kind === 'f_beta') return `best F-beta, beta ${rule.beta}`;
  const rights = [
    rule.truePositive ? `, ${rule.truePositive} for a true positive` : '',
    rule.trueNegative ? `, ${rule.trueNegative} for a true negative` : '',
  ].join('');
  return `lowest cost, ${rule.falsePositive} for a false positive and ${rule.falseNegative} for a false negative${rights}`;
}

/** The origin of a threshold as half a sentence: `best F1 on 160 validation rows`. */
export function thresholdText({ kind, rule, on, n }: ThresholdOrigin): string {
  const rows = n === null ? `the ${on} rows` : `${n} ${on} ${n === 1 ? 'row' : 'rows'}`;
  switch (kind) {
    case 'chosen':
      return `${thresholdRuleText(rule)} on ${rows}${on === 'test' ? ', so metrics of decisions are optimistic' : ''}`;
    case 'fixed':
      return 'fixed by the project';
    case 'decided':
      return 'decided by the model itself';
    case 'no_rows':
      return 'the middle of the scores, because there are no validation rows';
    case 'one_class':
      return `the middle of the scores, because ${rows} have only one class`;
    case 'not_reached':
      return `the middle of the scores, because none reaches a ${thresholdRuleText(rule)} on ${rows}`;
  }
}

/** The outcome of a threshold on the rows that it was chosen on: `precision 0.81, recall 0.64`. Empty where not known. */
export function thresholdOutcomeText({ gave }: ThresholdOrigin): string {
  if (!gave) return '';
  const shown = (value: number | null) => (value === null ? 'not defined' : threeDigits(value));
  return [
    `precision ${shown(gave.precision)}`,
    `recall ${shown(gave.recall)}`,
    `F1 ${shown(gave.f1)}`,
    `${threeDigits(100 * gave.decided)} % decided as positive`,
    ...(gave.cost === undefined ? [] : [`a cost of ${threeDigits(gave.cost)} a row`]),
  ].join(', ');
}
