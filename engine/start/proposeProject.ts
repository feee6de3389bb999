import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import type { Proposal, StartChoice } from '../../protocol/start.ts';
import { ProjectError } from '../base/errors.ts';
import { withDatabase } from '../data/withDatabase.ts';
import { ignoredFiles } from './ignoredFiles.ts';
import { lookAtFolder } from './lookAtFolder.ts';
import { logsAt } from './lookAtLogs.ts';
import { projectNameFor } from './newNames.ts';
import { proposeDatabase, proposeLogs } from './proposeCollection.ts';
import { proposeFromScript } from './proposeFromScript.ts';
import { proposeFromTable } from './proposeFromTable.ts';
import type { TableLooks } from './tableLooks.ts';

/**
 * Returns the files to write for a choice, without writing them. Throws ProjectError or DataError with the next step.
 */
export async function proposeProject(
  root: string,
  { from }: StartChoice,
  looks: TableLooks,
  signal?: AbortSignal,
): Promise<Proposal> {
  refuseSecond(root);
  if (from.kind === 'table')
    return looks.with(root, from.path, from.readAs ?? {}, signal, (db, look) => proposeFromTable(db, root, look, from));
  if (from.kind === 'database') {
    const { path, table, target } = from;
    if (table === null || target === null) return withDatabase(signal, (db) => proposeDatabase(db, root, path, signal));
    return looks.withTable(root, { path, table }, signal, (db, look) =>
      proposeFromTable(db, root, look, { ...from, target }),
    );
  }
  if (from.kind === 'logs') {
    const logs = await logsAt(root, from.paths, signal);
    return withDatabase(signal, (db) => proposeLogs(db, root, logs, signal));
  }
  if (from.kind === 'script')
    return proposeFromScript(await lookAtFolder(root, { sources: false, ...(signal && { signal }) }), from.path);
  return proposeImport(root);
}

/** Throws ProjectError when a project file exists. */
export function refuseSecond(root: string): void {
  const there = projectFileNames.find((name) => existsSync(join(root, name)));
  if (there !== undefined)
    throw new ProjectError(
      `${join(root, there)} already exists; nothing was changed. Open it, or create the project in another folder.`,
    );
}

/** Returns a project for imported runs, without a stage. */
function proposeImport(root: string): Proposal {
  const text = `# Contains imported runs. Programs that use MLflow log here too, from the terminals of the editor or under \`loopwright track\`.
version: 1
project: ${projectNameFor(root)}

# Add a stage to run a program from here, such as train: { cmd: python train.py, deps: [train.py] }
stages: {}
`;
  return {
    files: [
      { path: 'loopwright.yaml', how: 'new', about: 'a project for the runs', text },
      ...ignoredFiles(root, ['.loopwright/']),
    ],
    leftOut: [],
    features: null,
    notes: [],
  };
}
