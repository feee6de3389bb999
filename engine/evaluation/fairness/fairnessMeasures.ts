import type { MetricDescription } from '../measures/measure.ts';
import type { Task } from '../predictions.ts';
import type { Rate } from './rates.ts';

/** A measure of the disparity between the groups of a protected attribute, named `<name>[<attribute>]` in a gate. */
export interface FairnessMeasure extends MetricDescription {
  /** The rates that it compares; of several the worst counts. */
  rates: readonly Rate[];
  /** Whether rates are subtracted or divided. */
  compares: 'difference' | 'ratio';
  /** Which numbers are compared: the largest with the smallest of the groups, or each group with all rows. */
  method: 'between_groups' | 'to_overall';
  tasks: readonly Task[];
}

interface Family {
  /** The name without what is compared, such as `demographic_parity`. */
  name: string;
  rates: readonly Rate[];
  /** The name of the compared things, in the plural. */
  what: string;
  tasks: readonly Task[];
  /** The function of fairlearn, or where the definition comes from. */
  source: string;
  /** Numbers that may be negative, or have no upper end, are not divided, or are not shares. */
  kind?: 'signed' | 'loss';
}

const classification: readonly Task[] = ['binary', 'multiclass'];
const metricFrame = (of: string) => `fairlearn MetricFrame of ${of}`;

const families: readonly Family[] = [
  {
    name: 'demographic_parity',
    rates: ['selectionRate'],
    what: 'selection rates',
    tasks: classification,
    source: 'fairlearn demographic_parity',
  },
  {
    name: 'equalized_odds',
    rates: ['tpr', 'fpr'],
    what: 'true positive rates and of false positive rates, of which the worse counts',
    tasks: classification,
    source: 'fairlearn equalized_odds',
  },
  {
    name: 'equal_opportunity',
    rates: ['tpr'],
    what: 'true positive rates',
    tasks: classification,
    source: 'fairlearn equal_opportunity',
  },
  {
    name: 'predictive_parity',
    rates: ['precision'],
    what: 'precisions',
    tasks: classification,
    source: metricFrame('precision_score'),
  },
  {
    name: 'false_positive_rate',
    rates: ['fpr'],
    what: 'false positive rates',
    tasks: classification,
    source: metricFrame('false_positive_rate'),
  },
  {
    name: 'false_negative_rate',
    rates: ['fnr'],
    what: 'false negative rates',
    tasks: classification,
    source: metricFrame('false_negative_rate'),
  },
  {
    name: 'false_discovery_rate',
    rates: ['falseDiscoveryRate'],
    what: 'shares of wrong positive decisions',
    tasks: classification,
    source: metricFrame('1 − precision_score'),
  },
  {
    name: 'false_omission_rate',
    rates: ['falseOmissionRate'],
    what: 'shares of wrong negative decisions',
    tasks: classification,
    source: metricFrame('1 − the negative predictive value'),
  },
  {
    name: 'accuracy',
    rates: ['accuracy'],
    what: 'accuracies',
    tasks: classification,
    source: metricFrame('accuracy_score'),
  },
  {
    name: 'base_rate',
    rates: ['baseRate'],
    what: 'shares of true positives among the rows, which the labels say before any model',
    tasks: classification,
    source: metricFrame('the mean of y_true'),
  },
  {
    name: 'calibration',
    rates: ['calibration'],
    what: 'mean scores less the shares of true positives (calibration in the large)',
    tasks: ['binary'],
    source: metricFrame('mean score − mean label'),
    kind: 'signed',
  },
  {
    name: 'log_loss',
    rates: ['logLoss'],
    what: 'log losses',
    tasks: classification,
    source: metricFrame('log_loss'),
    kind: 'loss',
  },
  {
    name: 'mean_prediction',
    rates: ['meanPrediction'],
    what: 'mean predictions',
    tasks: ['regression'],
    source: metricFrame('mean_prediction'),
    kind: 'signed',
  },
  {
    name: 'mean_error',
    rates: ['meanError'],
    what: 'mean errors (prediction less truth)',
    tasks: ['regression'],
    source: metricFrame('the mean of y_pred − y_true'),
    kind: 'signed',
  },
  {
    name: 'mae',
    rates: ['absoluteError'],
    what: 'mean absolute errors',
    tasks: ['regression'],
    source: metricFrame('mean_absolute_error'),
    kind: 'loss',
  },
  {
    name: 'mse',
    rates: ['squaredError'],
    what: 'mean squared errors',
    tasks: ['regression'],
    source: metricFrame('mean_squared_error'),
    kind: 'loss',
  },
];

/** All fairness measures, in the order of reports. A new one is a line of `families`. */
export const fairnessMeasures: readonly FairnessMeasure[] = (['between_groups', 'to_overall'] as const).flatMap(
  (method) =>
    families.flatMap((family) =>
      (['difference', 'ratio'] as const)
        .filter((compares) => compares === 'difference' || family.kind !== 'signed')
        .map((compares) => measureOf(family, method, compares)),
    ),
);

function measureOf(
  { name, rates, what, tasks, source, kind }: Family,
  method: FairnessMeasure['method'],
  compares: FairnessMeasure['compares'],
): FairnessMeasure {
  const isDifference = compares === 'difference';
  const overall = method === 'to_overall';
  return {
    name: `${name}_${compares}${overall ? '_to_overall' : ''}`,
    direction: isDifference ? 'smaller' : 'larger',
    range: [0, isDifference && kind !== undefined ? Number.POSITIVE_INFINITY : 1],
    docs: overall
      ? `${isDifference ? 'Largest difference' : 'Smallest ratio'} of a group to all rows, of ${what}.`
      : isDifference
        ? `Largest difference between groups, of ${what}.`
        : `Smallest over largest of the groups, of ${what}; 1 where all are 0.`,
    source: /^fairlearn [a-z_]+$/.test(source)
      ? `${source}_${compares}${overall ? ', method="to_overall"' : ''}`
      : `${source}, ${compares}(method="${method}")`,
    rates,
    compares,
    method,
    tasks,
  };
}

/** The fairness measure of a name; undefined when there is none. */
export function fairnessMeasure(name: string): FairnessMeasure | undefined {
  return fairnessMeasures.find((measure) => measure.name === name);
}
