import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { InspectedModel } from '../../protocol/modelFacts.ts';
import { emptyState, errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';
import { modelSection } from './modelSection.ts';
import { section } from './sections.ts';

/** Any model that a person inspects: what it is, what it needs, and the way into the registry. */
export function inspectedView(address: string, model: Model, actions: Actions): TemplateResult {
  const { value: inspected, error, loading } = model.inspected;
  if (!inspected && error !== null)
    return emptyState('This model cannot be read', error, { label: 'Try again', run: actions.retry });
  if (!inspected) return skeleton(10);
  const { facts, ref, missing } = inspected;
  const ready = missing.length === 0 && facts.problems.length === 0 && !lacksPython(inspected);
  return html`${errorBar(error, actions.retry)}
    <article class="card">
      <div class="title"><h1>${shortName(address)}</h1></div>
      <header>
        ${ref ? html`<p class="muted">Registered as ${ref.name} v${ref.version}</p>` : html`<p class="muted">Not registered.</p>`}
        ${needs(inspected, actions)}
        <div class="actions">
          <vscode-button ?disabled=${!ready} @click=${() => ready && actions.register(address)}
            >${ref ? 'Validate…' : 'Register as a model…'}</vscode-button
          >
          ${
            facts.outputs === null
              ? html`<vscode-button
                  secondary
                  ?disabled=${!ready || loading}
                  title=${facts.runsCode ? 'Opens the model, which runs the code in its files' : 'Opens the model, so that it describes itself'}
                  @click=${() => ready && !loading && actions.open()}
                  >${loading ? 'Opening…' : 'Open it'}</vscode-button
                >`
              : nothing
          }
        </div>
      </header>
      ${section('Model', modelSection(facts, actions.copy))}
    </article>`;
}

function lacksPython({ facts }: InspectedModel): boolean {
  return facts.needsPython === true && facts.python === null;
}

function needs(inspected: InspectedModel, actions: Actions): Piece {
  const { missing, install, facts, pythonWhy } = inspected;
  if (lacksPython(inspected))
    return html`<p class="verdict bad" role="status">
      ${icon('error')}
      <span
        >This model is scored by Python, and none was found. Create an environment in <code>.venv</code>, or select one
        in the Python extension.</span
      >
    </p>`;
  if (missing.length === 0) return nothing;
  return html`<div class="verdict bad" role="status">
      ${icon('error')}
      <span
        >${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed in
        <code>${facts.python}</code> (${pythonWhy?.replaceAll('`', '')}).</span
      >
    </div>
    ${
      install === null
        ? nothing
        : html`<pre>${install}</pre>
            <div class="actions">
              <vscode-button @click=${() => actions.runInTerminal(install)}>Run in terminal</vscode-button>
              <vscode-button secondary @click=${() => actions.copy(install)}>Copy command</vscode-button>
              <vscode-button secondary @click=${actions.retry}>Check again</vscode-button>
            </div>`
    }`;
}

/** The last part of a path, or the name of a logged model. */
function shortName(address: string): string {
  return /^runs:\/[^/]*\/(.+)$/.exec(address)?.[1] ?? address.replace(/^.*[\\/](?=.)/, '');
}
