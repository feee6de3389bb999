import type { CollectSource } from '../../project/schema/collectStage.ts';
import type { ProjectFiles } from '../../project/projectFiles.ts';
import { isSqlFile } from '../../project/graph.ts';
import { trackedAt, trackedText } from '../../project/dvc/trackedData.ts';
import { yamlText } from '../../project/edit.ts';
import { absentPaths } from '../absentPaths.ts';
import { literalAt, replaceLiteral } from '../lookUp.ts';
import { nearestFile } from '../nearestFile.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const missingFile: Rule = {
  code: 'LW204',
  name: 'missing-file',
  severity: 'error',
  whole: 'written',
  docs: 'A schema, a SQL file or the data of a stage is not at the path that the project gives, so the stage cannot run. Correct the path or create the file. Data and logs that have not arrived yet are a warning.',
  example: {
    wrong: 'with: { sql: sql/feature.sql, output: features }',
    right: 'with: { sql: sql/features.sql, output: features }',
  },
  check(context) {
    const { datasets, stages } = context.config;
    const { files } = context.project;
    for (const [name, dataset] of Object.entries(datasets ?? {})) {
      if (dataset.schema !== undefined && !files.exists(dataset.schema))
        context.report(['datasets', name, 'schema'], `There is no file \`${dataset.schema}\`.`);
    }
    const { absent } = absentPaths(context);
    for (const [name, stage] of Object.entries(stages)) {
      if ('uses' in stage && stage.uses === 'prepare' && !files.exists(stage.with.sql))
        context.report(['stages', name, 'with', 'sql'], `There is no file \`${stage.with.sql}\`.`);
      if (!('uses' in stage) || stage.uses !== 'collect') continue;
      const { from } = stage.with;
      if ('files' in from) {
        for (const path of [from.files].flat())
          if (absent(path))
            context.report(
              ['stages', name, 'with', 'from', 'files'],
              `No file matches \`${path}\` yet.${trackedAfter(path, files) || nearestAfter(path, files)}`,
              { severity: 'warning' },
            );
      }
      if ('logs' in from) reportLogs(context, name, from.logs);
      const [key, path, what] = placeOf(from);
      if (key !== null && absent(path))
        context.report(
          ['stages', name, 'with', 'from', key],
          `There is no ${what} \`${path}\`.${nearestAfter(path, files)}`,
          { severity: 'warning' },
        );
      if ('query' in from && isSqlFile(from.query) && !files.exists(from.query.trim()))
        context.report(['stages', name, 'with', 'from', 'query'], `There is no file \`${from.query.trim()}\`.`);
    }
    for (const node of context.graph.stages.values()) {
      for (const dataset of node.reads) {
        const path = datasets?.[dataset]?.path;
        if (path === undefined || !absent(path)) continue;
        const tracked = trackedAfter(path, files);
        context.report(
          ['datasets', dataset, 'path'],
          `No file matches \`${path}\` yet${tracked === '' ? ', and no stage writes it' : ''}; \`${node.name}\` reads it.${tracked}`,
          { severity: 'warning' },
        );
      }
    }
  },
};

/** A log that is not there yet can come later, so it is a warning. */
function reportLogs(context: CheckContext, stage: string, logs: string | readonly string[]): void {
  const { file, files } = context.project;
  const { absent } = absentPaths(context);
  for (const [i, path] of [logs].flat().entries()) {
    if (!absent(path)) continue;
    const at = ['stages', stage, 'with', 'from', 'logs', ...(typeof logs === 'string' ? [] : [i])];
    const near = nearestFile(path, files);
    const isWritten = literalAt(file, at) === path;
    context.report(
      at,
      `No log matches \`${path}\` yet.${near === null ? ' The stage fails until there is one.' : ` Did you mean \`${near}\`?`}`,
      {
        severity: 'warning',
        fixes: [
          near === null || !isWritten
            ? null
            : context.fix(`Change to ${near}`, replaceLiteral(file, at, yamlText(near))),
        ],
      },
    );
  }
}

function nearestAfter(path: string, files: ProjectFiles): string {
  const near = nearestFile(path, files);
  return near === null ? '' : ` Did you mean \`${near}\`?`;
}

/** The key and path of a source that is a database or table in the project; null for others. */
function placeOf(from: CollectSource): [key: string | null, path: string, what: string] {
  if ('sqlite' in from) return ['sqlite', from.sqlite, 'database'];
  if ('duckdb' in from) return ['duckdb', from.duckdb, 'database'];
  if ('delta' in from) return ['delta', from.delta, 'folder'];
  return 'iceberg' in from ? ['iceberg', from.iceberg, 'folder'] : [null, '', ''];
}

/** What DVC tracks at a missing path, as a sentence after another; empty for nothing. */
function trackedAfter(path: string, files: ProjectFiles): string {
  const tracked = trackedAt(path, files);
  return tracked ? ` ${trackedText(tracked)}` : '';
}
