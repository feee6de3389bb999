import { exactTime } from '../../words/times.ts';
import { escapeHtml } from '../../words/html.ts';

interface Element {
  name: string;
  /** The opening tag as written. */
  tag: string;
  children: (Element | string)[];
  isClosed: boolean;
}

/** Readable elements. A saved page keeps these, and everything inside a drawing. */
const readable = new Set(
  (
    'article aside b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure footer ' +
    'h1 h2 h3 h4 h5 h6 header hr i img ins kbd label li main mark ol p pre q s samp section small span strong sub ' +
    'summary sup svg table tbody td tfoot th thead time tr u ul var wbr'
  ).split(' '),
);
const withoutEnd = new Set(['br', 'col', 'hr', 'img', 'input', 'wbr']);
const pieces = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<(\/?)([a-z][\w:-]*)(?:"[^"]*"|'[^']*'|[^"'>])*>/gi;

/**
 * HTML for a page without scripts: controls are removed with their labels, links that need a script become text,
 * relative times become dates, and details are open.
 */
export function withoutControls(html: string): string {
  return parse(html).map(written).join('');
}

/** The tree of markup written by the program. */
function parse(html: string): (Element | string)[] {
  const root: Element = { name: '', tag: '', children: [], isClosed: false };
  const open = [root];
  let from = 0;
  for (const found of html.matchAll(pieces)) {
    const [tag, slash, name = ''] = found;
    const children = (open.at(-1) ?? root).children;
    children.push(html.slice(from, found.index));
    from = found.index + tag.length;
    if (name === '') {
      if (!tag.startsWith('<!--')) children.push(tag);
    } else if (slash === '') {
      const element = { name, tag, children: [], isClosed: withoutEnd.has(name) || tag.endsWith('/>') };
      children.push(element);
      if (!element.isClosed) open.push(element);
    } else
      open.length = Math.max(
        1,
        open.findLastIndex((one) => one.name === name),
      );
  }
  root.children.push(html.slice(from));
  return root.children;
}

function written(node: Element | string): string {
  if (typeof node === 'string') return node;
  const { name, tag, children, isClosed } = node;
  if (name === 'button' && / class="link"/.test(tag)) return children.map(written).join('');
  if (!readable.has(name) || (name === 'label' && children.some(isControl))) return '';
  if (isClosed) return tag;
  if (name === 'svg') return drawing(node);
  const at = name === 'time' ? /^<time datetime="([^"]*)"/.exec(tag)?.[1] : undefined;
  if (at !== undefined) return `<time datetime="${at}">${escapeHtml(exactTime(Date.parse(at)))}</time>`;
  return `${name === 'details' ? '<details open>' : readOnly(tag)}${children.map(written).join('')}</${name}>`;
}

function isControl(node: Element | string): boolean {
  return typeof node !== 'string' && (!readable.has(node.name) || node.children.some(isControl));
}

function drawing(node: Element | string): string {
  if (typeof node === 'string') return node;
  const { name, tag, children, isClosed } = node;
  return isClosed ? readOnly(tag) : `${readOnly(tag)}${children.map(drawing).join('')}</${name}>`;
}

/** A tag without attributes that only keyboard use needs. */
function readOnly(tag: string): string {
  return tag.replaceAll(/ tabindex="0"| role="application"/g, '');
}
