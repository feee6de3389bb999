import { Type, type Static } from 'typebox';
import type { Perturbation } from '../../../protocol/robustness.ts';
import { closed } from './fields.ts';

/** The ways in which the values of a column can go wrong, in the order of the reference. */
export const perturbationNames = [
  'missing',
  'noise',
  'category_swap',
  'unit_error',
  'typo',
  'out_of_domain',
] as const satisfies readonly Perturbation[];

const columns = (description: string) => Type.Array(Type.String({ format: 'column' }), { minItems: 1, description });

const kind =
  'missing: the value is gone. noise: a number or a time is blurred. category_swap: another valid category, or the other of true and false. unit_error: a number in another unit, such as cents for euros. typo: a misspelt text, or an unknown category. out_of_domain: beyond the smallest and largest value.';

const PerturbationSettings = Type.Object(
  {
    kind: Type.Enum(perturbationNames, { description: kind }),
    share: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of the rows that are changed. Default 1.' }),
    ),
    strength: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'Of `noise`: its standard deviation, in those of the column; default 0.25. Of `out_of_domain`: how far beyond, in ranges of the column; default 0.5.',
      }),
    ),
    columns: Type.Optional(columns('Columns that are perturbed in this way. Default: `columns` of `robustness`.')),
  },
  { ...closed, description: 'A perturbation with its settings.' },
);

const Invariance = Type.Union([
  Type.String({ format: 'column' }),
  Type.Object(
    {
      column: Type.String({ format: 'column', description: 'The column that must not matter.' }),
      values: Type.Optional(
        Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()], { description: 'A value.' }), {
          minItems: 1,
          description: 'The values that each row gets. Default: the categories of the column, at most 20.',
        }),
      ),
    },
    { ...closed, description: 'A column that must not matter, with the values to try.' },
  ),
]);

const Direction = Type.Union([
  Type.String({ format: 'column' }),
  Type.Object(
    {
      column: Type.String({ format: 'column', description: 'A column of numbers, times or ordered categories.' }),
      class: Type.Optional(
        Type.Union([Type.String(), Type.Number()], {
          description: 'Of several classes, the one whose probability is followed.',
        }),
      ),
      steps: Type.Optional(
        Type.Integer({
          minimum: 2,
          maximum: 100,
          description: 'Values that each row gets, from quantiles of the column. Default 10.',
        }),
      ),
    },
    { ...closed, description: 'A column with the class that is followed, and the number of values.' },
  ),
]);

export const Robustness = Type.Union(
  [
    Type.Boolean(),
    Type.Object(
      {
        perturbations: Type.Optional(
          Type.Array(Type.Union([Type.Enum(perturbationNames, { description: kind }), PerturbationSettings]), {
            description: 'Ways in which columns are perturbed. Default: all that fit the column.',
          }),
        ),
        columns: Type.Optional(columns('Columns that are perturbed. Default: all features of the model.')),
        metrics: Type.Optional(
          Type.Array(Type.String({ format: 'metric' }), {
            minItems: 1,
            description: 'Metrics of each perturbation. Default: the primary one, or the usual one of the task.',
          }),
        ),
        rows: Type.Optional(
          Type.Integer({ minimum: 20, maximum: 100_000, description: 'Test rows that are drawn. Default 1,000.' }),
        ),
        seed: Type.Optional(
          Type.Integer({ minimum: 0, description: 'Seed of the perturbations. Default: the seed of the run.' }),
        ),
        invariant_to: Type.Optional(
          Type.Array(Invariance, {
            minItems: 1,
            description: 'Columns that must not change an answer, such as `[gender]`.',
          }),
        ),
        increasing: Type.Optional(
          Type.Array(Direction, { minItems: 1, description: 'Columns with which the answer must not fall.' }),
        ),
        decreasing: Type.Optional(
          Type.Array(Direction, { minItems: 1, description: 'Columns with which the answer must not rise.' }),
        ),
      },
      { ...closed, description: 'How the model is tried on changed rows.' },
    ),
  ],
  {
    description:
      'Tries the model on rows that are not as they should be: how far metrics fall when a column is missing, noisy, misspelt, in a wrong unit or out of its domain, and whether declared columns leave the answer alone or move it one way. A gate names the perturbed metric, `roc_auc{missing=amount}`, its change, `roc_auc{missing=amount}@clean`, or the worst of all columns, `roc_auc{missing}`. Default false.',
  },
);

export type RobustnessConfig = Exclude<Static<typeof Robustness>, boolean>;
