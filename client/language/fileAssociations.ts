import { commands, ConfigurationTarget, languages, window, workspace } from 'vscode';
import type { Disposable, TextDocument } from 'vscode';
import { languageOf, ourAssociations } from './ourFiles.ts';

/**
 * Tells once for each language that took a file of ours, names the setting that did it, and offers to mend it. Checks
 * and completion go by the name of a file, so they stay.
 */
export function fileAssociations(): Disposable {
  const told = new Set<string>();
  const look = async (document: TextDocument): Promise<void> => {
    const wanted = document.uri.scheme === 'file' ? languageOf(document.uri.path) : null;
    if (wanted === null || document.languageId === wanted || told.has(document.languageId)) return;
    told.add(document.languageId);
    await tell(document);
  };
  for (const document of workspace.textDocuments) void look(document);
  return workspace.onDidOpenTextDocument((document) => void look(document));
}

async function tell(document: TextDocument): Promise<void> {
  const name = document.uri.path.split('/').at(-1) ?? '';
  const pattern = patternFor(document);
  const cause =
    pattern === undefined ? 'by another extension or manually' : `by "${pattern}" in the setting files.associations`;
  const mend = 'Use Loopwright';
  const open = 'Open setting';
  const answer = await window.showWarningMessage(
    `${name} has the language mode "${document.languageId}", set ${cause}. Loopwright still checks it, but its highlighting, snippets and indentation are not available.`,
    mend,
    open,
  );
  if (answer === mend) await associate(pattern);
  if (answer === open) await commands.executeCommand('workbench.action.openSettings', 'files.associations');
}

/** The pattern of the setting that gave a file its language. */
function patternFor(document: TextDocument): string | undefined {
  const set = workspace.getConfiguration('files', document.uri).get<Record<string, string>>('associations', {});
  const isFor = (pattern: string): boolean =>
    languages.match({ pattern: pattern.includes('/') ? pattern : `**/${pattern}` }, document) > 0;
  return Object.entries(set).find(([pattern, language]) => language === document.languageId && isFor(pattern))?.[0];
}

/** Adds the associations of our files where the other one is set: longer patterns win there. */
async function associate(pattern: string | undefined): Promise<void> {
  const files = workspace.getConfiguration('files');
  const set = files.inspect<Record<string, string>>('associations');
  const holds = (value: Record<string, string> | undefined): boolean =>
    pattern !== undefined && value?.[pattern] !== undefined;
  const inUser = holds(set?.globalValue) && !holds(set?.workspaceValue);
  const target =
    inUser || (workspace.workspaceFolders ?? []).length === 0
      ? ConfigurationTarget.Global
      : ConfigurationTarget.Workspace;
  await files.update(
    'associations',
    { ...(target === ConfigurationTarget.Global ? set?.globalValue : set?.workspaceValue), ...ourAssociations },
    target,
  );
}
