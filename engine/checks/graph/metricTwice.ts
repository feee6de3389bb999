import { numbersOfFile } from '../../stages/numbersOfFile.ts';
import { cmdStages } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

/** Metrics that a finding names. */
const mostNamed = 3;

export const metricTwice: Rule = {
  code: 'LW227',
  name: 'metric-twice',
  severity: 'warning',
  docs: 'Two commands, or two files of one command, write a metric of the same name. In a run each keeps its value under a name of its own: `stage:name`, or `file:name` for files of one stage. Filters, charts and objectives need that name. Give the metrics different names to keep short ones. Seen once the files exist.',
  example: {
    wrong:
      'us: { cmd: python eval.py us, metrics: [us.json] } # {"accuracy": 0.9}\nuk: { cmd: python eval.py uk, metrics: [uk.json] } # {"accuracy": 0.8}',
    right:
      'us: { cmd: python eval.py us, metrics: [us.json] } # {"us_accuracy": 0.9}\nuk: { cmd: python eval.py uk, metrics: [uk.json] } # {"uk_accuracy": 0.8}',
  },
  check(context) {
    const earlier = new Map<string, { stage: string; file: string; place: ReturnType<CheckContext['place']> }>();
    for (const [stage, { metrics }] of cmdStages(context.config))
      for (const [i, file] of (metrics ?? []).entries()) {
        const shared = new Map<string, string[]>();
        const own = {
          stage,
          file,
          place: context.place(['stages', stage, 'metrics', i], `\`${file}\` is written here`),
        };
        for (const key of metricsIn(context, file)) {
          const other = earlier.get(key);
          if (other) shared.set(other.file, [...(shared.get(other.file) ?? []), key]);
          else earlier.set(key, own);
        }
        for (const [otherFile, keys] of shared) {
          const other = earlier.get(keys[0] ?? '');
          if (!other) continue;
          const prefixes = other.stage === stage ? [otherFile, file] : [other.stage, stage];
          const named = keys
            .slice(0, mostNamed)
            .map((key) => `\`${key}\``)
            .join(', ');
          const more = keys.length > mostNamed ? ` and ${keys.length - mostNamed} more` : '';
          context.report(
            ['stages', stage, 'metrics', i],
            `${named}${more} ${keys.length === 1 ? 'is' : 'are'} in \`${otherFile}\` too. Runs keep them apart as ${prefixes.map((prefix) => `\`${prefix}:${keys[0] ?? ''}\``).join(' and ')}.`,
            { related: [other.place] },
          );
        }
      }
  },
};

/** The names of the numbers in a metrics file; none when it is not there or cannot be read. */
function metricsIn({ project }: CheckContext, file: string): string[] {
  try {
    const content = project.files.read(file);
    if (content === null) return [];
    return Object.keys(numbersOfFile(file, typeof content === 'string' ? content : new TextDecoder().decode(content)));
  } catch {
    return [];
  }
}
