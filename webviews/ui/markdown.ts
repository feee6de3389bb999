import { html } from 'lit';
import type { TemplateResult } from 'lit';

type Part = TemplateResult | string;

/**
 * A small part of Markdown as elements: headings, lists, quotes, rules, fenced and inline code, strong, emphasis, and
 * links to https and http. Text only ever becomes text: no HTML of the source is read, no image is loaded.
 */
export function markdown(source: string): TemplateResult {
  return html`<div class="markdown">${blocks(source.replaceAll('\r\n', '\n').split('\n'))}</div>`;
}

function blocks(lines: readonly string[]): TemplateResult[] {
  const result: TemplateResult[] = [];
  let at = 0;
  const takeWhile = (fits: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && fits(lines[at] ?? '')) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const fence = /^\s*(```|~~~)/.exec(line)?.[1];
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (fence !== undefined) {
      at++;
      const code = takeWhile((one) => !one.trim().startsWith(fence));
      at++;
      result.push(html`<pre>${code.join('\n')}</pre>`);
    } else if (heading) {
      at++;
      result.push(
        html`<p
          class="heading level-${heading[1]?.length ?? 1}"
          role="heading"
          aria-level=${Math.min(6, (heading[1]?.length ?? 1) + 2)}
        >
          ${inline(heading[2] ?? '')}
        </p>`,
      );
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at++;
      result.push(html`<hr />`);
    } else if (/^\s*>/.test(line))
      result.push(
        html`<blockquote>
          ${blocks(takeWhile((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*>\s?/, '')))}
        </blockquote>`,
      );
    else if (bullet.test(line))
      result.push(
        html`<ul>
          ${takeWhile((one) => bullet.test(one)).map((one) => html`<li>${inline(one.replace(bullet, ''))}</li>`)}
        </ul>`,
      );
    else if (numbered.test(line))
      result.push(
        html`<ol>
          ${takeWhile((one) => numbered.test(one)).map((one) => html`<li>${inline(one.replace(numbered, ''))}</li>`)}
        </ol>`,
      );
    else if (line.trim() === '') at++;
    else {
      const text = takeWhile((one) => one.trim() !== '' && !special.test(one));
      // A line that only looks special to the test above is text all the same.
      if (text.length === 0) text.push(lines[at++] ?? '');
      result.push(html`<p>${text.map((one, index) => html`${index === 0 ? '' : html`<br />`}${inline(one)}`)}</p>`);
    }
  }
  return result;
}

const bullet = /^\s*[-*+]\s+/;
const numbered = /^\s*\d{1,9}[.)]\s+/;
const special = /^\s*(```|~~~|>|[-*+]\s+|\d{1,9}[.)]\s+|#{1,6}\s)/;
const marks =
  /`([^`]+)`|\*\*([^*]+(?:\*[^*]+)*)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|(?<![\p{L}\p{N}])_([^_\s][^_]*)_(?![\p{L}\p{N}])|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"])/gu;

function inline(text: string): Part[] {
  const result: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(marks)) {
    if (found.index > from) result.push(text.slice(from, found.index));
    const [all, code, strong, strong2, weak, weak2, label, target, bare] = found;
    const bold = strong ?? strong2;
    const slanted = weak ?? weak2;
    if (code !== undefined) result.push(html`<code>${code}</code>`);
    else if (bold !== undefined) result.push(html`<strong>${inline(bold)}</strong>`);
    else if (slanted !== undefined) result.push(html`<em>${inline(slanted)}</em>`);
    else result.push(html`<a href=${target ?? bare ?? ''} title=${target ?? bare ?? ''}>${label ?? bare}</a>`);
    from = found.index + all.length;
  }
  if (from < text.length) result.push(text.slice(from));
  return result;
}
