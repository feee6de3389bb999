import type { ArtifactContent } from '../../../protocol/runs.ts';
import { bytesOf } from '../../ui/series.ts';
import { imageSource } from '../files/imageData.ts';

/** The forms of a preview. */
export type Preview =
  | { kind: 'image'; source: string }
  | { kind: 'text'; text: string; cut: boolean }
  | { kind: 'table'; header: string[]; rows: string[][]; cut: boolean }
  | { kind: 'none'; why: string };

const shownBytes = 200_000;
const shownRows = 100;
const shownColumns = 50;

/** Larger files are not requested, because the response would contain the whole file. */
export const previewBytes = 8_000_000;

const known = new WeakMap<ArtifactContent, Preview>();

/** The beginning of a file in a readable form. */
export function previewOf(content: ArtifactContent): Preview {
  const preview = known.get(content) ?? read(content);
  known.set(content, preview);
  return preview;
}

function read(content: ArtifactContent): Preview {
  const { path, base64, problem } = content;
  if (base64 === null) return { kind: 'none', why: problem ?? 'This file cannot be shown.' };
  const source = imageSource(content);
  if (source !== null) return { kind: 'image', source };
  const bytes = bytesOf(base64);
  const head = bytes.subarray(0, shownBytes);
  if (head.includes(0)) return { kind: 'none', why: 'This file is not text.' };
  const cut = bytes.length > shownBytes;
  const text = new TextDecoder().decode(head);
  if (/\.json$/i.test(path) && !cut) return { kind: 'text', text: indented(text), cut };
  const separator = /\.csv$/i.test(path) ? ',' : /\.tsv$/i.test(path) ? '\t' : null;
  if (separator === null) return { kind: 'text', text, cut };
  const rows = csvRows(text, separator, shownRows + 2);
  // The last row of the beginning may be truncated.
  if (cut && rows.length < shownRows + 2) rows.pop();
  const [header = [], ...body] = rows.map((row) => row.slice(0, shownColumns));
  return { kind: 'table', header, rows: body.slice(0, shownRows), cut: cut || body.length > shownRows };
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The first rows of a CSV (RFC 4180: quotes may contain separators, line breaks and doubled quotes). */
export function csvRows(text: string, separator: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length && rows.length < most; i++) {
    const character = text[i] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === separator) {
      row.push(field);
      field = '';
    } else if (character === '\n') {
      rows.push([...row, field.replace(/\r$/, '')]);
      row = [];
      field = '';
    } else field += character;
  }
  if (rows.length < most && (field !== '' || row.length > 0)) rows.push([...row, field]);
  return rows;
}
