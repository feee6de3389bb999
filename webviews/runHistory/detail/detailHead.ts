import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../../protocol/runs.ts';
import { gatesText } from '../../../protocol/words.ts';
import { duration } from '../../ui/format.ts';
import { isPlain, take } from '../../ui/keys.ts';
import { copyable, icon, statusMark, time } from '../../ui/pieces.ts';
import type { DetailDoes, DetailModel } from './detailPanel.ts';

/** Name, id, state, times and what it registered. */
export function detailHead({ run, editing }: DetailModel, does: DetailDoes): TemplateResult {
  const took =
    run.endedAt === null ? (run.status === 'running' ? Date.now() - run.startedAt : null) : run.endedAt - run.startedAt;
  return html`<header>
      <button
        class="quiet star"
        aria-pressed=${run.starred}
        aria-label=${run.starred ? 'Remove star' : 'Star'}
        title=${run.starred ? 'Remove star' : 'Star'}
        @click=${() => does.change(run.starred ? 'Removed the star of' : 'Starred', { starred: !run.starred })}
      >
        ${icon(run.starred ? 'star-full' : 'star-empty')}
      </button>
      ${
        editing?.what === 'name'
          ? nameInput(editing.text, does)
          : html`<h1>${run.name}</h1>
              <button
                class="quiet rename"
                title="Rename"
                aria-label="Rename ${run.name}"
                @click=${() => does.edit({ what: 'name', text: run.name })}
              >
                ${icon('edit')}
              </button>`
      }
      ${copyable(run.runId, does.copy)}
      <button class="quiet close" title="Close (Esc)" aria-label="Close" @click=${() => does.close()}>
        ${icon('close')}
      </button>
    </header>
    <p>
      ${statusMark(run.status, run.status === 'refused' && run.verdict ? `refused, ${gatesText(run.verdict)}` : run.status)}
      · ${time(run.startedAt)} · ${duration(took)} · ${run.experiment}
      ${run.modelVersion === null ? nothing : html` · <button class="link" @click=${() => does.openCard(run.modelVersion ?? 0)}>model v${run.modelVersion}</button>`}
      ${canBeVersion(run) ? html` · <button class="link" title="Register the model of this trial; one whose gates passed becomes the challenger" @click=${() => does.register()}>Make this a version</button>` : nothing}
      ${run.archived ? html` · ${icon('archive')} archived` : nothing}${run.deleted ? html` · ${icon('trash')} deleted` : nothing}
      ${run.progress === null ? nothing : html`<br /><span role="status">${run.progress}</span>`}
    </p>`;
}

/** A trial that validated a model and that no version came from. */
function canBeVersion(run: RunDetail): boolean {
  return (
    run.modelVersion === null &&
    run.tags['loopwright.trial'] !== undefined &&
    run.stages.some(({ kind, status }) => kind === 'validate' && (status === 'finished' || status === 'refused'))
  );
}

function nameInput(text: string, does: DetailDoes): TemplateResult {
  return html`<input
      class="editing name"
      aria-label="Name of the run"
      maxlength="500"
      .value=${text}
      @input=${(event: Event) => does.edit({ what: 'name', text: (event.target as HTMLInputElement).value })}
      @keydown=${(event: KeyboardEvent) => {
        if (!isPlain(event) || (event.key !== 'Enter' && event.key !== 'Escape')) return;
        take(event);
        if (event.key === 'Enter') does.saveEdit();
        else does.edit(null);
      }}
    /><button class="quiet" title="Save the name" aria-label="Save the name" @click=${() => does.saveEdit()}>
      ${icon('check')}
    </button>`;
}
