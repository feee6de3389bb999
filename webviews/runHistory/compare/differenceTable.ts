import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../../protocol/runs.ts';
import { csvOf } from '../../ui/csv.ts';
import { statusMark, time } from '../../ui/pieces.ts';
import { differencesOf } from './differences.ts';
import type { Cell, DifferenceLine } from './differences.ts';

const linesAtOnce = 200;

export interface DifferenceChoice {
  all: boolean;
  baseline: string | null;
}

export interface DifferenceActions {
  choose(part: Partial<DifferenceChoice>): void;
  open(runId: string): void;
  more(): void;
  save(csv: string): void;
}

/** Values of the runs, one row per key and one column per run; deltas are relative to the baseline. */
export function differenceTable(
  runs: readonly RunDetail[],
  { all, baseline }: DifferenceChoice,
  pages: number,
  actions: DifferenceActions,
): TemplateResult {
  const base = Math.max(
    0,
    runs.findIndex((run) => run.runId === baseline),
  );
  const lines = differencesOf(runs, base);
  const shown = all ? lines : lines.filter((line) => line.differs);
  const hidden = lines.length - shown.length;
  const page = shown.slice(0, pages * linesAtOnce);
  const checked = (event: Event): boolean => event.target instanceof HTMLInputElement && event.target.checked;
  return html`<div class="tool-line" role="toolbar" aria-label="Differences">
      <label
        >Baseline
        <select
          id="baseline"
          @change=${(event: Event) => actions.choose({ baseline: (event.target as HTMLSelectElement).value })}
        >
          ${runs.map((run, index) => html`<option value=${run.runId} ?selected=${index === base}>${run.name}</option>`)}
        </select></label
      >
      <label
        ><input
          id="all-rows"
          type="checkbox"
          .checked=${all}
          @change=${(event: Event) => actions.choose({ all: checked(event) })}
        />
        equal lines too${!all && hidden > 0 ? html` <span class="muted">(${hidden})</span>` : nothing}</label
      >
      <span class="gap"></span
      ><button
        class="quiet flag"
        title="Save the table as CSV"
        @click=${() => actions.save(differencesCsv(runs, shown))}
      >
        CSV
      </button>
    </div>
    <div class="wide difference-scroller" tabindex="0" role="region" aria-label="Differences of ${runs.length} runs">
      <table class="differences">
        <thead>
          <tr>
            <th scope="col" class="corner">${shown.length === 0 ? 'nothing differs' : ''}</th>
            ${runs.map(
              (run, index) =>
                html`<th scope="col" class="number ${index === base ? 'base' : ''}">
                  <button class="link" title="Open ${run.name}" @click=${() => actions.open(run.runId)}>
                    ${run.name}
                  </button>
                  <div class="muted">
                    ${index === base ? 'baseline' : html`<button class="link" @click=${() => actions.choose({ baseline: run.runId })}>make baseline</button>`}
                  </div>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row" class="muted">state</th>
            ${runs.map((run) => html`<td class="number">${statusMark(run.status)}</td>`)}
          </tr>
          <tr>
            <th scope="row" class="muted">started</th>
            ${runs.map((run) => html`<td class="number">${time(run.startedAt)}</td>`)}
          </tr>
          ${page.map(
            (line, index) =>
              html`${
                  line.group === page[index - 1]?.group
                    ? nothing
                    : html`<tr class="group">
                        <th scope="rowgroup">${line.group}</th>
                        <td colspan=${runs.length}></td>
                      </tr>`
                }
                <tr class=${line.differs ? '' : 'same'}>
                  <th scope="row" title=${line.name}>${line.name}</th>
                  ${line.cells.map((one, at) => cell(one, at === base))}
                </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${shown.length > page.length ? html`<p><button class="link" @click=${actions.more}>Show ${Math.min(linesAtOnce, shown.length - page.length)} of ${shown.length - page.length} more lines</button></p>` : nothing}`;
}

function cell({ text, exact, delta, better, best }: Cell, isBase: boolean): TemplateResult {
  const word = better === null ? '' : better ? 'better' : 'worse';
  return html`<td
    class="number ${isBase ? 'base' : ''} ${best ? 'best' : ''}"
    title=${exact ?? (text.length > 24 ? text : nothing)}
  >
    ${best ? html`<span class="best-mark" title="Best">▲<span class="visually-hidden">best</span></span>` : nothing}<span
      class="value"
      >${text}</span
    >${delta === '' ? nothing : html` <span class="delta ${word}" title=${word === '' ? 'against the baseline' : `${word} than the baseline`}>${delta}${word === '' ? nothing : html`<span aria-hidden="true">${better ? ' ✓' : ' ✗'}</span><span class="visually-hidden">${word}</span>`}</span>`}
  </td>`;
}

export function differencesCsv(runs: readonly RunDetail[], lines: readonly DifferenceLine[]): string {
  return csvOf(
    ['group', 'name', ...runs.map((run) => run.name)],
    lines.map((line) => [line.group, line.name, ...line.cells.map((one) => one.exact ?? one.text)]),
  );
}
