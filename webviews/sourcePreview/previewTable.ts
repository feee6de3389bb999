import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PreviewColumn, RowFault, SourcePreview } from '../../protocol/sourcePreview.ts';
import { absent, count } from '../../words/numbers.ts';
import { icon } from '../ui/pieces.ts';
import type { Slice } from '../ui/table/slices.ts';
import type { Actions, Model } from './model.ts';

export const rowHeight = 28;

/** Longest text of a cell; the whole value is its tooltip. */
const longest = 120;

/** Most columns that are drawn; a table of thousands would take seconds to draw. */
export const mostColumns = 200;

/** The rows as the source gives them, each value that does not fit marked with its reason. */
export function previewTable(model: Model, preview: SourcePreview, actions: Actions, slice: Slice): TemplateResult {
  const { shown, active } = model;
  const faults = faultsByRow(preview.faults);
  const columns = preview.columns.slice(0, mostColumns);
  const right = columns.map(({ type }) => isNumber(type));
  const width = columns.length + 1;
  const space = (rows: number) =>
    rows === 0
      ? nothing
      : html`<tr class="space" aria-hidden="true">
          <td colspan=${width} height=${rows * rowHeight}></td>
        </tr>`;
  return html`<div class="scroller" @scroll=${() => actions.scrolled()}>
    <table
      class="values"
      tabindex="0"
      aria-label="Rows of ${preview.source}"
      aria-rowcount=${shown.length + 1}
      aria-colcount=${preview.columns.length + 1}
      aria-activedescendant=${shown.length === 0 ? nothing : `row-${active}`}
      @keydown=${(event: KeyboardEvent) => actions.keys(event)}
    >
      <thead>
        <tr>
          <th scope="col" class="number">Row</th>
          ${columns.map((column, i) => head(column, right[i] ?? false, preview.schema !== null))}
        </tr>
      </thead>
      <tbody>
        ${space(slice.from)}
        ${shown.slice(slice.from, slice.to).map((row, i) => {
          const position = slice.from + i;
          const own = faults.get(row) ?? [];
          const whole = own.filter(({ column }) => column === null);
          return html`<tr
            id="row-${position}"
            class="${position === active ? 'active' : ''} ${own.length > 0 ? 'faulty' : ''}"
            aria-rowindex=${position + 2}
            @click=${() => actions.activate(position)}
          >
            <td class="number muted ${whole.length > 0 ? 'invalid' : ''}" title=${reasons(whole) || nothing}>
              ${own.length > 0 ? icon('warning', `Does not fit: ${reasons(own)}`) : nothing} ${count(row + 1)}
            </td>
            ${columns.map(({ name }, j) =>
              cell(
                preview.rows[row]?.[j] ?? null,
                own.filter(({ column }) => column === name),
                right[j] ?? false,
              ),
            )}
          </tr>`;
        })}
        ${space(shown.length - slice.to)}
      </tbody>
    </table>
  </div>`;
}

/** What does not fit in a row: `Row 3: amount: below minimum 0 (found -1)`. */
export function rowReasons(preview: SourcePreview, row: number): string | null {
  const own = preview.faults.filter((fault) => fault.row === row);
  return own.length === 0 ? null : `Row ${count(row + 1)}: ${reasons(own)}`;
}

function head({ name, type, declared }: PreviewColumn, right: boolean, hasSchema: boolean): TemplateResult {
  const note = !hasSchema ? '' : declared === null ? 'not in the schema' : declared;
  const about = `${name}: ${type}${note === '' ? '' : declared === null ? ', not in the schema, so it is left out' : `, read as ${declared}`}`;
  return html`<th scope="col" class=${right ? 'number' : ''} title=${about}>
    <bdi>${visible(name)}</bdi>
    <span class="type">${type.toLowerCase()}${note === '' ? nothing : html` → ${note}`}</span>
  </th>`;
}

function cell(value: string | null, faults: readonly RowFault[], right: boolean): TemplateResult {
  const reason = reasons(faults);
  const classes = `${right ? 'number' : ''} ${reason === '' ? '' : 'invalid'} ${value === null ? 'muted' : ''}`;
  const shown = value === null ? absent : value === '' ? html`<span class="muted">empty</span>` : visible(cut(value));
  return html`<td class=${classes} title=${reason === '' ? (value ?? 'missing') : reason}>
    <bdi>${shown}</bdi>${reason === '' ? nothing : html`<span class="visually-hidden">, ${reason}</span>`}
  </td>`;
}

function faultsByRow(faults: readonly RowFault[]): Map<number, RowFault[]> {
  const found = new Map<number, RowFault[]>();
  for (const fault of faults) found.set(fault.row, [...(found.get(fault.row) ?? []), fault]);
  return found;
}

const reasons = (faults: readonly RowFault[]): string => faults.map(({ reason }) => reason).join('; ');

const isNumber = (type: string): boolean => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/.test(type);

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** Control characters as signs that can be seen. */
function visible(text: string): string {
  return text
    .replaceAll(/[\n\r\t]/g, (sign) => ({ '\n': '↵', '\r': '␍', '\t': '⇥' })[sign] ?? sign)
    .replaceAll(/\p{Cc}/gu, '�');
}
