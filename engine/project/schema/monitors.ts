import { Type, type Static } from 'typebox';
import { closed, duration, reference } from './fields.ts';

/** Tools whose rules can be used to detect drift. */
export const driftProfiles = ['loopwright', 'evidently', 'tfdv', 'nannyml'] as const;

const Bound = Type.Object(
  {
    min: Type.Optional(Type.Number({ description: 'Minimum, inclusive.' })),
    max: Type.Optional(Type.Number({ description: 'Maximum, inclusive.' })),
  },
  { ...closed, minProperties: 1, description: 'A bound: min, max or both.' },
);

export const Monitor = Type.Object(
  {
    deployment: Type.Optional(reference('deployment', 'The deployment to monitor.')),
    predictions: Type.Optional(
      reference(
        'dataset',
        'A dataset with the predictions that another program made, in place of `deployment`. Its schema gives columns the roles `timestamp`, and `prediction` or `score` or both; a column with the role `target` holds the true values where they are known.',
      ),
    ),
    reference: reference('stage', 'The validate stage whose test rows are the reference.'),
    window: Type.Object(
      {
        every: duration('Length of a window.'),
        min_rows: Type.Optional(
          Type.Integer({ minimum: 1, description: 'Drift of a window with fewer rows is not judged. Default 100.' }),
        ),
      },
      { ...closed, description: 'How the predictions are divided into windows.' },
    ),
    labels: Type.Optional(
      Type.Object(
        {
          dataset: reference('dataset', 'The dataset with the true values.'),
          key: Type.String({ format: 'column', description: 'Column that matches labels with predictions.' }),
          delay: Type.Optional(
            duration(
              'Time until labels arrive. The performance of a window is judged after it, and again when labels come later still.',
            ),
          ),
          min: Type.Optional(
            Type.Integer({
              minimum: 1,
              description:
                'The performance of a window with fewer labels is not judged. Default 50. Metrics of both classes, such as `recall`, need 10 labels of each class.',
            }),
          ),
        },
        { ...closed, description: 'The true values that arrive later.' },
      ),
    ),
    drift: Type.Optional(
      Type.Object(
        {
          profile: Type.Optional(
            Type.Enum(driftProfiles, {
              description:
                'Measures and thresholds, as in `loopwright data drift`. loopwright (default): Wasserstein over the standard deviation of the reference for numbers, Jensen-Shannon distance (base 2) for categories, both 0.1, and only what chance does not explain. evidently, tfdv, nannyml: the rules of that tool.',
            }),
          ),
          measure: Type.Optional(
            Type.String({
              format: 'drift-measure',
              description:
                'Measure of the profile for all columns, such as `psi`. `loopwright data drift --help` lists them. A column of another type is not judged. Default: the measure of the profile, or the one in the schema of the dataset.',
            }),
          ),
          threshold: Type.Optional(
            Type.Number({ description: 'Threshold for all columns. Default: that of the measure.' }),
          ),
          significance: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              exclusiveMaximum: 1,
              description:
                'For the profile loopwright: a feature has drifted when its value is beyond the threshold and its p-value, corrected over the features, is below this. It is also the threshold of tests. Default 0.01.',
            }),
          ),
          share: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 1,
              description: 'The window has drifted when at least this share of the columns has. Default 0.5.',
            }),
          ),
        },
        { ...closed, description: 'Detection of drift.' },
      ),
    ),
    expect: Type.Optional(
      Type.Record(Type.String(), Bound, {
        description:
          'Bounds on performance (`pr_auc`), `latency_p95_ms`, `error_rate` and `missing[column]` of each window. A bound is broken when the 95 % interval of the value is outside it.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'Monitors a deployment, or a table of predictions, by windows: drift, performance once labels arrive, latency.',
  },
);

export type MonitorConfig = Static<typeof Monitor>;
