import { Type, type Static } from 'typebox';
import { closed, path, reference } from './fields.ts';

const ModelEntry = Type.Object(
  {
    from: reference('stage', 'The stage that creates the model: a train stage, or a `cmd` stage that writes one.'),
    data: Type.Optional(
      reference(
        'dataset',
        'The dataset whose schema defines the key and the timestamp of a scored row. Default: the data of the train stage.',
      ),
    ),
    path: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The file or folder of the model among the `outs` of its stage, or the name under which the program logs it to MLflow. Needed only when several of them are models.',
      }),
    ),
    python: Type.Optional(
      path(
        'The Python that scores the model: the folder of an environment, or an interpreter. Default: that of the validation, else the `python` of the project.',
      ),
    ),
    description: Type.Optional(Type.String({ description: 'What the model predicts.' })),
  },
  { ...closed, description: 'A model of the registry.' },
);

export const Models = Type.Record(Type.String(), ModelEntry, {
  description:
    'The models of the project by name. Without this section, the project has one model with the name of the project.',
});

/** Describes an alias, with the name of its model in front when a project has several. */
export const modelAlias = (description: string) =>
  Type.String({
    format: 'model-alias',
    minLength: 1,
    description: `${description} \`champion\` or \`challenger\`; with several models, the name comes first: \`NAME@champion\`.`,
  });

export type ModelConfig = Static<typeof ModelEntry>;
