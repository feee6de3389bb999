import { differenceText } from './metrics.ts';
import { count, number, percent, plural } from './numbers.ts';

/** Two models on the same rows, as sentences. */
export function comparedText(comparison: {
  against: number;
  n: number;
  decisions: { onlyOwn: number; onlyOther: number; p: number } | null;
  rocAuc: { own: number; other: number; low: number; high: number; confidence: number; p: number } | null;
}): string[] {
  const { against, n, decisions, rocAuc } = comparison;
  return [
    ...(decisions
      ? [
          `Of ${plural(n, 'test row')}, ${count(decisions.onlyOwn)} ${decisions.onlyOwn === 1 ? 'is' : 'are'} decided rightly by this version alone and ${count(decisions.onlyOther)} by the champion v${against} alone (McNemar, exact: p ${pText(decisions.p)}).`,
        ]
      : []),
    ...(rocAuc
      ? [
          `ROC-AUC differs by ${differenceText('roc_auc', rocAuc.own - rocAuc.other)}, ${differenceText('roc_auc', rocAuc.low)} to ${differenceText('roc_auc', rocAuc.high)} at ${percent(rocAuc.confidence)} (DeLong: p ${pText(rocAuc.p)}).`,
        ]
      : []),
  ];
}

function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : `= ${number(p, 2)}`;
}
