import { Type, type Static } from 'typebox';
import { Params } from './projectSchema.ts';

const closed = { additionalProperties: false };

const Distribution = Type.Union([
  Type.Object({ choice: Type.Array(Type.Unknown(), { minItems: 1, description: 'The values to try.' }) }, closed),
  Type.Object({ uniform: Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'Lowest and highest value, evenly likely.' }) }, closed),
  Type.Object({ log_uniform: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 2, maxItems: 2, description: 'Lowest and highest value, evenly likely on a logarithmic scale.' }) }, closed),
  Type.Object({ int: Type.Array(Type.Integer(), { minItems: 2, maxItems: 2, description: 'Lowest and highest whole number.' }) }, closed),
], { description: 'Values of a param: choice, uniform, log_uniform or int.' });

/** `experiments/<name>.experiment.yaml`. */
export const ExperimentSchema = Type.Object({
  describe: Type.Optional(Type.String({ description: 'The question that the experiment answers.' })),
  params: Type.Optional(Params),
  stages: Type.Optional(Type.Record(Type.String(), Type.Object({
    with: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Inputs laid over those of the stage.' })),
  }, { ...closed, description: 'Changes to one stage.' }), { description: 'Changes to stages of the project.' })),
  sweep: Type.Optional(Type.Object({
    method: Type.Enum(['grid', 'random', 'latin_hypercube'], { description: 'grid: every combination of the choices. random: draws from the distributions. latin_hypercube: draws that cover the range of every param evenly, one in each of as many parts as there are runs.' }),
    runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 10000, description: 'Most runs. With random and latin_hypercube: how many. Default 20.' })),
    objective: Type.Union([
      Type.Object({ maximize: Type.String({ format: 'metric', description: 'Metric to make large.' }) }, closed),
      Type.Object({ minimize: Type.String({ format: 'metric', description: 'Metric to make small.' }) }, closed),
    ], { description: 'What the best run is best at.' }),
    params: Type.Record(Type.String(), Distribution, { description: 'Params that vary.' }),
  }, { ...closed, description: 'Many runs with varied params.' })),
}, { ...closed, title: 'Experiment', description: 'A named variation of the project.' });

export type ExperimentConfig = Static<typeof ExperimentSchema>;
export type SweepConfig = NonNullable<ExperimentConfig['sweep']>;
