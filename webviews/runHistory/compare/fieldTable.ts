import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunPoint } from '../../../protocol/runs.ts';
import { csvOf } from '../../ui/csv.ts';
import { count } from '../../../words/numbers.ts';
import type { Field } from './fields.ts';

const rowsShown = 500;

/** The values of a chart of runs as a table. */
export function fieldTable(
  runs: readonly RunPoint[],
  fields: readonly Field[],
  open: (runId: string) => void,
): TemplateResult {
  return html`<div class="wide points" tabindex="0" role="region" aria-label="Values of the runs">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Run</th>
          ${fields.map((field) => html`<th scope="col" class=${field.numeric ? 'number' : ''}>${field.title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${runs.slice(0, rowsShown).map(
          (run) =>
            html`<tr>
              <th scope="row"><button class="link" @click=${() => open(run.runId)}>${run.name}</button></th>
              ${fields.map((field) => html`<td class=${field.numeric ? 'number' : ''}>${field.text(field.value(run))}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${runs.length > rowsShown ? html`<p class="muted">The first ${rowsShown} of ${count(runs.length)} runs. The CSV has all.</p>` : ''}
  </div>`;
}

export function fieldsCsv(runs: readonly RunPoint[], fields: readonly Field[]): string {
  return csvOf(
    ['run', 'run_id', ...fields.map((field) => field.id)],
    runs.map((run) => [run.name, run.runId, ...fields.map((field) => field.value(run))]),
  );
}
