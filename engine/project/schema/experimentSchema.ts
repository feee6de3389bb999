import { Type, type Static } from 'typebox';
import { closed } from './fields.ts';
import { Params } from './params.ts';

const Distribution = Type.Union(
  [
    Type.Object({ choice: Type.Array(Type.Unknown(), { minItems: 1, description: 'The values to try.' }) }, closed),
    Type.Object(
      {
        uniform: Type.Array(Type.Number(), {
          minItems: 2,
          maxItems: 2,
          description: 'Lowest and highest value, evenly likely.',
        }),
      },
      closed,
    ),
    Type.Object(
      {
        log_uniform: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
          minItems: 2,
          maxItems: 2,
          description: 'Lowest and highest value, evenly likely on a logarithmic scale.',
        }),
      },
      closed,
    ),
    Type.Object(
      {
        int: Type.Array(Type.Integer(), { minItems: 2, maxItems: 2, description: 'Lowest and highest whole number.' }),
      },
      closed,
    ),
  ],
  { description: 'Values of a param: choice, uniform, log_uniform or int.' },
);

const Objective = (description: string) =>
  Type.Union(
    [
      Type.Object({ maximize: Type.String({ format: 'metric', description: 'Metric to make large.' }) }, closed),
      Type.Object({ minimize: Type.String({ format: 'metric', description: 'Metric to make small.' }) }, closed),
    ],
    { description },
  );

/** `experiments/<name>.experiment.yaml`. */
export const ExperimentSchema = Type.Object(
  {
    describe: Type.Optional(Type.String({ description: 'The question that the experiment answers.' })),
    params: Type.Optional(Params),
    stages: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {
            with: Type.Optional(
              Type.Record(Type.String(), Type.Unknown(), { description: 'Inputs laid over those of the stage.' }),
            ),
          },
          { ...closed, description: 'Changes to one stage.' },
        ),
        { description: 'Changes to stages of the project.' },
      ),
    ),
    sweep: Type.Optional(
      Type.Object(
        {
          method: Type.Enum(['grid', 'random', 'latin_hypercube', 'halving', 'bayesian'], {
            description:
              'grid: every combination of the choices. random: draws from the distributions. latin_hypercube: draws that cover the range of every param evenly, one in each of as many parts as there are runs. halving: random draws of which the weak are stopped early (asynchronous successive halving, ASHA). bayesian: each point from what the runs before it gave (TPE of Optuna, which the Python of the project needs).',
          }),
          runs: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 10000,
              description: 'Most runs with grid; with the other methods how many. Default 20.',
            }),
          ),
          parallel: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 64,
              description:
                'Runs at the same time, each in a folder of its own with a copy of the project. Default 1, in the project itself.',
            }),
          ),
          objective: Objective('What the best run is best at.'),
          halving: Type.Optional(
            Type.Object(
              {
                watch: Type.Optional(
                  Objective(
                    'The metric, logged by step, that tells early which runs are weak. Default the objective; where a built-in stage trains, its validation_loss.',
                  ),
                ),
                min_steps: Type.Optional(
                  Type.Integer({
                    minimum: 1,
                    maximum: 1_000_000,
                    description: 'No run is stopped before this step. Default 1.',
                  }),
                ),
                reduction: Type.Optional(
                  Type.Integer({
                    minimum: 2,
                    maximum: 100,
                    description:
                      'One in so many runs goes on at the steps min_steps, min_steps × reduction, min_steps × reduction², and so on. Default 3.',
                  }),
                ),
              },
              { ...closed, description: 'How method halving stops runs early.' },
            ),
          ),
          params: Type.Record(Type.String(), Distribution, { description: 'Params that vary.' }),
        },
        { ...closed, description: 'Many runs with varied params.' },
      ),
    ),
  },
  { ...closed, title: 'Experiment', description: 'A named variation of the project.' },
);

export type ExperimentConfig = Static<typeof ExperimentSchema>;
export type SweepConfig = NonNullable<ExperimentConfig['sweep']>;
