import { ThemeColor, Uri, window } from 'vscode';
import type { Disposable } from 'vscode';

const scheme = 'loopwright-last-good';

/** Rows of the last good state have such an address, which is the only way to colour the words of a row. */
export function lastGoodUri(id: string): Uri {
  return Uri.from({ scheme, path: `/${id}` });
}

/** Makes the rows of the last good state grey. */
export function lastGoodDecoration(): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration: (uri) =>
      uri.scheme === scheme ? { color: new ThemeColor('disabledForeground') } : undefined,
  });
}
