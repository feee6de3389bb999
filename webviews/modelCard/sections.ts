import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { AnyCard } from '../../protocol/modelCard.ts';
import { breakable } from '../ui/breakable.ts';
import { metric } from '../ui/format.ts';
import { time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions } from './model.ts';

export function section(title: string, body: Piece | TemplateResult): TemplateResult {
  return html`<section>
    <h2>${title}</h2>
    <div class="wide">${body}</div>
  </section>`;
}

/** The versions of the model; `headline` is the metric that they are compared by. */
export function versions(card: AnyCard, actions: Actions, headline: { name: string } | null = null): TemplateResult {
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Version</th>
        <th scope="col">Alias</th>
        <th scope="col">Made</th>
        ${headline ? html`<th scope="col" class="number">${breakable(headline.name)}</th>` : nothing}
      </tr>
    </thead>
    <tbody>
      ${card.versions.map(
        (one) =>
          html`<tr>
            <td>
              ${one.version === card.version ? html`<b>v${one.version}</b>` : html`<button class="link" @click=${() => actions.openCard({ name: card.model, version: one.version })}>v${one.version}</button>`}
            </td>
            <td>${one.aliases.join(', ')}</td>
            <td>${time(one.createdAt)}</td>
            ${headline ? html`<td class="number">${metric(headline.name, one.headline)}</td>` : nothing}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
