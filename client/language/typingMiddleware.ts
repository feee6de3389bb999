import { commands, window, workspace } from 'vscode';
import type { CompletionItem } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { CompletionData } from '../../protocol/languageServer.ts';
import { contextKeys } from '../commandIds.ts';

type Item = CompletionItem & { data?: CompletionData };

/** Keeps completion and indentation from changing text that a person types without choosing anything. */
export function typingMiddleware(): Middleware {
  let enterAccepts = false;
  return {
    async provideCompletionItem(document, position, context, token, next) {
      const result = await next(document, position, context, token);
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      const accepts = items.some((item: Item) => item.data?.enterAccepts === true);
      // Set before the list is shown; the key binding of Enter in package.json reads it.
      if (accepts !== enterAccepts) await commands.executeCommand('setContext', contextKeys.enterAccepts, accepts);
      enterAccepts = accepts;
      return result;
    },
    async provideOnTypeFormattingEdits(document, position, ch, options, token, next) {
      const { version } = document;
      const edits = await next(document, position, ch, options, token);
      const cursor = window.activeTextEditor?.selection.active;
      const isLate = document.version !== version || cursor?.isEqual(position) === false;
      const automatic = workspace.getConfiguration('editor', document).get<string>('autoIndent');
      return isLate || automatic === 'none' || automatic === 'keep' ? [] : edits;
    },
  };
}
