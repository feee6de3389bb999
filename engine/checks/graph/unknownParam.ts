import { suggestion } from '../../base/didYouMean.ts';
import type { Rule } from '../rule.ts';

export const unknownParam: Rule = {
  code: 'LW205',
  name: 'unknown-param',
  severity: 'error',
  docs: 'A `${params.…}`, an experiment or a sweep names a param that the project does not declare, so changing it would change nothing. Correct the name or declare the param.',
  example: {
    wrong:
      'params: { epochs: 20 }\nstages:\n  train: { uses: train, with: { data: features, model: mlp, epochs: "${params.epoch}" } }',
    right:
      'params: { epochs: 20 }\nstages:\n  train: { uses: train, with: { data: features, model: mlp, epochs: "${params.epochs}" } }',
  },
  check(context) {
    const known = Object.keys(context.config.params ?? {});
    const message = (name: string) => `The project has no param \`${name}\`.${suggestion(name, known)}`;
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if ('cmd' in stage)
        stage.params?.forEach((param, i) => {
          if (!known.includes(param)) context.report(['stages', name, 'params', i], message(param));
        });
    }
    for (const file of context.project.experiments.values()) {
      for (const param of Object.keys(file.value?.params ?? {}))
        if (!known.includes(param)) context.reportKeyIn(file, ['params', param], message(param));
      for (const param of Object.keys(file.value?.sweep?.params ?? {}))
        if (!known.includes(param)) context.reportKeyIn(file, ['sweep', 'params', param], message(param));
    }
  },
};
