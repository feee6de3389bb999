import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunModel } from '../../../protocol/modelFacts.ts';
import { bytes } from '../../../words/sizes.ts';
import { errorBar, icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import type { DetailActions, DetailModel } from './detailModel.ts';

/** The models that the run made, each with its version or the way to one. */
export function modelsSection({ models }: DetailModel, actions: DetailActions): Piece {
  return html`${errorBar(models.error, () => actions.loadModels())}
    <ul class="models">
      ${(models.value ?? []).map((one) => modelView(one, actions))}
    </ul>`;
}

function modelView(model: RunModel, actions: DetailActions): TemplateResult {
  const { registered } = model;
  return html`<li>
    <div class="file-line">
      <span class="name">${icon('package')} <b>${model.name}</b></span>
      <span class="muted"
        >${[model.flavour, model.algorithm ?? '', bytes(model.bytes)].filter(Boolean).join(' · ')}</span
      >
    </div>
    <div class="file-line">
      ${state(model, actions)}<span class="gap"></span>
      ${
        registered?.isValidated
          ? nothing
          : html`<button class="link act" @click=${() => actions.validateModel(model.address)}>
              ${registered ? 'Validate…' : 'Register as a model…'}
            </button>`
      }
      <button class="link act" @click=${() => actions.inspectModel(model.address)}>Inspect</button>
    </div>
  </li>`;
}

function state({ registered }: RunModel, actions: DetailActions): TemplateResult {
  if (!registered) return html`<span class="muted">${icon('circle-outline')} not registered</span>`;
  const open = html`<button
    class="link"
    @click=${() => actions.openCard({ name: registered.name, version: registered.version })}
  >
    ${registered.name} v${registered.version}
  </button>`;
  return registered.isValidated
    ? html`<span>${icon('pass')} ${open} validated</span>`
    : html`<span>${icon('unverified')} ${open} not validated</span>`;
}
