import { Type, type Static } from 'typebox';
import { closed, duration, reference } from './fields.ts';

const Trigger = Type.Union(
  [
    Type.Object(
      {
        monitor: reference('monitor', 'The monitor.'),
        drift: Type.Enum(['dataset', 'score'], {
          description:
            "dataset: the share of drifted features reaches the monitor's share. score: the scores of the model drift.",
        }),
        for: Type.Optional(
          Type.String({
            format: 'windows',
            description: 'Number of consecutive windows, such as `2 windows`. Default 1.',
          }),
        ),
      },
      { ...closed, description: 'Retrains when the inputs or the scores drift.' },
    ),
    Type.Object(
      {
        monitor: reference('monitor', 'The monitor.'),
        below: Type.String({
          format: 'metric',
          description:
            'A metric under `expect` of the monitor. A window counts when the 95 % interval of the metric is below its min.',
        }),
        for: Type.Optional(
          Type.String({
            format: 'windows',
            description: 'Number of consecutive windows, such as `2 windows`. Default 1.',
          }),
        ),
      },
      { ...closed, description: 'Retrains when performance falls below its bound.' },
    ),
    Type.Object(
      {
        schedule: Type.String({
          format: 'cron',
          description:
            'Cron expression in UTC, such as `0 3 * * 1` for Mondays at three: minute, hour, day of month, month, day of week.',
        }),
      },
      { ...closed, description: 'Retrains at fixed times, independent of monitors.' },
    ),
  ],
  { description: 'A trigger of retraining.' },
);

export const Retraining = Type.Object(
  {
    when: Type.Array(Trigger, { minItems: 1, description: 'Triggers. Any of them starts retraining.' }),
    model: Type.Optional(
      reference(
        'model',
        'The model to retrain. Default: the only model, or the model of the first monitor under `when`.',
      ),
    ),
    data: Type.Optional(
      Type.Object(
        { window: duration('Trains on rows from this period before now.') },
        { ...closed, description: 'Training rows of the new model. Default: all.' },
      ),
    ),
    run: Type.Optional(
      Type.Array(reference('stage', 'A stage.'), {
        description: 'Stages to run, in the order of the graph. Default: all that validation needs.',
      }),
    ),
    // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's, and these schemas are never awaited
    then: Type.Optional(
      Type.Enum(['propose', 'promote'], {
        description:
          'propose: register the challenger and wait for a user to promote it. promote: make it the champion when the gates pass. Default propose.',
      }),
    ),
    cooldown: Type.Optional(duration('Minimum time between two retrainings.')),
    refit: Type.Optional(
      Type.Boolean({
        description:
          'Fits a challenger that passed its gates again on all rows of its window, test rows included, and serves that fit. Settings, number of epochs or trees, threshold and gates are those of the tested model. The model of a `cmd` stage is served as tested. Default true.',
      }),
    ),
    min_new_rows: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Labelled rows from after a change that a retraining needs. With fewer, the policy waits for more. Default: `min_rows` of the monitor, at least 300.',
      }),
    ),
  },
  { ...closed, description: 'When and how the model is retrained. The gates always apply.' },
);

export type RetrainingConfig = Static<typeof Retraining>;
export type TriggerConfig = Static<typeof Trigger>;
