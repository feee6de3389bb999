import { html } from 'lit';
import type { TemplateResult } from 'lit';
import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';

type Part = TemplateResult | string | Part[];

// CommonMark with tables and bare links. HTML and images in the source remain text: a note loads nothing.
const parser = new MarkdownIt({ html: false, linkify: true }).disable('image');
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
parser.validateLink = (url) => /^https?:\/\//i.test(url);

/**
 * Renders Markdown as elements. Text stays text, and links other than http and https stay as written. markdown-it
 * parses; its HTML renderer is not used. It stops at a hundred levels of quotes or lists.
 */
export function markdown(source: string): TemplateResult {
  return html`<div class="markdown">${partsOf(parser.parse(source, {}).values())}</div>`;
}

/** Reads tokens up to the one that closes the current element. */
function partsOf(tokens: Iterator<Token>): Part[] {
  const parts: Part[] = [];
  for (let next = tokens.next(); !next.done && next.value.nesting !== -1; next = tokens.next())
    parts.push(next.value.nesting === 1 ? element(next.value, partsOf(tokens)) : leaf(next.value));
  return parts;
}

function leaf({ type, content, children }: Token): Part {
  switch (type) {
    case 'inline':
      return partsOf((children ?? []).values());
    case 'code_inline':
      return html`<code>${content}</code>`;
    case 'fence':
    case 'code_block':
      return html`<pre>${content.replace(/\n$/, '')}</pre>`;
    case 'hr':
      return html`<hr />`;
    // A line break in a note is a line break on the page.
    case 'softbreak':
    case 'hardbreak':
      return html`<br />`;
    default:
      return content;
  }
}

function element(token: Token, content: Part[]): Part {
  switch (token.type) {
    case 'heading_open': {
      const level = Number(token.tag.slice(1));
      return html`<p class="heading level-${level}" role="heading" aria-level=${Math.min(6, level + 2)}>${content}</p>`;
    }
    case 'paragraph_open':
      return token.hidden ? content : html`<p>${content}</p>`;
    case 'blockquote_open':
      return html`<blockquote>${content}</blockquote>`;
    case 'bullet_list_open':
      return html`<ul>
        ${content}
      </ul>`;
    case 'ordered_list_open':
      return html`<ol start=${token.attrGet('start') ?? 1}>
        ${content}
      </ol>`;
    case 'list_item_open':
      return html`<li>${content}</li>`;
    case 'table_open':
      return html`<div class="wide">
        <table class="plain">
          ${content}
        </table>
      </div>`;
    case 'thead_open':
      return html`<thead>
        ${content}
      </thead>`;
    case 'tbody_open':
      return html`<tbody>
        ${content}
      </tbody>`;
    case 'tr_open':
      return html`<tr>
        ${content}
      </tr>`;
    case 'th_open':
      return html`<th scope="col">${content}</th>`;
    case 'td_open':
      return html`<td>${content}</td>`;
    case 'strong_open':
      return html`<strong>${content}</strong>`;
    case 'em_open':
      return html`<em>${content}</em>`;
    case 's_open':
      return html`<s>${content}</s>`;
    case 'link_open':
      return html`<a href=${token.attrGet('href') ?? ''} title=${token.attrGet('href') ?? ''}>${content}</a>`;
    default:
      return content;
  }
}
