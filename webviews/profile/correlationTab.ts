import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { css } from '../ui/css.ts';
import { absent, count } from '../../words/numbers.ts';
import { isPlain, take } from '../ui/frame/keys.ts';
import { errorBar, skeleton } from '../ui/pieces.ts';
import { heatColor } from '../ui/heatColor.ts';
import type { Actions, Method, Model } from './model.ts';
import { shortened, visible } from './text.ts';

const roomy = 14;
const methods: Record<Method, string> = {
  spearman: 'Spearman: ranks, any monotonic relation',
  pearson: 'Pearson: values, linear relations',
};

/** The correlations of the numeric columns: a table with heat-map colours that the arrow keys move through. */
export function correlationTab(model: Model, actions: Actions): TemplateResult {
  const relations = model.relations.value;
  const error = errorBar(model.relations.error, () => actions.retry('relations'));
  if (!relations) return html`${error}${model.relations.error === null ? skeleton(10) : nothing}`;
  const { columns, sampled, rows } = relations;
  if (columns.length < 2)
    return html`${error}
      <div class="note">
        <p class="muted">
          A correlation needs two columns of numbers or times; this table has ${columns.length === 0 ? 'none' : 'one'}.
        </p>
      </div>`;
  const matrix = relations[model.method];
  const [i, j] = model.cell;
  const said = `${visible(columns[i] ?? '')} and ${visible(columns[j] ?? '')}: ${text(matrix[i]?.[j])}`;
  const small = columns.length > roomy;
  const total = model.all.filter(({ type }) => type === 'number' || type === 'integer' || type === 'datetime').length;
  return html`${error}
    <div class="correlation">
      <div class="choices" role="radiogroup" aria-label="Method">
        ${(['spearman', 'pearson'] as const).map((method) => html`<label><input type="radio" name="method" .checked=${model.method === method} @change=${() => actions.method(method)} /> ${methods[method]}</label>`)}
      </div>
      <p class="muted">
        ${sampled < rows ? `Measured on a sample of ${count(sampled)} of ${count(rows)} rows. ` : `Measured on all ${count(rows)} rows. `}${total > columns.length ? `The first ${columns.length} of ${total} columns of numbers. ` : ''}${matrix.some((line) => line.includes(null)) ? `${absent} stands for a column that never changes.` : ''}
      </p>
      <p class="said" id="cell-said" aria-live="polite">${said}</p>
      <div class="heat-scroller">
        <table
          class="heat ${small ? 'small' : ''}"
          role="grid"
          tabindex="0"
          aria-label="Correlations, ${model.method}"
          aria-describedby="cell-said"
          aria-activedescendant="cell-${i}-${j}"
          @keydown=${(event: KeyboardEvent) => keys(event, model, actions)}
        >
          <thead>
            <tr>
              <td></td>
              ${columns.map(
                (name, column) =>
                  html`<th scope="col" class=${column === j ? 'at' : ''} title=${visible(name)}>
                    <span><bdi>${shortened(visible(name), 22)}</bdi></span>
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${columns.map(
              (name, row) =>
                html`<tr>
                  <th scope="row" class=${row === i ? 'at' : ''} title=${visible(name)}>
                    <bdi>${shortened(visible(name), 26)}</bdi>
                  </th>
                  ${columns.map((_, column) => cell(matrix[row]?.[column] ?? null, row, column, model, actions))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <div class="legend" aria-hidden="true">
        ${[-1, -0.5, 0, 0.5, 1].map((value) => html`<i ${css(colors(value))}>${text(value)}</i>`)}
      </div>
    </div>`;
}

function cell(value: number | null, row: number, column: number, model: Model, actions: Actions): TemplateResult {
  const at = model.cell[0] === row && model.cell[1] === column;
  return html`<td
    id="cell-${row}-${column}"
    class=${at ? 'at' : ''}
    aria-selected=${at}
    ${css(value === null ? { 'background-color': 'transparent', color: 'inherit' } : colors(value))}
    @pointerenter=${() => actions.cell(row, column)}
  >
    <span>${text(value)}</span>
  </td>`;
}

function colors(value: number): Record<string, string> {
  const { background, color } = heatColor(value);
  return { 'background-color': background, color };
}

function text(value: number | null | undefined): string {
  return value === null || value === undefined
    ? absent
    : value
        .toFixed(2)
        .replace(/^-(?=0\.00$)/, '')
        .replace('-', '−');
}

function keys(event: KeyboardEvent, model: Model, actions: Actions): void {
  const step = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Home: [0, -Infinity],
    End: [0, Infinity],
  }[event.key];
  const row = model.relations.value?.columns[model.cell[0]];
  if (!isPlain(event)) return;
  if (event.key === 'Enter' && row !== undefined) {
    actions.tab('columns');
    actions.open(row);
    return;
  }
  if (!step) return;
  take(event);
  actions.step(step[0] ?? 0, step[1] ?? 0);
}
