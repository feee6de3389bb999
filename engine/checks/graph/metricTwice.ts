import { posix } from 'node:path';
import type { Place } from '../../../protocol/problem.ts';
import { pathsOverlap } from '../../base/glob.ts';
import { numbersOfFile } from '../../stages/numbersOfFile.ts';
import { cmdStages } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

/** Metrics that a finding names. */
const mostNamed = 3;

/** A file with metrics. */
interface MetricFile {
  /** The stage that writes it; null when that is not known. */
  stage: string | null;
  file: string;
  place: Place;
}

export const metricTwice: Rule = {
  code: 'LW227',
  name: 'metric-twice',
  severity: 'warning',
  docs: 'Two commands, or two files of one command, write a metric of the same name. In a run each keeps its value under a name of its own: `stage:name`, or `file:name` for files of one stage. Filters, charts and objectives need that name. Give the metrics different names to keep short ones. Seen once the files exist; the `metrics` of a whole dvc.yaml count too.',
  example: {
    wrong:
      'us: { cmd: python eval.py us, metrics: [us.json] } # {"accuracy": 0.9}\nuk: { cmd: python eval.py uk, metrics: [uk.json] } # {"accuracy": 0.8}',
    right:
      'us: { cmd: python eval.py us, metrics: [us.json] } # {"us_accuracy": 0.9}\nuk: { cmd: python eval.py uk, metrics: [uk.json] } # {"uk_accuracy": 0.8}',
  },
  check(context) {
    const earlier = new Map<string, MetricFile>();
    for (const own of [...filesOfStages(context), ...filesOfDvc(context)]) {
      const shared = new Map<MetricFile, string[]>();
      for (const key of metricsIn(context, own.file)) {
        const other = earlier.get(key);
        if (other) shared.set(other, [...(shared.get(other) ?? []), key]);
        else earlier.set(key, own);
      }
      for (const [other, keys] of shared) {
        const named = keys
          .slice(0, mostNamed)
          .map((key) => `\`${key}\``)
          .join(', ');
        const more = keys.length > mostNamed ? ` and ${keys.length - mostNamed} more` : '';
        const names = prefixes(other, own).map((prefix) => `\`${prefix}:${keys[0] ?? ''}\``);
        context.reportPlace(
          own.place,
          `${named}${more} ${keys.length === 1 ? 'is' : 'are'} in \`${other.file}\` too. Runs keep them apart as ${names.join(' and ')}.`,
          { related: [{ ...other.place, message: `\`${other.file}\` is written here` }] },
        );
      }
    }
  },
};

function filesOfStages(context: CheckContext): MetricFile[] {
  return cmdStages(context.config).flatMap(([stage, { metrics }]) =>
    (metrics ?? []).map((file, i) => ({ stage, file, place: placeOf(context, ['stages', stage, 'metrics', i]) })),
  );
}

/** The files under the `metrics` of a whole dvc.yaml, without those of stages. */
function filesOfDvc({ project, config, graph }: CheckContext): MetricFile[] {
  const { dvc, files, file: projectFile } = project;
  const ofStages = cmdStages(config).flatMap(([, { metrics }]) => metrics ?? []);
  return [...(dvc?.metricPlaces ?? [])].flatMap(([path, range]) => {
    const inside = files.glob(posix.join(path, '**/*')).filter((file) => /\.(?:json|ya?ml|toml|py)$/i.test(file));
    return (inside.length > 0 ? inside : [path])
      .filter((file) => !ofStages.some((own) => pathsOverlap(own, file)))
      .map((file) => ({
        stage: [...graph.stages.values()].find(({ outs }) => outs.some((out) => pathsOverlap(out, file)))?.name ?? null,
        file,
        place: projectFile.parsed.lines.place(projectFile.path, range),
      }));
  });
}

function placeOf(context: CheckContext, path: readonly (string | number)[]): Place {
  const { message: _, ...place } = context.place(path, '');
  return place;
}

/** The text before the name of a metric that two files hold. */
function prefixes(one: MetricFile, two: MetricFile): string[] {
  const isApart = one.stage !== null && two.stage !== null && one.stage !== two.stage;
  return [one, two].map(({ stage, file }) => (isApart && stage !== null ? stage : file));
}

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
