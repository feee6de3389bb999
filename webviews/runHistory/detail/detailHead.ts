import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../../protocol/runs.ts';
import { gatesText } from '../../../words/metrics.ts';
import { versionText } from '../../../words/models.ts';
import { duration } from '../../../words/times.ts';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { copyable, icon, statusMark, time } from '../../ui/pieces.ts';
import type { DetailActions, DetailModel } from './detailModel.ts';

/** Name, id, state, times and registered versions. */
export function detailHead({ run, editing }: DetailModel, actions: DetailActions): TemplateResult {
  const took =
    run.endedAt === null ? (run.status === 'running' ? Date.now() - run.startedAt : null) : run.endedAt - run.startedAt;
  return html`<header>
      <button
        class="quiet star"
        aria-pressed=${run.starred}
        aria-label=${run.starred ? 'Remove star' : 'Star'}
        title=${run.starred ? 'Remove star' : 'Star'}
        @click=${() => actions.change(run.starred ? 'Removed the star of' : 'Starred', { starred: !run.starred })}
      >
        ${icon(run.starred ? 'star-full' : 'star-empty')}
      </button>
      ${
        editing?.what === 'name'
          ? nameInput(editing.text, actions)
          : html`<h1 title=${run.name}>${run.name}</h1>
              <button
                class="quiet rename"
                title="Rename"
                aria-label="Rename ${run.name}"
                @click=${() => actions.edit({ what: 'name', text: run.name })}
              >
                ${icon('edit')}
              </button>`
      }
      ${copyable(run.runId, actions.copy)}
      <button class="quiet close" title="Close (Esc)" aria-label="Close" @click=${() => actions.close()}>
        ${icon('close')}
      </button>
    </header>
    <p>
      ${statusMark(run.status, run.status === 'refused' && run.verdict ? `refused, ${gatesText(run.verdict)}` : run.status)}
      · ${time(run.startedAt)} · ${duration(took)} · ${run.experiment}
      ${run.registered.map((version) => html` · <button class="link" title=${version.name} @click=${() => actions.openCard(version)}>model ${versionText(version, run.registered.length > 1)}</button>`)}
      ${canBeVersion(run) ? html` · <button class="link" title="Register the model of this trial; one whose gates passed becomes the challenger" @click=${() => actions.register()}>Make this a version</button>` : nothing}
      ${run.archived ? html` · ${icon('archive')} archived` : nothing}${run.deleted ? html` · ${icon('trash')} deleted` : nothing}
      ${run.progress === null ? nothing : html`<br /><span role="status">${run.progress}</span>`}
    </p>`;
}

/** A trial that validated a model without registering a version. */
function canBeVersion(run: RunDetail): boolean {
  return (
    run.registered.length === 0 &&
    run.tags['loopwright.trial'] !== undefined &&
    run.stages.some(({ kind, status }) => kind === 'validate' && (status === 'finished' || status === 'refused'))
  );
}

function nameInput(text: string, actions: DetailActions): TemplateResult {
  return html`<input
      class="editing name"
      aria-label="Name of the run"
      maxlength="500"
      .value=${text}
      @input=${(event: Event) => actions.edit({ what: 'name', text: (event.target as HTMLInputElement).value })}
      @keydown=${(event: KeyboardEvent) => {
        if (!isPlain(event) || (event.key !== 'Enter' && event.key !== 'Escape')) return;
        take(event);
        if (event.key === 'Enter') actions.saveEdit();
        else actions.edit(null);
      }}
    /><button class="quiet" title="Save the name" aria-label="Save the name" @click=${() => actions.saveEdit()}>
      ${icon('check')}
    </button>`;
}
