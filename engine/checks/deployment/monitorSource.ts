import { logProblem } from '../../project/predictionColumns.ts';
import type { Rule } from '../rule.ts';

export const monitorSource: Rule = {
  code: 'LW621',
  name: 'monitor-source',
  severity: 'error',
  whole: 'named',
  docs: 'A monitor names neither a deployment nor a dataset of predictions, or it names both; or the schema of the dataset does not say which columns hold the time and the predictions. Name one of them, and give its columns the roles `timestamp`, `prediction` and `score`.',
  example: {
    wrong: 'elsewhere: { reference: validate, window: { every: 1d } }',
    right: 'elsewhere: { predictions: scored_log, reference: validate, window: { every: 1d } }',
  },
  check(context) {
    for (const [name, { deployment, predictions }] of Object.entries(context.config.monitors ?? {})) {
      const path = ['monitors', name];
      if (deployment === undefined && predictions === undefined)
        context.reportKey(path, `\`${name}\` watches nothing. Add \`deployment\`, or \`predictions\` with a dataset.`);
      else if (deployment !== undefined && predictions !== undefined)
        context.reportKey(
          [...path, 'predictions'],
          `\`${name}\` watches the deployment \`${deployment}\` already. Make a monitor of its own for \`${predictions}\`.`,
        );
      const dataset = predictions === undefined ? undefined : context.config.datasets?.[predictions];
      const schema = predictions === undefined ? null : context.schemaOf(predictions);
      if (predictions === undefined || !dataset || (dataset.schema !== undefined && !schema)) continue;
      const problem = logProblem(predictions, schema?.fields ?? []);
      if (problem !== null) context.report([...path, 'predictions'], problem);
    }
  },
};
