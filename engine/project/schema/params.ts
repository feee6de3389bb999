import { Type } from 'typebox';

/** Value of a param: a scalar or a list, with nested lists for layer layouts. */
export const ParamValue = Type.Union(
  [
    Type.Number(),
    Type.String(),
    Type.Boolean(),
    Type.Null(),
    Type.Array(
      Type.Union([
        Type.Number(),
        Type.String(),
        Type.Boolean(),
        Type.Array(Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
      ]),
    ),
  ],
  { description: 'A number, text, boolean, null or list.' },
);

export const Params = Type.Record(Type.String(), ParamValue, {
  description:
    'All parameters of the project. Experiments override them. Other keys refer to them as `${params.name}`.',
});
