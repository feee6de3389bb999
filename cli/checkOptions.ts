import { InvalidArgumentError } from 'commander';
import { severityChoices, type Severities } from '../protocol/problem.ts';

const formats = ['human', 'json', 'sarif', 'github', 'junit', 'openlineage'] as const;
export type CheckFormat = (typeof formats)[number];

/** Reads `--format`. Throws InvalidArgumentError. */
export function readFormat(text: string): CheckFormat {
  const format = formats.find((candidate) => candidate === text);
  if (!format) throw new InvalidArgumentError(`Formats: ${formats.join(', ')}.`);
  return format;
}

/** Reads `--severity LW412=off`; `check` knows the codes. Throws InvalidArgumentError. */
export function readSeverity(text: string, before: Severities = {}): Severities {
  const [code = '', choice = ''] = text.split('=');
  const severity = severityChoices.find((candidate) => candidate === choice);
  if (!severity) throw new InvalidArgumentError(`Severities: ${severityChoices.join(', ')}.`);
  return { ...before, [code]: severity };
}
