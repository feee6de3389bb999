import { isGlob } from '../../base/glob.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const outputNotParquet: Rule = {
  code: 'LW228',
  name: 'output-not-parquet',
  severity: 'error',
  docs: 'A `prepare` stage writes one Parquet file, so the path of its output is one file with the extension `.parquet`. A `collect` stage writes one Parquet or CSV file; when its path is a glob, the file is named `collected`. A glob or another extension fails the stage, or writes CSV under a name that other programs read as something else.',
  example: {
    wrong:
      'datasets:\n  features: { path: data/features.csv }\nstages:\n  features: { uses: prepare, with: { sql: f.sql, output: features } }',
    right:
      'datasets:\n  features: { path: data/features.parquet }\nstages:\n  features: { uses: prepare, with: { sql: f.sql, output: features } }',
  },
  check(context) {
    const { config } = context;
    const report = (stage: string, key: 'output' | 'dataset', dataset: string, message: string) =>
      context.report(['datasets', dataset, 'path'], message, {
        related: [context.place(['stages', stage, 'with', key], `\`${stage}\` writes it.`)],
      });
    for (const [name, { with: inputs }] of stagesOf(config, 'prepare')) {
      const path = config.datasets?.[inputs.output]?.path;
      if (path === undefined || (!isGlob(path) && isParquet(path))) continue;
      report(
        name,
        'output',
        inputs.output,
        `\`${name}\` writes one Parquet file, and \`${path}\` is ${isGlob(path) ? 'a glob' : 'not one'}. Use a path such as \`${parquetPath(path)}\`.`,
      );
    }
    for (const [name, { with: inputs }] of stagesOf(config, 'collect')) {
      const path = config.datasets?.[inputs.dataset]?.path;
      if (path === undefined || /\.(parquet|csv|tsv|txt)$/i.test(path)) continue;
      report(
        name,
        'dataset',
        inputs.dataset,
        `\`${name}\` writes one Parquet or CSV file, and \`${path}\` is neither. Use a path such as \`${parquetPath(path)}\`.`,
      );
    }
  },
};

function isParquet(path: string): boolean {
  return /\.parquet$/i.test(path);
}

/** Returns the path of one Parquet file in the place of a glob or of a file of another format. */
function parquetPath(path: string): string {
  const steps = path.replaceAll('\\', '/').split('/');
  const wild = steps.findIndex(isGlob);
  const plain = wild === -1 ? steps : steps.slice(0, wild);
  const last = plain.pop() ?? 'data';
  let stem = last;
  for (let dot = stem.lastIndexOf('.'); /^[a-z0-9]+$/i.test(stem.slice(dot + 1)) && dot !== -1;) {
    stem = stem.slice(0, dot);
    dot = stem.lastIndexOf('.');
  }
  return [...plain, `${stem === '' ? 'data' : stem}.parquet`].join('/');
}
