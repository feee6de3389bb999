import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { LabelOrder, LabelTaskInfo } from '../../protocol/labelling.ts';
import { plural } from '../../words/numbers.ts';
import { isPlain } from '../ui/frame/keys.ts';
import { emptyState, errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { card } from './card.ts';
import { keyHelp } from './keys.ts';
import { shownRow } from './model.ts';
import type { Actions, Model } from './model.ts';
import { sidePanel } from './sidePanel.ts';

const snippet = `labelling:
  review:
    data: transactions          # a dataset
    key: id                     # names a row; default the primaryKey
    label: is_fraud
    classes: [fraud, legitimate]
    file: data/labels/review.csv
`;

/** Shows one row at a time; all actions have keys. */
export function labellingView(model: Model, actions: Actions): TemplateResult {
  const { tasks, task } = model;
  if (!tasks.value) return tasks.error === null ? skeleton(10) : html`${errorBar(tasks.error, actions.retry)}`;
  const failing = tasks.error ?? model.error ?? model.summary.error;
  if (!task) return html`${errorBar(failing, actions.retry)}${noTask(model, actions)}`;
  return html`${errorBar(failing, actions.retry)}
    <div class="labelling">
      ${head(model, task, actions)} ${model.help ? help() : nothing}
      <div class="columns">
        <div class="work">
          ${model.cards.note === null ? nothing : html`<p class="note muted">${icon('info')} <span>${model.cards.note}</span></p>`}${work(model, task, actions)}
        </div>
        ${sidePanel(model, actions)}
      </div>
      <p class="visually-hidden" role="status" aria-live="polite">${model.said}</p>
    </div>`;
}

function head(model: Model, task: LabelTaskInfo, actions: Actions): TemplateResult {
  const names = model.tasks.value?.tasks.map(({ name }) => name) ?? [];
  const chosen = (event: Event) => (event.target instanceof HTMLSelectElement ? event.target.value : '');
  return html`<header>
    <h1>Label ${task.label}</h1>
    ${
      names.length > 1
        ? html`<label
            >Task
            <select id="task" @change=${(event: Event) => actions.task(chosen(event))}>
              ${names.map((name) => html`<option value=${name} ?selected=${name === task.name}>${name}</option>`)}
            </select></label
          >`
        : html`<span class="muted">${task.name} of ${task.dataset}</span>`
    }
    <label
      >Order
      <select id="order" @change=${(event: Event) => actions.order(chosen(event) as LabelOrder)}>
        ${(['uncertain', 'unlabelled', 'random'] as const).map((order) => html`<option value=${order} ?selected=${order === (model.cards.order ?? model.order ?? task.order)} ?disabled=${order === 'uncertain' && task.model === null}>${orderWords[order]}</option>`)}
      </select></label
    >
    <span class="gap"></span>
    ${who(model, actions)}
    <button
      class="quiet"
      id="help"
      aria-expanded=${model.help ? 'true' : 'false'}
      title="Keys (?)"
      aria-label="Keys"
      @click=${actions.help}
    >
      ${icon('keyboard')}
    </button>
  </header>`;
}

const orderWords: Record<LabelOrder, string> = {
  uncertain: 'uncertain first',
  unlabelled: 'in data order',
  random: 'random',
};

function who(model: Model, actions: Actions): TemplateResult {
  if (!model.naming)
    return html`<span class="who"
      >Labelling as <strong>${model.who}</strong>
      <button class="link" id="rename" @click=${() => actions.naming(true)}>Change</button></span
    >`;
  return html`<form
    class="who"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const field = event.target instanceof HTMLFormElement ? event.target.elements.namedItem('labeller') : null;
      if (field instanceof HTMLInputElement) actions.name(field.value);
    }}
  >
    <label
      >Labelling as
      <input
        id="labeller"
        name="labeller"
        maxlength="100"
        autocomplete="off"
        .value=${model.who}
        @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && isPlain(event) && actions.naming(false)}
    /></label>
    <button class="link" type="submit">Keep</button>
  </form>`;
}

function help(): TemplateResult {
  return html`<dl class="help" aria-label="Keys">
    ${keyHelp.map(
      ([keys, what]) =>
        html`<div>
          <dt><kbd>${keys}</kbd></dt>
          <dd>${what}</dd>
        </div>`,
    )}
  </dl>`;
}

function work(model: Model, task: LabelTaskInfo, actions: Actions): Piece {
  const shown = shownRow(model.cards);
  if (shown) return card(model, task, shown, actions);
  if (!model.cards.known) return model.error === null ? skeleton(7) : nothing;
  const { skipped } = model.cards;
  if (model.again)
    return emptyState('No skipped rows left', 'You labelled all rows that you had skipped.', {
      label: 'Back to the queue',
      run: () => actions.again(false),
    });
  const left =
    skipped > 0
      ? `You skipped ${plural(skipped, 'row')} of ${task.dataset}; all other rows are labelled.`
      : `No row of ${task.dataset} is left for ${model.who}.`;
  return emptyState(
    skipped > 0 ? 'Only skipped rows are left' : 'Everything is labelled',
    left,
    skipped > 0 ? { label: 'Review skipped rows', run: () => actions.again(true) } : null,
  );
}

function noTask({ tasks }: Model, actions: Actions): TemplateResult {
  const broken = tasks.value?.broken ?? [];
  if (broken.length > 0) {
    return html`<section class="empty">
      <h2>No labelling task can be used</h2>
      ${broken.map(({ name, message }) => html`<p><strong>${name}</strong>: ${message}</p>`)}<vscode-button
        @click=${() => actions.openFile('loopwright.yaml')}
        >Open loopwright.yaml</vscode-button
      >
    </section>`;
  }
  return html`<section class="empty wide">
    <h2>No labelling task yet</h2>
    <p>Rows to label appear here one at a time. Declare a labelling task in loopwright.yaml:</p>
    <pre class="snippet">${snippet}</pre>
    <p>
      <vscode-button @click=${() => actions.openFile('loopwright.yaml')}>Open loopwright.yaml</vscode-button>
      <vscode-button secondary @click=${() => actions.copy(snippet)}>Copy</vscode-button>
    </p>
  </section>`;
}
