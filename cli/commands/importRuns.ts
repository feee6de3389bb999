import { resolve } from 'node:path';
import { ProjectError } from '../../engine/base/errors.ts';
import type { Store } from '../../engine/store/store.ts';
import type { Tell, TransferProblem } from '../../engine/transfer/records.ts';
import { importSource } from '../../engine/transfer/importSource.ts';
import { openServer } from '../../engine/transfer/openServer.ts';
import { importKinds, openSource } from '../../engine/transfer/openSource.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { bar } from '../terminal.ts';
import { plural } from '../../words/numbers.ts';

export interface ImportRunsOptions {
  kind?: string;
  dryRun?: boolean;
}

const mostProblems = 20;

/** `loopwright import PATH`: takes runs of MLflow or TensorBoard into the project. */
export async function importRuns(
  context: CommandContext,
  path: string,
  options: ImportRunsOptions,
  into?: Store,
): Promise<number> {
  const { terminal } = context;
  const kind = importKinds.find((one) => one === options.kind);
  if (options.kind !== undefined && kind === undefined)
    throw new ProjectError(`\`--kind ${options.kind}\` is not valid. Use one of ${importKinds.join(', ')}.`);
  const problems: TransferProblem[] = [];
  const store = into ?? context.store();
  const tell: Tell = (file, message) => void problems.push({ file, message });
  const source = /^https?:\/\//.test(path)
    ? await openServer(path, tell, { signal: context.signal })
    : openSource(resolve(path), kind, tell);
  try {
    const counts = await importSource(store, source, {
      signal: context.signal,
      dryRun: options.dryRun,
      problems,
      onProgress: (text, share) => terminal.progress(share === null ? text : `${bar(share)} ${text}`),
    });
    terminal.progress(null);
    if (context.json) {
      context.printJson({ ...counts, dryRun: options.dryRun ?? false });
      return exitCodes.done;
    }
    for (const { file, message } of counts.problems.slice(0, mostProblems)) terminal.note(`${file}: ${message}`);
    if (counts.problems.length > mostProblems)
      terminal.note(`… and ${counts.problems.length - mostProblems} more; \`--json\` lists all.`);
    const added = (
      [
        [counts.experiments, 'experiment'],
        [counts.runs, 'run'],
        [counts.points, 'point'],
        [counts.artifacts, 'artifact file'],
        [counts.models, 'logged model'],
        [counts.modelVersions, 'model version'],
      ] as const
    )
      .filter(([n]) => n !== 0)
      .map(([n, what]) => plural(n, what));
    const rest = [
      ...(counts.updated > 0 ? [`${counts.updated} continued`] : []),
      ...(counts.unchanged > 0 ? [`${counts.unchanged} already here`] : []),
      ...(counts.skipped > 0 ? [`${counts.skipped} left out`] : []),
    ];
    terminal.line(
      `${options.dryRun ? 'Would add' : 'Added'} ${added.join(', ') || 'nothing'}${rest.length > 0 ? `; of the runs ${rest.join(', ')}` : ''} (${counts.kind} ${counts.source}).`,
    );
    return exitCodes.done;
  } finally {
    source.close();
  }
}
