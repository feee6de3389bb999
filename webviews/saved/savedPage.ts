import codiconStyles from '@vscode/codicons/dist/codicon.css';
import codiconFont from '@vscode/codicons/dist/codicon.ttf';
import { escapeHtml, htmlPage } from '../../words/html.ts';
import { exactTime } from '../../words/times.ts';
import { renderTemplate } from './renderTemplate.ts';
import { darkVariables, lightVariables } from './savedThemes.ts';
import { withoutControls } from './withoutControls.ts';

export interface SavedPageParts {
  title: string;
  content: unknown;
  styles: readonly string[];
  savedAt: number;
}

/** Forbids scripts and network access, whatever the data contains. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'";

/** One HTML document without dependencies: light or dark by the reader's setting, light in print. */
export function savedPage({ title, content, styles, savedAt }: SavedPageParts): string {
  const body = withoutControls(renderTemplate(content));
  return htmlPage({
    policy,
    title,
    head: `<style>${[variables, ...styles, iconStyles(body), pageStyles].join('\n')}</style>`,
    body: `<body class="saved">
<main id="view">${body}</main>
<footer class="saved-footer">Saved on ${escapeHtml(exactTime(savedAt))} (${escapeHtml(timeZone())}) with Loopwright. Times are in this time zone.</footer>
</body>`,
  });
}

function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The icons on the page, from a font embedded in it. */
function iconStyles(body: string): string {
  const used = new Set([...body.matchAll(/codicon-([\w-]+)/g)].map(([, name]) => name));
  const rules = [...codiconStyles.matchAll(/\.codicon-([\w-]+):before\s*\{[^}]*\}/g)]
    .filter(([, name]) => used.has(name))
    .map(([rule]) => rule);
  if (rules.length === 0) return '';
  return `@font-face{font-family:codicon;src:url(${codiconFont}) format("truetype")}
.codicon{font:normal normal normal 16px/1 codicon;display:inline-block;text-rendering:auto;-webkit-font-smoothing:antialiased}
${rules.join('\n')}`;
}

const declared = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}:${value}`)
    .join(';');
const variables = `:root{color-scheme:light dark;--vscode-font-family:system-ui,"Segoe UI","Noto Sans",sans-serif;--vscode-font-size:14px;--vscode-editor-font-family:ui-monospace,Consolas,monospace;${declared(lightVariables)}}
@media screen and (prefers-color-scheme:dark){:root{${declared(darkVariables)}}}`;
const pageStyles = `html,body{height:auto}
body.saved .title,body.saved .drift header{position:static}
.saved-footer{max-width:960px;margin:0 auto;padding:0 28px 28px;color:var(--vscode-descriptionForeground);font-size:.9em}
.only-dark{display:none}.only-light svg,.only-dark svg{max-width:100%;height:auto}
@media screen and (prefers-color-scheme:dark){.only-light{display:none}.only-dark{display:block}body.saved{--now:#56b4e9;--drifted:#e69f00;--broken:#dd8fbc}}
@media print{body{background:#fff;color:#000}section,figure,tr{break-inside:avoid}.wide{overflow:visible}}`;
