import { basename, dirname } from 'node:path';
import { Uri, window, workspace } from 'vscode';
import { commandIds } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { mayRun } from './ask.ts';
import type { CommandContext } from './context.ts';

export const dataFilters = {
  Tables: ['csv', 'tsv', 'parquet', 'pq', 'json', 'jsonl', 'ndjson', 'gz'],
  'All files': ['*'],
};

/** Commands about one data file, wherever it lies: in a project or not, in the window's folders or not. */
export function fileCommands(
  context: CommandContext,
): Partial<Record<CommandId, (file: string | undefined) => Promise<void>>> {
  const asked = async (given: string | undefined, title: string): Promise<string | undefined> => {
    if (!(await mayRun())) return undefined;
    if (given !== undefined) return given;
    const open = window.activeTextEditor?.document.uri;
    if (open?.scheme === 'file' && /\.(csv|tsv|jsonl?|ndjson)$/i.test(open.fsPath)) return open.fsPath;
    const [picked] =
      (await window.showOpenDialog({ canSelectMany: false, title, openLabel: 'Open', filters: dataFilters })) ?? [];
    return picked?.fsPath;
  };
  return {
    [commandIds.openProfile]: async (given) => {
      const file = await asked(given, 'Profile which data?');
      if (file !== undefined)
        context.panels.showFolder('profile', dirname(file), {
          subject: { kind: 'file', path: basename(file) },
          against: null,
        });
    },
    [commandIds.createSchema]: async (given) => {
      const file = await asked(given, 'Create a schema for which data?');
      if (file === undefined) return;
      const root = workspace.getWorkspaceFolder(Uri.file(file))?.uri.fsPath ?? dirname(file);
      const folder = context.folders.use(root);
      try {
        const { path, made } = await window.withProgress(
          { location: { viewId: 'workbench.view.explorer' }, title: `Reading ${basename(file)}` },
          () => folder.engine.request('start/schema', { path: file }),
        );
        await window.showTextDocument(Uri.file(path), { preview: false });
        if (!made) void window.showInformationMessage(`${basename(path)} already exists and was not changed.`);
      } finally {
        context.folders.release(root);
      }
    },
  };
}
