import { areasByClass, areasInterval } from '../oneVersusRest.ts';
import type { Measure } from './measure.ts';

export const rocAucOvr: Measure = {
  name: 'roc_auc_ovr',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the classes of the area under the ROC curve of one class against the others; 0.5 is chance.',
  source: 'scikit-learn roc_auc_score, multi_class="ovr", average="macro"',
  needs: 'probability',
  undefinedWhen: 'a class has no row, or the predictions are classes without probabilities',
  // Each area has a sort of its own, so its interval comes from a formula.
  resampled: false,
  interval: {
    multiclass: (counts, confidence) =>
      areasInterval(
        counts,
        confidence,
        counts.labelled.map(() => 1),
      ),
  },
  multiclass: (counts) => {
    const areas = areasByClass(counts);
    return areas && areas.reduce((a, b) => a + b, 0) / areas.length;
  },
};
