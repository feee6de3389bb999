import { Type } from 'typebox';

/** A value of a param: scalars and lists of them, nested lists for layouts of layers. */
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
  description: 'Every knob in one place; experiments lay theirs over it. Used elsewhere as `${params.name}`.',
});
