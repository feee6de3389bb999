import { Type } from 'typebox';
import { closed } from './fields.ts';

const metricName =
  'The metric shown for a run in lists, tables and charts. Default: the metric of the first gate, otherwise the usual metric of the task, otherwise the validation or test score that most runs log.';

export const PrimaryMetric = Type.Union(
  [
    Type.String({ minLength: 1, format: 'metric', description: metricName }),
    Type.Object(
      {
        name: Type.String({ minLength: 1, format: 'metric', description: 'Name of the metric in the runs.' }),
        direction: Type.Optional(
          Type.Enum(['maximize', 'minimize'], {
            description: 'maximize: higher is better. minimize: lower is better. Default: derived from the name.',
          }),
        ),
      },
      { ...closed, description: metricName },
    ),
  ],
  { description: metricName },
);
