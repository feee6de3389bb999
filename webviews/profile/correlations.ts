import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { DataRelations } from '../../protocol/dataProfile.ts';
import { css } from '../ui/css.ts';
import type { Method } from './model.ts';

/** The other columns, most correlated first; null for a column without correlations. */
export function neighbours(
  relations: DataRelations,
  method: Method,
  name: string,
): { column: string; value: number | null }[] | null {
  const at = relations.columns.indexOf(name);
  if (at < 0) return null;
  const line = relations[method][at] ?? [];
  return relations.columns
    .flatMap((column, index) => (index === at ? [] : [{ column, value: line[index] ?? null }]))
    .toSorted((a, b) => Math.abs(b.value ?? 0) - Math.abs(a.value ?? 0));
}

/** A bar from the centre, to the left for negative values. */
export function signedBar(value: number): TemplateResult {
  return html`<i
    class="signed-bar ${value < 0 ? 'below' : 'above'}"
    ${css({ '--part': String(Math.min(1, Math.abs(value))) })}
  ></i>`;
}
