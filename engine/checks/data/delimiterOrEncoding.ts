import type { Rule } from '../rule.ts';
import { eachDataset } from './eachDataset.ts';

const names: Record<string, string> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'a space',
  spaces: 'spaces',
};
const wordOf = (delimiter: string) => names[delimiter] ?? `\`${delimiter}\``;

export const delimiterOrEncoding: Rule = {
  code: 'LW319',
  name: 'delimiter-or-encoding',
  severity: 'warning',
  fromData: true,
  docs: 'A text file has a different delimiter than its neighbours or than `.csv` implies, or an encoding other than UTF-8, which is guessed. `read:` of the dataset states both.',
  example: { wrong: 'id;amount                            # in orders.csv', right: 'id,amount' },
  check(context) {
    for (const { name, facts } of eachDataset(context)) {
      const path = ['datasets', name, 'path'];
      const given = context.config.datasets?.[name]?.read ?? context.schemaOf(name)?.loopwright?.read ?? {};
      const wrong = facts.headers.find(({ encoding }) => encoding !== 'utf-8');
      if (wrong && given.encoding === undefined)
        context.report(
          path,
          `${wrong.file} is not UTF-8. It is read as ${wrong.encoding}; \`read: { encoding: … }\` changes that.`,
          { severity: wrong.encoding.startsWith('utf-16') ? 'info' : 'warning' },
        );
      if (given.delimiter !== undefined) continue;
      const [first] = facts.headers;
      const other = facts.headers.find(({ delimiter }) => delimiter !== first?.delimiter);
      if (first && other)
        context.report(
          path,
          `${first.file} separates fields by ${wordOf(first.delimiter)}, ${other.file} by ${wordOf(other.delimiter)}.`,
        );
      else if (first && first.delimiter !== ',' && /\.csv(\.gz)?$/i.test(first.file))
        context.report(
          path,
          `${first.file} separates fields by ${wordOf(first.delimiter)}, not by commas. It is read so.`,
          { severity: 'info' },
        );
    }
  },
};
