import { Type, type Static } from 'typebox';
import { closed, duration, reference } from './fields.ts';

const Bound = Type.Object(
  {
    min: Type.Optional(Type.Number({ description: 'At least this.' })),
    max: Type.Optional(Type.Number({ description: 'At most this.' })),
  },
  { ...closed, minProperties: 1, description: 'A bound: min, max or both.' },
);

export const Monitor = Type.Object(
  {
    deployment: reference('deployment', 'The deployment that is watched.'),
    reference: reference('stage', 'The validate stage whose test rows are the reference.'),
    window: Type.Object(
      {
        every: duration('Length of a window.'),
        min_rows: Type.Optional(
          Type.Integer({ minimum: 1, description: 'Windows with fewer rows get no verdict. Default 100.' }),
        ),
      },
      { ...closed, description: 'How the prediction log is cut in time.' },
    ),
    labels: Type.Optional(
      Type.Object(
        {
          dataset: reference('dataset', 'The dataset with the true values.'),
          key: Type.String({ format: 'column', description: 'Column that joins labels to predictions.' }),
          delay: Type.Optional(duration('How long labels take to arrive; performance of a window is judged after it.')),
        },
        { ...closed, description: 'The true values that arrive later.' },
      ),
    ),
    drift: Type.Optional(
      Type.Object(
        {
          profile: Type.Optional(
            Type.Enum(['loopwright'], {
              description:
                'Measures and thresholds. loopwright: Wasserstein over the standard deviation of the reference for numbers, Jensen-Shannon distance (base 2) for categories, both 0.1.',
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
        { ...closed, description: 'How drift is judged.' },
      ),
    ),
    expect: Type.Optional(
      Type.Record(Type.String(), Bound, {
        description:
          'Bounds on performance (`pr_auc`), `latency_p95_ms`, `error_rate` and `missing[column]` of each window.',
      }),
    ),
  },
  { ...closed, description: 'Watches a deployment by windows: drift, performance once labels arrive, latency.' },
);

export type MonitorConfig = Static<typeof Monitor>;
