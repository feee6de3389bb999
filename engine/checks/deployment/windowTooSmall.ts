import type { Rule } from '../rule.ts';

const fewest = 30;

export const windowTooSmall: Rule = {
  code: 'LW604',
  name: 'window-too-small',
  severity: 'warning',
  docs: 'A monitor evaluates windows of fewer than 30 rows. Metrics of so few rows vary by chance, and drift is not reported below 30 values, so retraining may start without need. Require more rows, and use longer windows if necessary.',
  example: { wrong: 'window: { every: 1h, min_rows: 5 }', right: 'window: { every: 1d, min_rows: 500 }' },
  check(context) {
    for (const [name, { window }] of Object.entries(context.config.monitors ?? {})) {
      if (window.min_rows !== undefined && window.min_rows < fewest)
        context.report(
          ['monitors', name, 'window', 'min_rows'],
          `Windows of ${window.min_rows} ${window.min_rows === 1 ? 'row' : 'rows'} are evaluated; metrics of so few rows vary by chance. Require at least ${fewest}, preferably hundreds.`,
        );
    }
  },
};
