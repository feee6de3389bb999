import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { isCommand, isPlain, take } from '../../ui/frame/keys.ts';
import { markdown } from '../../ui/markdown.ts';
import { icon } from '../../ui/pieces.ts';
import type { DetailActions, DetailModel } from './detailModel.ts';

/** Tags and note of the run, edited in place. */
export function noteSection({ run, editing }: DetailModel, actions: DetailActions): TemplateResult {
  return html`<div class="words">
    ${tags(run.tags, actions)}${
      editing?.what === 'note'
        ? noteInput(editing.text, actions)
        : run.note.trim() === ''
          ? html`<button class="link add-note" @click=${() => actions.edit({ what: 'note', text: '' })}>
              ${icon('note')} Write a note
            </button>`
          : html`<div class="note">
              ${markdown(run.note)}<button
                class="quiet edit-note"
                title="Edit the note"
                aria-label="Edit the note"
                @click=${() => actions.edit({ what: 'note', text: run.note })}
              >
                ${icon('edit')}
              </button>
            </div>`
    }
  </div>`;
}

function noteInput(text: string, actions: DetailActions): TemplateResult {
  return html`<div class="note-editor">
    <textarea
      class="editing"
      rows=${Math.min(16, Math.max(4, text.split('\n').length + 1))}
      aria-label="Note, in Markdown"
      placeholder="Purpose and results of this run, in Markdown: **strong**, *emphasis*, - lists, [links](https://…)"
      .value=${text}
      @input=${(event: Event) => actions.edit({ what: 'note', text: (event.target as HTMLTextAreaElement).value })}
      @keydown=${(event: KeyboardEvent) => noteKeys(event, actions)}
    ></textarea>
    <div class="buttons">
      <vscode-button class="save-note" @click=${() => actions.saveEdit()}>Save</vscode-button
      ><vscode-button secondary @click=${() => actions.edit(null)}>Cancel</vscode-button
      ><span class="muted">Ctrl+Enter saves, Escape cancels</span>
    </div>
  </div>`;
}

function noteKeys(event: KeyboardEvent, actions: DetailActions): void {
  if (event.key === 'Enter' && isCommand(event)) actions.saveEdit();
  else if (event.key === 'Escape' && isPlain(event)) actions.edit(null);
  else return;
  take(event);
}

/** Tags as removable labels, and a field to add one. Tags that MLflow sets itself are listed separately. */
function tags(all: Record<string, string>, actions: DetailActions): TemplateResult {
  const entries = Object.entries(all);
  const own = entries.filter(([key]) => !key.startsWith('mlflow.'));
  const internal = entries.filter(([key]) => key.startsWith('mlflow.'));
  return html`<ul class="tags" aria-label="Tags">
      ${own.map(([key, value]) => html`<li class="badge"><span class="tag-key">${key}</span>${value === '' ? nothing : html` ${value}`}<button class="quiet" aria-label="Remove the tag ${key}" title="Remove the tag" @click=${() => actions.change(`Removed the tag ${key} from`, { tags: { [key]: null } })}>${icon('close')}</button></li>`)}
      <li>
        <form class="add-tag" @submit=${(event: SubmitEvent) => add(event, actions)}>
          <input
            name="key"
            placeholder="tag"
            aria-label="Name of a new tag"
            required
            maxlength="250"
            size="8"
            autocomplete="off"
          /><input
            name="value"
            placeholder="value"
            aria-label="Value of the new tag"
            size="8"
            autocomplete="off"
          /><button class="quiet" aria-label="Add the tag" title="Add the tag">${icon('add')}</button>
        </form>
      </li>
    </ul>
    ${
      internal.length === 0
        ? nothing
        : html`<details class="internal-tags">
            <summary class="muted">${internal.length} tags of MLflow</summary>
            <table class="plain pairs">
              <tbody>
                ${internal.map(
                  ([key, value]) =>
                    html`<tr>
                      <th scope="row">${key}</th>
                      <td class="value">${value}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </details>`
    }`;
}

function add(event: SubmitEvent, actions: DetailActions): void {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const data = new FormData(form);
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const key = text('key');
  if (key === '') return;
  actions.change(`Tagged ${key}`, { tags: { [key]: text('value') } });
  form.reset();
}
