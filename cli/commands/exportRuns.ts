import { resolve } from 'node:path';
import { ProjectError } from '../../engine/base/errors.ts';
import { exportFileStore } from '../../engine/transfer/exportFileStore.ts';
import { exportServer } from '../../engine/transfer/exportServer.ts';
import type { ExportCounts, ExportOptions } from '../../engine/transfer/exportedRuns.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { bar } from '../terminal.ts';
import { plural } from '../../words/numbers.ts';

export interface ExportRunsOptions {
  to?: string;
  filter?: string;
  experiment?: string;
}

const mostProblems = 20;

/**
 * `loopwright export --to PLACE`: writes runs and models into an MLflow file store, or sends them to an MLflow server.
 */
export async function exportRunsTo(context: CommandContext, given: ExportRunsOptions): Promise<number> {
  const { terminal } = context;
  if (given.to === undefined)
    throw new ProjectError('Name the destination with `--to mlruns:FOLDER` or `--to http://SERVER`.');
  const options: ExportOptions = {
    filter: given.filter,
    experiment: given.experiment,
    signal: context.signal,
    onProgress: (text, share) => terminal.progress(share === null ? text : `${bar(share)} ${text}`),
  };
  const store = context.store();
  const folder = /^mlruns:(.+)$/.exec(given.to)?.[1];
  let counts: ExportCounts;
  if (folder !== undefined) counts = await exportFileStore(store, resolve(folder), options);
  else if (/^https?:\/\/[^/]/.test(given.to) && URL.canParse(given.to))
    counts = await exportServer(store, given.to, options);
  else
    throw new ProjectError(
      `\`--to ${given.to}\` is not a valid destination. Use \`mlruns:FOLDER\`, or the address of an MLflow server such as \`http://127.0.0.1:5000\`.`,
    );
  terminal.progress(null);
  if (context.json) context.printJson(counts);
  else {
    for (const { file, message } of counts.problems.slice(0, mostProblems)) terminal.note(`${file}: ${message}`);
    if (counts.problems.length > mostProblems)
      terminal.note(`… and ${counts.problems.length - mostProblems} more; \`--json\` lists all.`);
    const added = [
      [counts.experiments, 'experiment'],
      [counts.runs, 'run'],
      [counts.points, 'point'],
      [counts.models, 'logged model'],
      [counts.registeredModels, 'registered model'],
      [counts.modelVersions, 'model version'],
      [counts.artifacts, 'artifact file'],
    ] as const;
    const rest = [
      ...(counts.updated > 0 ? [`${counts.updated} went on`] : []),
      ...(counts.unchanged > 0 ? [`${counts.unchanged} there already`] : []),
      ...(counts.skipped > 0 ? [`${counts.skipped} left out`] : []),
    ];
    const models = [
      ...(counts.modelsUpdated > 0 ? [`${counts.modelsUpdated} went on`] : []),
      ...(counts.modelsSkipped > 0 ? [`${counts.modelsSkipped} not whole`] : []),
    ];
    terminal.line(
      `Wrote ${
        added
          .filter(([n]) => n > 0)
          .map(([n, what]) => plural(n, what))
          .join(', ') || 'nothing new'
      }${rest.length > 0 ? `; of the runs ${rest.join(', ')}` : ''}${models.length > 0 ? `; of the models ${models.join(', ')}` : ''} (${counts.to}).`,
    );
  }
  return counts.skipped + counts.modelsSkipped > 0 ? exitCodes.failed : exitCodes.done;
}
