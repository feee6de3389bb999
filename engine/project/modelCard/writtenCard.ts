import { existsSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { projectPath } from '../../base/projectPath.ts';
import { cardFileName } from '../../../protocol/projectFiles.ts';
import type { CardParts } from '../../../protocol/modelCard.ts';
import type { ProjectConfig } from '../schema/projectSchema.ts';

/** The file beside the project in which people write their parts of the card. */
export const cardFile = cardFileName;

/** A card is read by people; what is larger is no card. */
const mostBytes = 1_000_000;

/** The headings that are parts of the card, in the order of a card; the first name of each is the one that is shown. */
export const cardHeadings: Readonly<Record<keyof CardParts, readonly [string, ...string[]]>> = {
  intendedUse: ['Intended use', 'Intended uses', 'Uses', 'Direct use'],
  outOfScope: ['Out-of-scope use', 'Out of scope use', 'Out-of-scope uses', 'Out of scope', 'Misuse'],
  limitations: ['Limitations', 'Bias, risks and limitations', 'Bias, risks, and limitations', 'Known limitations'],
  ethics: ['Ethics', 'Ethical considerations'],
  oversight: ['Oversight', 'Human oversight'],
};

/** The parts of the card that people wrote, and the front matter of the file. */
export interface WrittenCard {
  parts: CardParts;
  /** Keys such as `license`, `language` and `tags`, as Hugging Face reads them; empty without front matter. */
  front: Readonly<Record<string, unknown>>;
}

/** Reads `model-card.md`; what it does not say comes from `card:` of the project. */
export function writtenCard(root: string, config: Pick<ProjectConfig, 'card'>): WrittenCard {
  const file = projectPath(root, cardFile);
  const found = existsSync(file) ? statSync(file) : null;
  const text = found?.isFile() && found.size <= mostBytes ? readFileSync(file, 'utf8') : '';
  const { front, parts } = readWrittenCard(text);
  const { card } = config;
  return {
    front,
    parts: {
      ...parts,
      intendedUse: parts.intendedUse ?? card?.intended_use ?? null,
      limitations: parts.limitations ?? card?.limitations ?? null,
      ethics: parts.ethics ?? card?.ethics ?? null,
    },
  };
}

/** The parts under the headings of a text of Markdown; a part without text is missing. */
export function readWrittenCard(text: string): WrittenCard {
  const { front, body } = splitFront(text);
  const parts: CardParts = { intendedUse: null, outOfScope: null, limitations: null, ethics: null, oversight: null };
  for (const { title, text: written } of sectionsOf(body)) {
    const key = partOf(title);
    if (key && written !== '') parts[key] = parts[key] === null ? written : `${parts[key]}\n\n${written}`;
  }
  return { front, parts };
}

/** The part of the card that a heading names; null for any other heading. */
export function partOf(title: string): keyof CardParts | null {
  const wanted = title
    .trim()
    .toLowerCase()
    .replaceAll(/[*_`:]/g, '');
  const found = Object.entries(cardHeadings).find(([, names]) => names.some((name) => name.toLowerCase() === wanted));
  return found ? (found[0] as keyof CardParts) : null;
}

function splitFront(text: string): { front: Record<string, unknown>; body: string } {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  if (lines[0]?.trim() !== '---') return { front: {}, body: lines.join('\n') };
  const end = lines.findIndex((line, i) => i > 0 && /^(---|\.\.\.)\s*$/.test(line));
  if (end < 0) return { front: {}, body: lines.join('\n') };
  let front: unknown;
  try {
    front = parse(lines.slice(1, end).join('\n'), { maxAliasCount: 20 });
  } catch {
    front = null;
  }
  const isMap = typeof front === 'object' && front !== null && !Array.isArray(front);
  return { front: isMap ? (front as Record<string, unknown>) : {}, body: lines.slice(end + 1).join('\n') };
}

/** A heading in a text of Markdown, with the place of its title as offsets. */
export interface CardHeading {
  title: string;
  level: number;
  start: number;
  end: number;
}

/** The headings of a text of Markdown (ATX, outside fences and front matter), in their order. */
export function cardHeadingsIn(text: string): CardHeading[] {
  const found: CardHeading[] = [];
  let [fence, isFront]: [string | null, boolean] = [null, false];
  for (const match of text.matchAll(/.*(?:\r\n|\r|\n|$)/g)) {
    const line = match[0].replace(/[\r\n]+$/, '');
    if (/^\ufeff?---\s*$/.test(line) && (match.index === 0 || isFront)) isFront = match.index === 0;
    if (isFront) continue;
    const mark = fenceOf(line);
    if (mark !== null && (fence === null || mark.startsWith(fence))) fence = fence === null ? mark : null;
    const heading = fence === null ? headingOf(line) : null;
    if (!heading) continue;
    const start = match.index + line.indexOf(heading.title, line.indexOf('#') + heading.level);
    found.push({ ...heading, start, end: start + heading.title.length });
  }
  return found;
}

const fenceOf = (line: string) => /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;

function headingOf(line: string): { title: string; level: number } | null {
  const [, marks = '', title = ''] = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(line) ?? [];
  return marks === '' ? null : { level: marks.length, title: title.replace(/[ \t]+#+[ \t]*$/, '') };
}

/** The headings of a text with what stands below each, up to the next heading of a part or of no lower level. */
function sectionsOf(body: string): { title: string; text: string }[] {
  const sections: { title: string; level: number; lines: string[] }[] = [];
  let fence: string | null = null;
  for (const line of body.split('\n')) {
    const mark = fenceOf(line);
    if (mark !== null && (fence === null || mark.startsWith(fence))) fence = fence === null ? mark : null;
    const heading = fence === null ? headingOf(line) : null;
    const { level, title } = heading ?? { level: 0, title: '' };
    const open = sections.at(-1);
    // A lower heading that is no part of its own belongs to the part above it.
    if (heading && (!open || level <= open.level || partOf(title) !== null)) sections.push({ title, level, lines: [] });
    else open?.lines.push(line);
  }
  return sections.map(({ title, lines }) => ({ title, text: withoutComments(lines.join('\n')).trim() }));
}

/** Templates say what to write in comments, and those are no text. */
function withoutComments(text: string): string {
  const parts = text.split('<!--');
  return parts.map((part, i) => (i === 0 ? part : part.split('-->').slice(1).join('-->'))).join('');
}
