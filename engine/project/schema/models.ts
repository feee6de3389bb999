import { Type, type Static } from 'typebox';
import { closed, reference } from './fields.ts';

const ModelEntry = Type.Object(
  {
    from: reference('stage', 'The stage that makes the model: a train stage, or a `cmd` stage that writes one.'),
    data: Type.Optional(
      reference(
        'dataset',
        'The dataset whose schema names the key and the timestamp of a row that is scored. Default: the data of the train stage.',
      ),
    ),
    description: Type.Optional(Type.String({ description: 'What the model predicts.' })),
  },
  { ...closed, description: 'A model of the registry.' },
);

export const Models = Type.Record(Type.String(), ModelEntry, {
  description:
    'The models of the project by name. Without this section the project has one model, which is named after the project.',
});

/** An alias with the name of its model in front, where a project has several. */
export const modelAlias = (description: string) =>
  Type.String({
    format: 'model-alias',
    minLength: 1,
    description: `${description} \`champion\` or \`challenger\`; in a project with several models with the name in front: \`NAME@champion\`.`,
  });

export type ModelConfig = Static<typeof ModelEntry>;
