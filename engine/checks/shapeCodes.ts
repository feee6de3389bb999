import type { Severity } from '../../protocol/problem.ts';

/** A check of shape: found while a file is read, before any rule of meaning. */
export interface ShapeCode {
  code: string;
  name: string;
  severity: Severity;
  docs: string;
}

const rows: [code: string, name: string, docs: string, severity?: Severity][] = [
  ['LW100', 'yaml-syntax', 'The file is not YAML: what the parser found, where.'],
  ['LW101', 'duplicate-key', 'A key stands twice in one mapping; one of the two would be lost.'],
  ['LW102', 'unknown-key', 'A key that the format does not know; a near known one is suggested.'],
  ['LW103', 'missing-key', 'A key that must be there is not.'],
  ['LW104', 'wrong-type', 'A value of another type than the format has there.'],
  ['LW105', 'out-of-range', 'A number or length outside its bounds.'],
  ['LW106', 'bad-choice', 'A value that is none of the choices.'],
  ['LW107', 'bad-format', 'A text that is no duration, address, expression or name.'],
  [
    'LW108',
    'refused-file',
    'A file that is too large, too deep, wrongly encoded, or whose aliases expand to too many values.',
  ],
  ['LW109', 'unknown-reference', '`${…}` with something else than params, datasets or env.'],
  ['LW110', 'deprecated-key', 'A key that has a successor; it is told which.', 'warning'],
  ['LW111', 'bad-expression', 'A text that is no regular expression.'],
  ['LW112', 'bad-path', 'A path or glob that can name no file.'],
  ['LW113', 'bad-duration', 'A text that is no duration such as `15m`, `6h` or `7d`.'],
  ['LW114', 'bad-schedule', 'A text that is no cron expression.'],
  ['LW115', 'unknown-unit', 'A unit that is not known, so nothing can be told about its scale.', 'warning'],
  ['LW116', 'bad-address', 'A text that is no http or https address.'],
  ['LW117', 'dvc', 'What a dvc.yaml says that is wrong, or that Loopwright does otherwise than DVC.'],
  [
    'LW118',
    'unread-twin',
    'A file exists twice, as `.yaml` and as `.yml`. The `.yaml` is read, and the other has no effect.',
    'warning',
  ],
  [
    'LW119',
    'env-file',
    'A file under `env_file` that does not exist (a warning), or a line in it that is not `NAME=value`.',
  ],
  [
    'LW120',
    'glob-outside-project',
    'A glob that looks for files outside the project, in a folder that `outside_folders` does not name. Such a glob could search the whole machine. One file outside, named whole, needs no such word, and neither do the files of one folder of logs.',
  ],
  [
    'LW208',
    'environment-not-set',
    'An environment variable that is not set here, neither in the shell nor in a file under `env_file`. Stages that need it do not run; `${env.NAME:-value}` gives a default.',
  ],
];

/** The checks of shape, for the reference page and for whoever asks whether a code is known. */
export const shapeCodes: readonly ShapeCode[] = rows.map(([code, name, docs, severity = 'error']) => ({
  code,
  name,
  severity,
  docs,
}));

const known = new Set(shapeCodes.map(({ code }) => code));

/** True for the code of a check of shape; LW100 to LW129 are theirs, those to come too. */
export function isShapeCode(code: string): boolean {
  return known.has(code) || /^LW1[0-2]\d$/.test(code);
}
