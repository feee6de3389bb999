import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunSummary } from '../../../protocol/runs.ts';
import { count, plural } from '../../../words/numbers.ts';
import { isCommand, take } from '../../ui/frame/keys.ts';
import { icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { keyOf } from '../columns/columns.ts';
import type { Actions, Model } from '../model.ts';
import { formTexts, popupButton } from '../../ui/frame/popup.ts';

/** The bar below the table: the number of runs, and the actions for the selected runs or the focused one. */
export function actionsBar(model: Model, actions: Actions): TemplateResult {
  const { targets, selected } = model;
  const [one] = targets;
  const starred = targets.length > 0 && targets.every((run) => run.starred);
  const archived = targets.length > 0 && targets.every((run) => run.archived);
  const deleted = targets.length > 0 && targets.every((run) => run.deleted);
  const none = targets.length === 0;
  return html`<footer class="actions" aria-label="Actions">
    <span class="count muted" role="status">${countText(model)}</span>
    <span class="gap"></span>
    ${
      selected.length > 0
        ? html`<span class="about"
            ><b>${count(selected.length)} selected</b>
            <button class="link" title="Clear the selection (Esc)" @click=${() => actions.clearSelection()}>
              Clear
            </button></span
          >`
        : one
          ? html`<span class="about">${one.name}</span>`
          : nothing
    }
    <button
      class="tool"
      ?disabled=${none}
      title="${starred ? 'Remove the star' : 'Star'} (S)"
      @click=${() => actions.starTargets()}
    >
      ${icon(starred ? 'star-full' : 'star-empty')} ${starred ? 'Unstar' : 'Star'}
    </button>
    ${popupButton(model, actions, 'tags', html`${icon('tag')} Tag`, 'Tags', () => tags(targets, model, actions), none)}
    ${popupButton(model, actions, 'note', html`${icon('note')} Note`, 'Note, as Markdown', () => note(targets, model, actions), none)}
    ${popupButton(model, actions, 'rename', html`${icon('edit')} Rename`, 'Rename', () => rename(one, actions), targets.length !== 1)}
    ${
      deleted
        ? html`<button class="tool" @click=${() => actions.remove(false)}>${icon('discard')} Restore</button>`
        : html` <button
              class="tool"
              ?disabled=${none}
              title=${archived ? 'Restore the run' : 'Archive; nothing is deleted'}
              @click=${() => actions.archive(!archived)}
            >
              ${icon(archived ? 'discard' : 'archive')} ${archived ? 'Restore' : 'Archive'}
            </button>
            <button
              class="tool"
              ?disabled=${none}
              title="Delete (Del); it can be undone"
              @click=${() => actions.remove(true)}
            >
              ${icon('trash')} Delete
            </button>`
    }
    <vscode-button
      id="compare"
      ?disabled=${selected.length < 2}
      @click=${() => actions.compare(!model.comparing)}
      title=${selected.length < 2 ? 'Select two or more runs with Space' : 'Compare the selected runs (c)'}
      >${selected.length < 2 ? 'Compare' : `Compare ${count(selected.length)}`}</vscode-button
    >
  </footer>`;
}

function countText(model: Model): string {
  if (model.total === null) return '';
  return `${plural(model.total, 'run')}${model.groups === null ? '' : ` in ${plural(model.groups, 'group')}`}`;
}

function tags(targets: readonly RunSummary[], model: Model, actions: Actions): TemplateResult {
  const uses = new Map<string, Set<string>>();
  for (const run of targets)
    for (const [key, value] of Object.entries(run.tags)) uses.set(key, (uses.get(key) ?? new Set()).add(value));
  const keys = model.available.filter(({ column }) => column.kind === 'tag').map(({ column }) => keyOf(column.id));
  return html`<p class="muted">${about(targets, model)}</p>
    ${
      uses.size === 0
        ? html`<p>No tags yet.</p>`
        : html`<ul class="chips">
            ${[...uses].map(([key, values]) => tagChip(key, [...values], actions))}
          </ul>`
    }
    <form class="tag-form" @submit=${(event: SubmitEvent) => addTag(event, actions)}>
      <input
        name="key"
        type="text"
        required
        maxlength="250"
        pattern=".*\\S.*"
        list="tag-keys"
        placeholder="Name"
        aria-label="Name of the tag"
      /><datalist id="tag-keys">${keys.map((key) => html`<option value=${key}></option>`)}</datalist>
      <input name="value" type="text" maxlength="5000" placeholder="Value" aria-label="Value of the tag" /><button
        class="tool"
      >
        Add
      </button>
    </form>`;
}

function tagChip(key: string, values: readonly string[], actions: Actions): TemplateResult {
  const text = values.length === 1 ? values[0] : `${count(values.length)} values`;
  return html`<li>
    <span class="chip"
      ><span class="muted">${key}</span> ${text}
      <button class="quiet" aria-label="Remove the tag ${key}" title="Remove" @click=${() => actions.tag(key, null)}>
        ${icon('close')}
      </button></span
    >
  </li>`;
}

function addTag(event: SubmitEvent, actions: Actions): void {
  const text = formTexts(event);
  actions.tag(text('key').trim(), text('value').trim());
  const { target } = event;
  if (!(target instanceof HTMLFormElement)) return;
  target.reset();
  target.querySelector('input')?.focus();
}

function note(targets: readonly RunSummary[], model: Model, actions: Actions): TemplateResult {
  const texts = new Set(targets.map((run) => run.note));
  const same = texts.size === 1 ? ([...texts][0] ?? '') : '';
  return html`<form
    @submit=${(event: SubmitEvent) => actions.note(formTexts(event)('note'))}
    @keydown=${submitOnCtrlEnter}
  >
    <p class="muted">${about(targets, model)}${texts.size > 1 ? ': this replaces their different notes' : ''}</p>
    <textarea
      name="note"
      rows="8"
      aria-label="Note"
      placeholder="What you tried and the result, in Markdown."
      .value=${same}
    ></textarea>
    <p class="foot"><button class="tool primary">Save</button><span class="muted">Ctrl+Enter saves</span></p>
  </form>`;
}

function rename(run: RunSummary | undefined, actions: Actions): TemplateResult {
  return html`<form @submit=${(event: SubmitEvent) => actions.rename(formTexts(event)('name').trim())}>
    <input
      name="name"
      type="text"
      required
      maxlength="250"
      pattern=".*\\S.*"
      aria-label="Name of the run"
      .value=${run?.name ?? ''}
    /><button class="tool primary">Rename</button>
  </form>`;
}

function about(targets: readonly RunSummary[], model: Model): Piece | string {
  const [one] = targets;
  if (model.selected.length === 0 && one) return one.name;
  return model.selected.length > targets.length
    ? `${plural(model.selected.length, 'selected run')}, ${count(targets.length)} of them loaded`
    : plural(targets.length, 'selected run');
}

function submitOnCtrlEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !isCommand(event)) return;
  take(event);
  if (event.currentTarget instanceof HTMLFormElement) event.currentTarget.requestSubmit();
}
