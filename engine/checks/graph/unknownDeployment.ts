import { suggestion } from '../../base/didYouMean.ts';
import type { Rule } from '../rule.ts';

export const unknownDeployment: Rule = {
  code: 'LW206',
  name: 'unknown-deployment',
  severity: 'error',
  docs: 'A monitor names a deployment, or a retraining trigger names a monitor or metric, that is not declared. Nothing is monitored, and nothing triggers. Correct the name or declare it.',
  example: {
    wrong: 'when:\n  - { monitor: prodution, drift: dataset }',
    right: 'when:\n  - { monitor: production, drift: dataset }',
  },
  check(context) {
    const { deployments, monitors, retraining } = context.config;
    const known = Object.keys(deployments ?? {});
    for (const [name, { deployment }] of Object.entries(monitors ?? {})) {
      if (deployment !== undefined && !known.includes(deployment))
        context.report(
          ['monitors', name, 'deployment'],
          `There is no deployment \`${deployment}\`.${suggestion(deployment, known)}`,
        );
    }
    const watching = Object.keys(monitors ?? {});
    retraining?.when.forEach((trigger, i) => {
      if ('schedule' in trigger) return;
      if (!watching.includes(trigger.monitor))
        return context.report(
          ['retraining', 'when', i, 'monitor'],
          `There is no monitor \`${trigger.monitor}\`.${suggestion(trigger.monitor, watching)}`,
        );
      const expected = Object.entries(monitors?.[trigger.monitor]?.expect ?? {})
        .filter(([, bound]) => bound.min !== undefined)
        .map(([metric]) => metric);
      if ('below' in trigger && !expected.includes(trigger.below))
        context.report(
          ['retraining', 'when', i, 'below'],
          `The monitor \`${trigger.monitor}\` expects no minimum of \`${trigger.below}\`, so it can never fall below it.${suggestion(trigger.below, expected) || ' Declare one under `expect`.'}`,
        );
      return undefined;
    });
  },
};
