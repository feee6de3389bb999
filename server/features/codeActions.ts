import { CodeActionKind, type CodeAction, type Diagnostic } from 'vscode-languageserver';
import type { Workspace } from '../workspace.ts';

/** A fix for each finding that knows what was meant. */
export function provideCodeActions(workspace: Workspace, uri: string, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const document = workspace.document(uri);
  return diagnostics.flatMap((diagnostic) => {
    const message = typeof diagnostic.message === 'string' ? diagnostic.message : diagnostic.message.value;
    const meant = diagnostic.source === 'loopwright' ? /Did you mean `([^`]+)`\?$/.exec(message)?.[1] : undefined;
    if (meant === undefined || !document) return [];
    const written = document.getText(diagnostic.range);
    const wrong = /`([^`]+)`/.exec(message)?.[1] ?? '';
    const newText = written.includes('${') ? written.replaceAll(`.${wrong}`, `.${meant}`) : plain(meant);
    return [{ title: `Change to ${meant}`, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, edit: { changes: { [uri]: [{ range: diagnostic.range, newText }] } } }];
  });
}

/** Names that YAML would read as something else are quoted. */
function plain(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name) ? name : JSON.stringify(name);
}
