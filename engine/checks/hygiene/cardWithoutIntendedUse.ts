import { textOf } from '../../project/loadProject.ts';
import { cardFile, readWrittenCard } from '../../project/modelCard/writtenCard.ts';
import type { Rule } from '../rule.ts';

export const cardWithoutIntendedUse: Rule = {
  code: 'LW710',
  name: 'card-without-intended-use',
  severity: 'info',
  whole: 'named',
  docs: 'A model is deployed, but its card does not state its purpose. Users cannot know where it should not be used. Write a sentence or two under `# Intended use` in model-card.md, or under `card.intended_use`.',
  example: {
    wrong: 'deployments:\n  production: { model: champion, as: api, port: 8080 }',
    right:
      'deployments:\n  production: { model: champion, as: api, port: 8080 }\ncard:\n  intended_use: Says which orders will be late, so that customers can be told.',
  },
  check(context) {
    const { deployments, card } = context.config;
    if (Object.keys(deployments ?? {}).length === 0 || (card?.intended_use ?? '').trim() !== '') return;
    if (readWrittenCard(textOf(context.project, cardFile)).parts.intendedUse !== null) return;
    context.reportKey(
      [card ? 'card' : 'deployments'],
      'A model is deployed, but its card does not say what it is for. Write it under `# Intended use` in model-card.md, or under `card.intended_use`.',
    );
  },
};
