import { suggestion } from '../../base/didYouMean.ts';
import { modelsOf, parseModelAlias } from '../../project/models.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

export const unknownModel: Rule = {
  code: 'LW220',
  name: 'unknown-model',
  severity: 'error',
  docs: 'A deployment, a labelling task or the retraining names a model that is not declared under `models`, or names none in a project with several models. No version can be found to serve, to rank rows or to retrain. Name one of the models; without a `models` section, the only model has the name of the project.',
  example: {
    wrong:
      'models:\n  fraud: { from: train }\ndeployments:\n  production: { model: frod@champion, as: api, port: 8080 }',
    right:
      'models:\n  fraud: { from: train }\ndeployments:\n  production: { model: fraud@champion, as: api, port: 8080 }',
  },
  check(context) {
    const { deployments, labelling, retraining } = context.config;
    for (const [name, deployment] of Object.entries(deployments ?? {})) {
      expectAlias(context, deployment.model, ['deployments', name, 'model']);
      if (deployment.as === 'api' && deployment.shadow !== undefined)
        expectAlias(context, deployment.shadow, ['deployments', name, 'shadow']);
    }
    for (const [name, { model }] of Object.entries(labelling ?? {}))
      if (model !== undefined) expectAlias(context, model, ['labelling', name, 'model']);
    if (retraining?.model !== undefined) expectModel(context, retraining.model, ['retraining', 'model']);
  },
};

function expectAlias(context: CheckContext, text: string, path: Path): void {
  const parsed = parseModelAlias(text);
  if (!parsed) return;
  const names = modelsOf(context.config).map(({ name }) => name);
  if (parsed.name !== null) expectModel(context, parsed.name, path);
  else if (names.length > 1)
    context.report(
      path,
      `The project has ${names.length} models. Name one of them: ${names.map((name) => `\`${name}@${parsed.alias}\``).join(', ')}.`,
    );
}

function expectModel(context: CheckContext, model: string, path: Path): void {
  const names = modelsOf(context.config).map(({ name }) => name);
  if (!names.includes(model))
    context.report(
      path,
      `There is no model \`${model}\`.${suggestion(model, names) || ` Models: ${names.join(', ')}.`}`,
    );
}
