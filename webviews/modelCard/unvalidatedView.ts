import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { UnvalidatedCard } from '../../protocol/modelCard.ts';
import { icon, time } from '../ui/pieces.ts';
import type { Actions } from './model.ts';
import { modelSection } from './modelSection.ts';
import { section, versions } from './sections.ts';

/** The card of a version that was never validated here: what is known without, and the way to a validation. */
export function unvalidatedView(card: UnvalidatedCard, actions: Actions): TemplateResult {
  return html`<article class="card">
    <div class="title">
      <h1>${card.model} <span class="version">v${card.version}</span></h1>
      ${card.aliases.map((alias) => html`<span class="badge">${alias}</span>`)}
    </div>
    <header>
      <p class="verdict open" role="status">
        ${icon('unverified')}
        <span>Not validated. It has no metrics and no gates, so it cannot be promoted or served.</span>
      </p>
      <p class="muted">
        Registered ${time(card.createdAt)} by a
        program${card.run ? html`, from run ${runLink(card.run, actions)}` : nothing}
      </p>
      ${card.description === '' ? nothing : html`<p>${card.description}</p>`}
      <div class="actions">
        <vscode-button
          title="Scores the test rows of a dataset, computes the metrics and judges the gates"
          @click=${() => actions.validate(card)}
          >Validate…</vscode-button
        >
      </div>
    </header>
    ${section('Model', modelSection(card.facts, actions.copy))} ${section('Versions', versions(card, actions))}
  </article>`;
}

function runLink({ runId, name }: NonNullable<UnvalidatedCard['run']>, actions: Actions): TemplateResult {
  return html`<button class="link" @click=${() => actions.openRun(runId)}>${name}</button>`;
}
