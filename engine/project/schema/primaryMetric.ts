import { Type } from 'typebox';
import { closed } from './fields.ts';

const metricName =
  'The metric that stands for a run wherever one number is shown: first in lists, tables and charts. Default: the metric of the first gate, else what is usual for the task, else the validation or test score that most runs log.';

export const PrimaryMetric = Type.Union(
  [
    Type.String({ minLength: 1, format: 'metric', description: metricName }),
    Type.Object(
      {
        name: Type.String({ minLength: 1, format: 'metric', description: 'Name of the metric, as runs log it.' }),
        direction: Type.Optional(
          Type.Enum(['maximize', 'minimize'], {
            description: 'maximize: more is better. minimize: less is. Default: told by the name.',
          }),
        ),
      },
      { ...closed, description: metricName },
    ),
  ],
  { description: metricName },
);
