import { html } from 'lit';
import type { TemplateResult } from 'lit';

type Mark = 'comment' | 'key' | 'text' | 'number' | 'word';

const yaml =
  /(?<comment>#[^\n]*)|(?<key>[\w.@-]+(?=:(?:\s|$)))|(?<text>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')|(?<number>(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-]))/g;
const sql =
  /(?<comment>--[^\n]*)|(?<text>'(?:[^']|'')*')|(?<key>"(?:[^"]|"")*")|(?<word>\b(?:SELECT|DISTINCT|FROM|WHERE|AND|NOT|IN|IS|NULL|AS|OVER|CAST|VARCHAR)\b)|(?<number>(?<!\w)\d+(?:\.\d+)?(?!\w))/g;

/** A text in pieces with their kinds, for the colours of a preview. */
export function piecesOf(text: string, path: string): { text: string; mark: Mark | null }[] {
  const pattern = /\.ya?ml$/.test(path) ? yaml : path.endsWith('.sql') ? sql : null;
  if (!pattern) return [{ text, mark: null }];
  const pieces: { text: string; mark: Mark | null }[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), mark: null });
    const mark = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0] as Mark | undefined;
    pieces.push({ text: match[0], mark: mark ?? null });
    from = match.index + match[0].length;
  }
  return [...pieces, { text: text.slice(from), mark: null }];
}

export function highlighted(text: string, path: string): TemplateResult {
  return html`<pre class="preview" tabindex="0" aria-label="Preview of ${path}">
${piecesOf(text, path).map((piece) => (piece.mark === null ? piece.text : html`<span class="hl-${piece.mark}">${piece.text}</span>`))}</pre>`;
}
