import { Type, type Static } from 'typebox';
import { closed } from '../fields.ts';

/** Encodings in which the byte of a line break is nothing else. */
export const logEncodings = [
  'utf-8',
  'windows-1252',
  'iso-8859-15',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'macintosh',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
] as const;

// Unlike other paths it is often absolute.
const file = Type.String({
  format: 'log-path',
  minLength: 1,
  listsFiles: true,
  description: 'A file or glob, relative to the project or absolute.',
});

export const FromLogs = Type.Object(
  {
    logs: Type.Union([file, Type.Array(file, { minItems: 1 })], {
      description:
        'Log files or globs, such as `/var/log/nginx/access.log*`. Each collection reads only the lines that were added, also of files that were rotated, truncated or compressed meanwhile.',
    }),
    format: Type.Enum(['json', 'logfmt', 'common', 'combined', 'pattern'], {
      description:
        'Format of a line: `json` (one object per line), `logfmt` (key=value), `common` and `combined` (access logs of Apache and nginx) or `pattern` (a regular expression).',
    }),
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "With `format: pattern`: regular expression with named groups, such as '^(?<time>\\S+) (?<level>\\w+) (?<message>.*)$'. Each group becomes a column.",
      }),
    ),
    continued: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Regular expression for lines that belong to the line before, such as '^\\s' for the lines of a stack trace.",
      }),
    ),
    timezone: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Time zone of times that are written without one, such as Europe/Berlin. Default UTC.',
      }),
    ),
    encoding: Type.Optional(Type.Enum(logEncodings, { description: 'Encoding of the text. Default utf-8.' })),
  },
  closed,
);

export type FromLogs = Static<typeof FromLogs>;
