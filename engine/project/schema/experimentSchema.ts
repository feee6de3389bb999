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
          description: 'Lowest and highest value, uniformly distributed.',
        }),
      },
      closed,
    ),
    Type.Object(
      {
        log_uniform: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
          minItems: 2,
          maxItems: 2,
          description: 'Lowest and highest value, uniformly distributed on a logarithmic scale.',
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
      Type.Object({ maximize: Type.String({ format: 'metric', description: 'Metric to maximize.' }) }, closed),
      Type.Object({ minimize: Type.String({ format: 'metric', description: 'Metric to minimize.' }) }, closed),
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
              Type.Record(Type.String(), Type.Unknown(), { description: 'Inputs that override those of the stage.' }),
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
              'grid: every combination of the choices. random: random draws from the distributions. latin_hypercube: draws that cover the range of each param evenly, with one run in each of its equal parts. halving: random draws; weak runs are stopped early (asynchronous successive halving, ASHA). bayesian: each point depends on the results of earlier runs (TPE of Optuna, which the Python of the project must have).',
          }),
          runs: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 10000,
              description: 'Number of runs; with grid, the maximum. Default 20.',
            }),
          ),
          parallel: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 64,
              description:
                'Number of parallel runs, each in its own copy of the project. Default 1, in the project folder.',
            }),
          ),
          objective: Objective('Metric that ranks the runs.'),
          halving: Type.Optional(
            Type.Object(
              {
                watch: Type.Optional(
                  Objective(
                    'The metric, logged by step, by which weak runs are stopped. Default: the objective; with a built-in train stage, its validation_loss.',
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
                      'One in this many runs continues at the steps min_steps, min_steps × reduction, min_steps × reduction², and so on. Default 3.',
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
