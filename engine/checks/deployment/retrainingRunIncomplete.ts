import { appendItem, yamlText } from '../../project/edit.ts';
import { stagesOf } from '../lookUp.ts';
import { retrainingStages } from '../retrainingRun.ts';
import type { Rule } from '../rule.ts';

export const retrainingRunIncomplete: Rule = {
  code: 'LW613',
  name: 'retraining-run-incomplete',
  severity: 'error',
  whole: 'named',
  docs: 'The stages under `run`, with their dependencies, contain no validation. Only validation registers a model version, so each retraining ends without one. Add the validate stage; its dependencies, including training, run with it.',
  example: { wrong: 'run: [collect, prepare, train]', right: 'run: [collect, prepare, train, validate]' },
  check(context) {
    const { retraining } = context.config;
    const stages = retrainingStages(context);
    if (!retraining?.run || !stages || stages.some((node) => node.kind === 'validate')) return;
    const validates = stagesOf(context.config, 'validate').map(([name]) => name);
    const [only, ...others] = validates;
    const path = ['retraining', 'run'];
    const fix =
      only !== undefined && others.length === 0
        ? context.fix(`Add ${only}`, appendItem(context.project.file, path, yamlText(only)))
        : null;
    context.report(
      path,
      `None of these stages validates, so retraining would register no model version. Add ${only === undefined ? 'a validate stage' : validates.map((name) => `\`${name}\``).join(' or ')}.`,
      { fixes: [fix] },
    );
  },
};
