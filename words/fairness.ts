/** The rates of groups, as people read them. */
export const rateTexts = {
  selectionRate: 'selection rate',
  tpr: 'true positive rate',
  fpr: 'false positive rate',
  fnr: 'false negative rate',
  precision: 'precision',
  falseDiscoveryRate: 'false discovery rate',
  falseOmissionRate: 'false omission rate',
  baseRate: 'base rate',
  accuracy: 'accuracy',
  calibration: 'mean score − base rate',
  ece: 'calibration error',
  logLoss: 'log loss',
  meanPrediction: 'mean prediction',
  meanError: 'mean error',
  absoluteError: 'mean absolute error',
  squaredError: 'mean squared error',
};

/** `equalized odds` of `equalized_odds_difference_to_overall`: the measures that compare the same rates. */
export function familyOf(measure: string): string {
  return measure.replace(/_(difference|ratio)(_to_overall)?$/, '');
}

/** `F and M`, `F and all groups`, of the groups that differ most; empty where it is not known. */
export function betweenText({ between }: { between?: { from: string; to: string | null } | undefined }): string {
  return between ? `${between.from} and ${between.to ?? 'all groups'}` : '';
}
