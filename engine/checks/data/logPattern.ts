import { readPattern, type PatternProblem } from '../../data/logs/linePattern.ts';
import { didYouMean } from '../../base/didYouMean.ts';
import { stagesOf } from '../lookUp.ts';
import { nodeAt } from '../../project/located.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

export const logPattern: Rule = {
  code: 'LW329',
  name: 'log-pattern',
  severity: 'error',
  docs: 'The pattern of a log is no regular expression that can be run in linear time, has no named group, or is missing; or a group is no field of the schema, whose text is then dropped. Give each part of a line that you need a group with the name of its field.',
  example: {
    wrong: "from: { logs: app.log, format: pattern, pattern: '^(\\S+) (?=ERROR)(.*)$' }",
    right: "from: { logs: app.log, format: pattern, pattern: '^(?<time>\\S+) (?<level>ERROR) (?<message>.*)$' }",
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'collect')) {
      const { from, dataset } = stage.with;
      if (!('logs' in from)) continue;
      const at = ['stages', name, 'with', 'from'];
      if (from.continued !== undefined) {
        const read = readPattern(`(?<_>${from.continued})`);
        if ('message' in read) report(context, [...at, 'continued'], from.continued, { ...read, at: read.at - 5 });
      }
      if (from.timezone !== undefined && !isTimezone(from.timezone))
        context.report(
          [...at, 'timezone'],
          `There is no time zone \`${from.timezone}\`. Use a name such as Europe/Berlin, or UTC.`,
        );
      if (from.format !== 'pattern') {
        if (from.pattern !== undefined)
          context.reportKey(
            [...at, 'pattern'],
            `\`pattern\` is only for \`format: pattern\`; the format is ${from.format}.`,
          );
        continue;
      }
      if (from.pattern === undefined) {
        context.report([...at, 'format'], '`format: pattern` needs `pattern`, a regular expression with named groups.');
        continue;
      }
      const read = readPattern(from.pattern);
      if ('message' in read) {
        report(context, [...at, 'pattern'], from.pattern, read);
        continue;
      }
      const fields = context.schemaOf(dataset)?.fields.map((field) => field.name);
      const unknown = fields ? read.groups.filter((group) => group !== null && !fields.includes(group)) : [];
      for (const group of unknown) {
        const near = didYouMean(group ?? '', fields ?? []);
        context.report(
          [...at, 'pattern'],
          `The group \`${group}\` is no field of the schema of \`${dataset}\`, so its text is dropped.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
          { severity: 'warning' },
        );
      }
    }
  },
};

/** Reports a problem at its place inside a pattern; at the whole pattern when it is not written as it is read. */
function report(context: CheckContext, path: Path, pattern: string, { message, at }: PatternProblem): void {
  const { file, resolved } = context.project;
  const says = `\`${path.at(-1)}\` ${message}.`;
  const range = nodeAt(resolved.root ?? undefined, path)?.range;
  const inside = range ? file.parsed.text.slice(range.start, range.end).indexOf(pattern) : -1;
  if (!range || inside === -1) return context.report(path, says);
  const start = Math.min(range.start + inside + Math.max(0, at), range.end - 1);
  context.reportPlace(file.parsed.lines.place(file.path, { start, end: start + 1 }), says);
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
