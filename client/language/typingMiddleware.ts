import { commands, window, workspace } from 'vscode';
import type { CompletionItem } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { CompletionData } from '../../protocol/languageServer.ts';
import { contextKeys } from '../commandIds.ts';

type Item = CompletionItem & { data?: CompletionData };

/** Keeps completion and indentation from changing text that a person types without choosing anything. */
export function typingMiddleware(): Middleware {
  let enterAccepts = false;
  /** Set before the list is shown; the key binding of Enter in package.json reads it. */
  const setEnterAccepts = async (accepts: boolean): Promise<void> => {
    if (accepts === enterAccepts) return;
    enterAccepts = accepts;
    await commands.executeCommand('setContext', contextKeys.enterAccepts, accepts);
  };
  return {
    async provideCompletionItem(document, position, context, token, next) {
      // Asked before anything else is awaited: a letter typed meanwhile would reach the server first, which would then
      // look at the old position in the new text, and a bracket behind the word would be replaced with it. The old list
      // is shown until the new one is there.
      const [result] = await Promise.all([next(document, position, context, token), setEnterAccepts(false)]);
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      const accepts = items.some((item: Item) => item.data?.enterAccepts === true);
      await setEnterAccepts(accepts && !token.isCancellationRequested);
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
