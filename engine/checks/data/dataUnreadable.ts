import type { Rule } from '../rule.ts';
import { clip, count, eachDataset } from './eachDataset.ts';

export const dataUnreadable: Rule = {
  code: 'LW317',
  name: 'data-unreadable',
  severity: 'error',
  fromData: true,
  docs: 'The files of a dataset cannot be read as a table: the format does not match the name, a file is truncated, formats are mixed, or lines are not rows (a warning, since such lines are quarantined).',
  check(context) {
    for (const { name, facts } of eachDataset(context)) {
      if (facts.error)
        context.report(['datasets', name, 'path'], `The data of \`${name}\` cannot be read: ${facts.error.message}.`);
      for (const finding of facts.broken ?? []) {
        if (finding.rule === 'line')
          context.report(
            ['datasets', name, 'path'],
            `${count(finding.count)} ${finding.count === 1 ? 'line' : 'lines'} of \`${name}\` ${finding.count === 1 ? 'is' : 'are'} no row: ${finding.message.replace(/^[\d,]+ lines? with /, '').replace(/, first in row \d+ \(found .*$/s, '')}, first ${finding.firstFile ?? 'file'} line ${count(finding.firstRow + 1)}: ${clip(finding.firstValue ?? '')}`,
            { severity: 'warning' },
          );
      }
    }
  },
};
