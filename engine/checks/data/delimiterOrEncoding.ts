import type { Rule } from '../rule.ts';
import { eachDataset } from './eachDataset.ts';

const names: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

export const delimiterOrEncoding: Rule = {
  code: 'LW319',
  name: 'delimiter-or-encoding',
  severity: 'warning',
  fromData: true,
  docs: 'A text file has a different delimiter than its neighbours or than `.csv` implies, or an encoding other than UTF-8 (an error: text would be read wrongly without notice).',
  example: { wrong: 'id;amount                            # in orders.csv', right: 'id,amount' },
  check(context) {
    for (const { name, facts } of eachDataset(context)) {
      const path = ['datasets', name, 'path'];
      const wrong = facts.headers.find(({ encoding }) => encoding !== 'utf-8');
      if (wrong)
        context.report(
          path,
          `${wrong.file} is not UTF-8 but looks like ${wrong.encoding === 'utf-16' ? 'UTF-16' : 'Latin-1 or Windows-1252'}. Save it as UTF-8.`,
          { severity: 'error' },
        );
      const [first] = facts.headers;
      const other = facts.headers.find(({ delimiter }) => delimiter !== first?.delimiter);
      if (first && other)
        context.report(
          path,
          `${first.file} separates fields by ${names[first.delimiter]}, ${other.file} by ${names[other.delimiter]}.`,
        );
      else if (first && first.delimiter !== ',' && /\.csv(\.gz)?$/i.test(first.file))
        context.report(
          path,
          `${first.file} separates fields by ${names[first.delimiter]}, not by commas. It is read so.`,
          { severity: 'info' },
        );
    }
  },
};
