import { randomBytes } from 'node:crypto';
import { Uri } from 'vscode';
import type { Webview } from 'vscode';
import { htmlPage } from '../../words/html.ts';
import type { ViewName } from '../../protocol/webview.ts';

/** The page of a view. Scripts only with the nonce, styles only from the extension, nothing from the network. */
export function viewHtml(webview: Webview, dist: Uri, view: ViewName, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const asset = (file: string): string => webview.asWebviewUri(Uri.joinPath(dist, 'webviews', file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return htmlPage({
    policy,
    title,
    head: `<link rel="stylesheet" href="${asset('codicon.css')}" id="vscode-codicon-stylesheet" nonce="${nonce}">
<link rel="stylesheet" href="${asset(`${view}.css`)}">`,
    body: `<body>
<main id="view"></main>
<script nonce="${nonce}" src="${asset(`${view}.js`)}"></script>
</body>`,
  });
}
