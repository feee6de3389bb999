import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import { css } from '../ui/css.ts';
import { absent, count, number } from '../../words/numbers.ts';
import { icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { ColumnRow } from './columnRows.ts';
import { driftMark, missingCell, pText } from './columnTable.ts';
import { comparedPlot } from './comparedPlot.ts';
import { neighbours, signedBar } from './correlations.ts';
import { largeHistogram } from './histogram.ts';
import type { Actions, Model } from './model.ts';
import { aboutWhy, measured, share, visible } from './text.ts';

const strongest = 12;

/** All results for one column. */
export function detail(row: ColumnRow, model: Model, actions: Actions): TemplateResult {
  const column = row.profile;
  return html`<aside class="detail" tabindex="-1" aria-label="Column ${visible(row.name)}">
    <header>
      <h2><bdi>${visible(row.name)}</bdi></h2>
      <button class="quiet close" title="Close (Esc)" aria-label="Close" @click=${() => actions.open(null)}>
        ${icon('close')}
      </button>
    </header>
    <p class="muted">
      ${[row.type, row.isTarget ? 'target' : row.role, row.unit === null ? null : visible(row.unit)].filter(Boolean).join(' · ')}
    </p>
    ${row.description === null ? nothing : html`<p>${row.description}</p>`}
    ${row.compared || row.change ? compared(row, model, actions) : nothing}
    ${column === null ? html`<p class="muted">The numbers of this column are still being worked out.</p>` : inData(row, column, model, actions)}
    ${target(row, model)} ${column === null ? nothing : correlated(row, model, actions)}
  </aside>`;
}

function inData(row: ColumnRow, column: ColumnProfile, model: Model, actions: Actions): Piece {
  if (column.rows === 0) return html`<p class="muted">The table has no rows, so there is nothing to measure.</p>`;
  return html`<section>
    ${row.compared?.distribution ? html`<h3>Now</h3>` : nothing}
    ${column.numbers ? largeHistogram(row, column, model, actions) : topValues(column)}
    <table class="facts">
      <tbody>
        ${facts(row, column).map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="number">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function facts({ unit }: ColumnRow, column: ColumnProfile): [string, string | TemplateResult][] {
  const { numbers, lengths, type, exact } = column;
  const filled = column.rows - column.missing;
  const value = (number: number): string => measured(type, number, unit);
  const part = (n: number): string => `${count(n)} (${share(n / Math.max(1, filled))})`;
  const rows: [string, string | TemplateResult][] = [
    [
      'Missing',
      column.missing === 0
        ? 'none'
        : `${count(column.missing)} of ${count(column.rows)} (${share(column.missing / column.rows)})`,
    ],
    [
      'Distinct',
      exact
        ? `${count(column.distinct)}${filled > 1 && column.distinct === filled ? ', each value once' : ''}`
        : html`<span title=${aboutWhy}>≈ ${count(column.distinct)}</span>`,
    ],
  ];
  if (column.range) rows.push(['First', column.range.first], ['Last', column.range.last]);
  if (numbers) {
    const isTime = type === 'datetime';
    rows.push(
      [isTime ? 'First' : 'Minimum', value(numbers.min)],
      ['5 %', value(numbers.q05)],
      ['25 %', value(numbers.q25)],
      ['Median', value(numbers.median)],
      ['75 %', value(numbers.q75)],
      ['95 %', value(numbers.q95)],
      [isTime ? 'Last' : 'Maximum', value(numbers.max)],
    );
    if (!isTime)
      rows.push(
        ['Mean ± std', `${number(numbers.mean)} ± ${number(numbers.std)}${unit === null ? '' : ` ${unit}`}`],
        ['Zeros', numbers.zeros === 0 ? 'none' : part(numbers.zeros)],
        ['Negative', numbers.negative === 0 ? 'none' : part(numbers.negative)],
      );
    if (numbers.infinite > 0) rows.push(['Infinite', part(numbers.infinite)]);
  }
  if (lengths)
    rows.push(['Characters', `${count(lengths.min)} to ${count(lengths.max)}, mean ${number(lengths.mean, 3)}`]);
  return rows;
}

/** The most frequent values with their shares, and the share of all others. */
function topValues(column: ColumnProfile): TemplateResult {
  const top = column.top ?? [];
  const filled = column.rows - column.missing;
  if (filled === 0) return html`<p class="muted">Every value is missing.</p>`;
  const rest = filled - top.reduce((sum, one) => sum + one.count, 0);
  const most = Math.max(1, top[0]?.count ?? 1, column.distinct > top.length ? rest : 0);
  const line = (name: TemplateResult | string, title: string, n: number, other = false): TemplateResult =>
    html`<tr>
      <th scope="row" title=${title}>${name}</th>
      <td class="bars"><i class="bar ${other ? 'chance' : ''}" ${css({ '--part': String(n / most) })}></i></td>
      <td class="number">${count(n)}</td>
      <td class="number">${share(n / filled)}</td>
    </tr>`;
  return html`<table class="top">
    <caption class="visually-hidden">
      Most frequent values
    </caption>
    <thead class="visually-hidden">
      <tr>
        <th scope="col">Value</th>
        <th scope="col">Bar</th>
        <th scope="col">Rows</th>
        <th scope="col">Share</th>
      </tr>
    </thead>
    <tbody>
      ${top.map((one) => line(html`<bdi>${visible(one.value)}</bdi>`, visible(one.value), one.count))}
      ${rest > 0 ? line(html`<span class="muted">${column.distinct > top.length ? `${count(column.distinct - top.length)} other` : 'other'}</span>`, 'All other values', rest, true) : nothing}
    </tbody>
  </table>`;
}

function compared(row: ColumnRow, model: Model, actions: Actions): TemplateResult {
  const found = row.compared;
  const lines: [string, string | TemplateResult][] = found
    ? [
        ['Measure', html`<code>${found.measure}</code>`],
        ['Value', number(found.value)],
        ['Threshold', number(found.threshold)],
        ['p-value', pText(found)],
        ['Values then', count(found.nReference)],
        ['Values now', count(found.nCurrent)],
        ['Missing then', html`${missingCell(found.missingReference, found.nReference + found.missingReference)}`],
        ['Missing now', html`${missingCell(found.missingCurrent, found.nCurrent + found.missingCurrent)}`],
      ]
    : [];
  return html`<section>
    <h3>Then and now ${driftMark(row)}</h3>
    ${found?.distribution ? comparedPlot(row, found, found.distribution, model, actions) : row.change?.was === 'absent' ? html`<p class="muted">The column was not there before.</p>` : html`<p class="muted">One side has no values, so the distributions cannot be drawn over each other.</p>`}
    ${found?.note ? html`<p class="muted">${found.note}</p>` : nothing}
    ${
      lines.length === 0
        ? nothing
        : html`<table class="facts">
            <tbody>
              ${lines.map(
                ([name, value]) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td class="number">${value}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

function target({ relevance }: ColumnRow, { profile }: Model): Piece {
  const name = profile.value?.target ?? null;
  if (relevance === null || name === null) return nothing;
  const said = relevance.relevant
    ? `It removes ${share(relevance.share)} of the uncertainty of ${visible(name)}.`
    : `It predicts ${visible(name)} no better than chance.`;
  return html`<section>
    <h3>Predicts ${visible(name)}</h3>
    <p>
      ${said}
      <span class="muted"
        >${number(relevance.mutualInformation, 3)} nats of mutual information; an unrelated column of this shape stays
        below ${number(relevance.baseline, 3)} in 95 of 100 cases.</span
      >
    </p>
  </section>`;
}

function correlated(row: ColumnRow, model: Model, actions: Actions): Piece {
  const relations = model.relations.value;
  if (!relations) return nothing;
  const found = neighbours(relations, model.method, row.name);
  if (found === null) return nothing;
  const known = found.filter((one) => one.value !== null);
  return html`<section>
    <h3>
      Correlation with other columns <span class="muted">${model.method === 'spearman' ? 'Spearman' : 'Pearson'}</span>
    </h3>
    ${
      known.length === 0
        ? html`<p class="muted">
            ${found.length === 0 ? 'There is no other numeric column.' : 'A constant column has no correlations.'}
          </p>`
        : html`<table class="top signed">
            <tbody>
              ${known.slice(0, strongest).map(
                (one) =>
                  html`<tr>
                    <th scope="row">
                      <button class="link" title=${visible(one.column)} @click=${() => actions.open(one.column)}>
                        <bdi>${visible(one.column)}</bdi>
                      </button>
                    </th>
                    <td class="bars">${signedBar(one.value ?? 0)}</td>
                    <td class="number">${one.value === null ? absent : one.value.toFixed(2).replace('-', '−')}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${known.length > strongest ? html`<p class="muted">The ${strongest} strongest of ${known.length}.</p>` : nothing}
  </section>`;
}
