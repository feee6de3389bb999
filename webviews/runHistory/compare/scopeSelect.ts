import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../../protocol/runs.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import { scopeNames, sweepQuery } from './scope.ts';
import type { Scope } from './scope.ts';

/** The select for the scope of a chart. */
export function scopeSelect(
  scope: Scope,
  selected: readonly RunDetail[],
  host: PanelHost,
  choose: (scope: Scope) => void,
): TemplateResult {
  const shown = host.shown();
  return html`<label
    >Runs
    <select
      class="scope"
      aria-label="Runs"
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Scope)}
    >
      ${scopeNames(shown.selected.length, sweepQuery(selected) !== null, shown).map(([one, name]) => html`<option value=${one} ?selected=${one === scope}>${name}</option>`)}
    </select></label
  >`;
}
