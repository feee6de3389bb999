import { areasByClass, areasInterval } from '../oneVersusRest.ts';
import type { Measure } from './measure.ts';

export const rocAucOvrWeighted: Measure = {
  name: 'roc_auc_ovr_weighted',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the classes, by how often each occurs, of the area under the ROC curve of one class against the others; 0.5 is chance.',
  source: 'scikit-learn roc_auc_score, multi_class="ovr", average="weighted"',
  needs: 'probability',
  undefinedWhen: 'a class has no row, or the predictions are classes without probabilities',
  resampled: false,
  interval: { multiclass: (counts, confidence) => areasInterval(counts, confidence, counts.labelled) },
  multiclass: (counts) => {
    const areas = areasByClass(counts);
    return areas && areas.reduce((sum, area, c) => sum + area * (counts.labelled[c] ?? 0), 0) / counts.n;
  },
};
