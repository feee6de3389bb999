import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ComparedColumn } from '../../protocol/dataProfile.ts';
import { css } from '../ui/css.ts';
import { absent, count, number } from '../../words/numbers.ts';
import { icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Slice } from '../ui/table/slices.ts';
import type { ColumnRow, SortKey } from './columnRows.ts';
import { miniature, miniaturePair } from './miniature.ts';
import type { Actions, Model } from './model.ts';
import { aboutWhy, measured, share, shortened, valueOf, visible } from './text.ts';

export const rowHeight = 34;
interface Head {
  title: string;
  by: SortKey | null;
  number?: boolean;
  why?: string;
  cell(row: ColumnRow, model: Model): Piece | string;
}

const name: Head = { title: 'Column', by: 'name', cell: (row) => nameCell(row) };
const type: Head = {
  title: 'Type',
  by: 'type',
  cell: (row) =>
    row.change?.was === 'type'
      ? html`<span class="status warn" title="It was ${row.change.type}">${icon('arrow-swap')} ${row.type}</span>`
      : row.type,
};
const missing: Head = {
  title: 'Missing',
  by: 'missing',
  number: true,
  why: 'NULL and NaN',
  cell: (row) => missingCell(row.missing, row.rows),
};
const distinct: Head = {
  title: 'Distinct',
  by: 'distinct',
  number: true,
  why: 'Number of distinct values',
  cell: (row) => distinctCell(row),
};
const shape: Head = { title: 'Distribution', by: null, cell: (row) => miniature(row.profile) };
const quantity = (title: string, by: 'min' | 'median' | 'max'): Head => ({
  title,
  by,
  number: true,
  cell: (row) => quantityCell(row, by),
});
const told = (target: string): Head => ({
  title: `Predicts ${shortened(visible(target), 24)}`,
  by: 'share',
  why: 'Share of the uncertainty of the target that this column alone removes',
  cell: (row, model) => toldCell(row, model),
});

const drift: Head = {
  title: 'Drift',
  by: 'drift',
  why: 'Drift relative to the threshold',
  cell: (row) => driftCell(row),
};
const pair: Head = {
  title: 'Then and now',
  by: null,
  cell: (row) => (row.compared?.distribution ? miniaturePair(row.compared.distribution) : miniature(row.profile)),
};
const before: Head = {
  title: 'Missing then',
  by: 'before',
  number: true,
  cell: ({ compared }) =>
    compared === null
      ? absent
      : missingCell(compared.missingReference, compared.nReference + compared.missingReference),
};
const value: Head = {
  title: 'Value',
  by: null,
  number: true,
  cell: ({ compared }) =>
    compared === null ? absent : html`<span title=${compared.measure}>${number(compared.value, 3)}</span>`,
};
const limit: Head = {
  title: 'Threshold',
  by: null,
  number: true,
  cell: ({ compared }) => number(compared?.threshold, 3),
};
const pValue: Head = {
  title: 'p',
  by: null,
  number: true,
  why: 'p-value, corrected over the columns',
  cell: ({ compared }) => pText(compared),
};

function headsOf(model: Model): Head[] {
  if (model.comparison.value)
    return [name, type, drift, value, limit, pValue, pair, before, { ...missing, title: 'Missing now' }, distinct];
  const target = (model.profile.value ?? model.outline)?.target ?? null;
  return [
    name,
    type,
    missing,
    distinct,
    shape,
    quantity('Min', 'min'),
    quantity('Median', 'median'),
    quantity('Max', 'max'),
    ...(target === null ? [] : [told(target)]),
  ];
}

export function columnTable(model: Model, actions: Actions, slice: Slice): TemplateResult {
  const heads = headsOf(model);
  const below = Math.max(0, model.shown.length - slice.to);
  const active = model.shown.find((row) => row.name === model.active);
  const space = (rows: number): Piece =>
    rows > 0
      ? html`<tr class="space" aria-hidden="true">
          <td colspan=${heads.length} ${css({ height: `${rows * rowHeight}px` })}></td>
        </tr>`
      : nothing;
  return html`<div class="scroller" tabindex="-1" @scroll=${() => actions.scrolled()}>
    <table
      class="columns"
      role="grid"
      aria-label="Columns"
      aria-rowcount=${model.shown.length + 1}
      tabindex="0"
      aria-activedescendant=${active ? `column-${active.index}` : nothing}
      @keydown=${(event: KeyboardEvent) => actions.keys(event)}
    >
      <thead>
        <tr>
          ${heads.map((head) => headCell(head, model, actions))}
        </tr>
      </thead>
      <tbody>
        ${space(slice.from)}
        ${repeat(
          model.shown.slice(slice.from, slice.to),
          (row) => row.index,
          (row, index) =>
            html`<tr
              id="column-${row.index}"
              class="${row.name === model.active ? 'active' : ''} ${row.name === model.open ? 'open' : ''}"
              aria-rowindex=${slice.from + index + 2}
              aria-selected=${row.name === model.open}
              @click=${() => actions.open(row.name)}
            >
              ${heads.map((head) => html`<td class=${head.number ? 'number' : ''}>${head.cell(row, model)}</td>`)}
            </tr>`,
        )}
        ${space(below)}
      </tbody>
    </table>
  </div>`;
}

function headCell({ title, by, number: right, why }: Head, model: Model, actions: Actions): TemplateResult {
  const current = by !== null && model.sort?.by === by ? model.sort : null;
  const order = current ? (current.descending ? 'descending' : 'ascending') : 'none';
  if (by === null) return html`<th scope="col" class=${right ? 'number' : ''}>${title}</th>`;
  return html`<th
    scope="col"
    class=${right ? 'number' : ''}
    aria-sort=${order}
    title="${why === undefined ? title : why}: sort"
  >
    <button class="quiet" @click=${() => actions.order(by)}>
      ${title}${current ? icon(current.descending ? 'arrow-down' : 'arrow-up') : nothing}
    </button>
  </th>`;
}

function nameCell(row: ColumnRow): TemplateResult {
  const role = row.isTarget ? 'target' : row.role;
  const shown = visible(row.name);
  return html`<span class="name" title=${[shown, row.description ?? ''].filter(Boolean).join('\n')}
      ><bdi>${shown}</bdi></span
    >${row.unit === null ? nothing : html` <span class="muted unit">${visible(row.unit)}</span>`}${role === null ? nothing : html` <span class="role">${role}</span>`}`;
}

export function missingCell(missing: number | null, rows: number | null): Piece {
  if (missing === null || rows === null) return html`<span class="pending" aria-hidden="true"></span>`;
  if (rows === 0) return html`<span class="muted">${absent}</span>`;
  const part = missing / rows;
  return html`<span class="measure ${missing === 0 ? 'muted' : ''}" title="${count(missing)} of ${count(rows)} missing"
    ><i class="bar gone" ${css({ '--part': String(part) })}></i><span>${share(part)}</span></span
  >`;
}

function distinctCell({ profile }: ColumnRow): Piece {
  if (profile === null) return html`<span class="pending" aria-hidden="true"></span>`;
  return profile.exact
    ? html`${count(profile.distinct)}`
    : html`<span title=${aboutWhy}>≈ ${count(profile.distinct)}</span>`;
}

function quantityCell({ profile, unit }: ColumnRow, which: 'min' | 'median' | 'max'): Piece {
  if (profile === null) return html`<span class="pending" aria-hidden="true"></span>`;
  const { range } = profile;
  if (range && which !== 'median') return html`${which === 'min' ? range.first : range.last}`;
  if (!profile.numbers) return html`<span class="muted">${absent}</span>`;
  const number = profile.numbers[which];
  const span = profile.numbers.max - profile.numbers.min;
  return html`<span title="${measured(profile.type, number, unit)}">${valueOf(profile.type, number, span)}</span>`;
}

function toldCell({ relevance, isTarget }: ColumnRow, { relations, profile }: Model): Piece {
  if (isTarget) return html`<span class="muted">is the target</span>`;
  if (relations.value === null)
    return relations.error === null && profile.value?.rows !== 0
      ? html`<span class="pending" aria-hidden="true"></span>`
      : html`<span class="muted">${absent}</span>`;
  if (relevance === null) return html`<span class="muted">${absent}</span>`;
  const said = `${number(relevance.mutualInformation, 3)} nats of mutual information; an unrelated column of this shape stays below ${number(relevance.baseline, 3)} in 95 of 100 cases`;
  if (!relevance.relevant)
    return html`<span class="measure muted" title="Not above chance: ${said}"
      ><i class="bar chance" ${css({ '--part': String(relevance.share) })}></i><span>≤ chance</span></span
    >`;
  return html`<span class="measure" title=${said}
    ><i class="bar" ${css({ '--part': String(relevance.share) })}></i><span>${share(relevance.share)}</span></span
  >`;
}

/** The drift state of a column as shape, colour and word. */
export function driftMark(row: ColumnRow): Piece {
  if (row.change?.was === 'absent') return html`<span class="status warn">${icon('add')} added</span>`;
  if (row.change?.was === 'type')
    return html`<span class="status warn">${icon('arrow-swap')} was ${row.change.type}</span>`;
  if (row.compared === null) return html`<span class="muted">not compared</span>`;
  const { drifted, reason, value, note } = row.compared;
  if (drifted) {
    const broken = reason === 'more missing' || reason === 'unseen categories';
    return html`<span class="status warn" title=${note ?? ''}
      >${icon('triangle-up')} ${broken ? 'broken' : 'drifted'}</span
    >`;
  }
  if (reason === 'too few rows') return html`<span class="muted" title=${note ?? ''}>too few rows</span>`;
  if (value === null) return html`<span class="muted" title=${note ?? ''}>not measured</span>`;
  return html`<span class="status calm" title=${note ?? ''}>${icon('pass')} stable</span>`;
}

function driftCell(row: ColumnRow): Piece {
  return driftMark(row);
}

export function pText(compared: ComparedColumn | null): string {
  const p = compared?.adjustedP ?? compared?.pValue ?? null;
  if (p === null) return absent;
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}
