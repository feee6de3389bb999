import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Actions, Model } from '../model.ts';
import { choice, formTexts } from '../../ui/frame/popup.ts';

/** The saved views: open, save, save as, rename, delete, or none. */
export function viewsPanel(model: Model, actions: Actions): TemplateResult {
  const { view } = model;
  return html` ${choice('Default', 'newest first, all columns by default', view === null, () => actions.useView(null))}
    ${model.views.map((name) => choice(name, name === view && model.edited ? 'changed since it was saved' : '', name === view, () => actions.useView(name)))}
    <hr />
    ${
      view === null
        ? nothing
        : html` ${choice(`Save “${view}”`, '', null, () => actions.saveView(view), !model.edited)}
            ${choice('Discard changes', '', null, () => actions.useView(view), !model.edited)}
            ${choice(`Delete “${view}”`, '', null, () => actions.deleteView(view))}
            <form @submit=${(event: SubmitEvent) => actions.renameView(view, formTexts(event)('name').trim())}>
              <input
                name="name"
                type="text"
                required
                maxlength="80"
                placeholder="Another name for it"
                aria-label="Another name for ${view}"
              /><button class="tool">Rename</button>
            </form>`
    }
    <form @submit=${(event: SubmitEvent) => actions.saveView(formTexts(event)('name').trim())}>
      <input
        name="name"
        type="text"
        required
        maxlength="80"
        pattern=".*\\S.*"
        placeholder="Name of a new view"
        aria-label="Name of a new view"
      /><button class="tool">Save as</button>
    </form>`;
}
