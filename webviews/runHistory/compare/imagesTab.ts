import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../../protocol/runs.ts';
import { errorBar, icon } from '../../ui/pieces.ts';
import type { ArtifactStore } from '../files/artifactStore.ts';
import { imageSource } from '../files/imageData.ts';
import { imageAt, imageGroups } from './imageGroups.ts';
import type { StepImage } from './imageGroups.ts';

export interface ImagesActions {
  choose(part: { group?: string; step?: number | null }): void;
  open(runId: string): void;
}

/** The image of one name in every run, side by side, at one step if the names contain steps. */
export function imagesTab(
  runs: readonly RunDetail[],
  chosen: { group: string | null; step: number | null },
  store: ArtifactStore,
  actions: ImagesActions,
): TemplateResult {
  const groups = imageGroups(runs);
  const group = groups.find((one) => one.name === chosen.group) ?? groups[0];
  if (!group)
    return html`<p class="muted empty-note">
      None of these runs kept an image (png, jpg, svg, webp, gif) among its artifacts.
    </p>`;
  const { steps } = group;
  const last = steps.length - 1;
  const at =
    steps.length === 0
      ? -1
      : chosen.step === null
        ? last
        : Math.max(
            0,
            steps.findLastIndex((step) => step <= (chosen.step ?? 0)),
          );
  const step = steps[at] ?? null;
  return html`<div class="tool-line" role="toolbar" aria-label="Images">
      <label
        >Image
        <select
          aria-label="Image"
          @change=${(event: Event) => actions.choose({ group: (event.target as HTMLSelectElement).value, step: null })}
        >
          ${groups.map((one) => html`<option value=${one.name} ?selected=${one === group}>${one.name}</option>`)}
        </select></label
      >
      ${steps.length < 2 ? nothing : html`<label class="steps">Step <input type="range" min="0" max=${last} step="1" .value=${String(at)} aria-valuetext="step ${step}" @input=${(event: Event) => actions.choose({ step: steps[Number((event.target as HTMLInputElement).value)] ?? null })} /><output>${step}</output></label>`}
    </div>
    <div class="side-by-side images">
      ${runs.map(
        (run) =>
          html`<figure>
            <figcaption><button class="link" @click=${() => actions.open(run.runId)}>${run.name}</button></figcaption>
            ${picture(imageAt(group, run.runId, step), step, store, run.name)}
          </figure>`,
      )}
    </div>`;
}

function picture(image: StepImage | null, step: number | null, store: ArtifactStore, name: string): TemplateResult {
  if (!image) return html`<div class="no-image muted">none${step === null ? '' : ` up to step ${step}`}</div>`;
  const { runId, path } = image;
  store.want(runId, path);
  const held = store.get(runId, path);
  if (!held) return html`<div class="no-image waiting" role="status" aria-label="Loading"></div>`;
  if (held.error !== null) return errorBar(held.error, () => store.retry(runId, path)) as TemplateResult;
  const source = held.content ? imageSource(held.content) : null;
  if (source === null)
    return html`<div class="no-image muted">
      ${icon('warning')} ${held.content?.problem ?? 'This image cannot be shown.'}
    </div>`;
  return html`<img
      src=${source}
      alt="${path} of ${name}"
      loading="lazy"
    />${image.step === step ? nothing : html`<div class="muted">step ${image.step}</div>`}`;
}
