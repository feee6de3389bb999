import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Field } from './fields.ts';

const groups: Record<Field['kind'], string> = { metric: 'Metrics', param: 'Params', tag: 'Tags', attribute: 'Run' };

/** A select for fields, grouped by kind. `none` is the label of the empty choice. */
export function fieldSelect(
  label: string,
  fields: readonly Field[],
  chosen: string | null,
  choose: (id: string) => void,
  none: string | null = null,
): TemplateResult {
  return html`<label
    >${label}
    <select aria-label=${label} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${none === null ? nothing : html`<option value="" ?selected=${chosen === null || chosen === ''}>${none}</option>`}
      ${(Object.keys(groups) as Field['kind'][]).map((kind) => {
        const own = fields.filter((field) => field.kind === kind);
        return own.length === 0
          ? nothing
          : html`<optgroup label=${groups[kind]}>
              ${own.map((field) => html`<option value=${field.id} ?selected=${field.id === chosen}>${field.title}</option>`)}
            </optgroup>`;
      })}
    </select></label
  >`;
}
