import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { count, plural } from '../../words/numbers.ts';
import { emptyState, errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { highlighted } from './highlight.ts';
import { cardsShown, isSame, shownTables, targetOf } from './model.ts';
import type { Actions, Model } from './model.ts';
import { withCode } from '../ui/withCode.ts';
import { progressView } from './progressView.ts';
import { cardsOf } from './cards.ts';
import { databaseSection, logsSection } from './sourceSections.ts';
import { tableSection } from './tableSection.ts';

/** The wizard: the files found, the project made from them, and the first run. */
export function startView(model: Model, actions: Actions): TemplateResult {
  const { folder, persisted, root } = model;
  const name = root.split(/[\\/]/).at(-1) ?? root;
  return html`<div class="start">
    <header>
      <h1>${persisted.written ? name : 'Create a project'}</h1>
      <span class="muted path" title=${root}>${root}</span>
    </header>
    ${persisted.written ? progressView(model, persisted.written, actions) : folder.value ? foundView(model, actions) : notFound(model, actions)}
  </div>`;
}

function notFound({ folder }: Model, actions: Actions): Piece {
  if (folder.error === null) return skeleton(7);
  if (/not trusted/i.test(folder.error)) {
    return html`${emptyState('This folder is not trusted', 'A project is made by reading your data and by running programs, and an untrusted folder allows neither. With your trust, Loopwright looks at its tables and programs, shows what it would write, and writes nothing before you say so. Until then it checks the text of project files only.', { label: 'Manage trust', run: () => actions.act({ do: 'manageTrust' }) })}`;
  }
  return errorBar(folder.error, actions.again);
}

function foundView(model: Model, actions: Actions): Piece {
  const { folder, persisted } = model;
  const look = folder.value;
  if (!look) return nothing;
  if (look.project !== null) {
    return emptyState(`${look.project} is here already`, 'This folder is already a project. Nothing is written.', {
      label: `Open ${look.project}`,
      run: () => actions.act({ do: 'openFile', path: look.project ?? '', line: null }),
    });
  }
  const found = [look.tables, look.scripts, look.imports, look.databases, look.logs];
  const isEmpty = found.every((list) => list.length === 0) && !look.dvc;
  if (isEmpty && persisted.source === null) return emptyFolder(model, actions);
  return html` ${errorBar(model.error ?? folder.error, actions.again)} ${sourcesSection(model, actions)}
  ${chosenSection(model, actions)} ${writeSection(model, actions)}`;
}

function chosenSection(model: Model, actions: Actions): Piece {
  switch (model.persisted.source?.kind) {
    case 'table':
      return tableSection(model, actions);
    case 'database':
      return databaseSection(model, actions);
    case 'logs':
      return logsSection(model, actions);
    default:
      return otherSection(model);
  }
}

function emptyFolder({ folder }: Model, actions: Actions): TemplateResult {
  const notebooks = folder.value?.notebooks ?? [];
  return html`<section class="empty">
    <h2>Nothing to start from yet</h2>
    <p>
      There is no table (CSV, TSV, JSON Lines, Parquet), no database (SQLite, DuckDB), no log, no training program, no
      runs of MLflow and no dvc.yaml in this
      folder.${notebooks.length > 0 ? ` Notebooks are not run: ${notebooks.slice(0, 3).join(', ')}.` : ''} Put one here,
      or
    </p>
    <div class="choices">
      <vscode-button @click=${() => actions.act({ do: 'pickData' })}>Pick a data file…</vscode-button>
      <vscode-button secondary @click=${() => actions.act({ do: 'openExample' })}>Open an example…</vscode-button>
      <vscode-button secondary @click=${actions.again}>Look again</vscode-button>
    </div>
  </section>`;
}

function sourcesSection(model: Model, actions: Actions): TemplateResult {
  const look = model.folder.value;
  const { tables, more } = shownTables(model);
  const many = (look?.tables.length ?? 0) > cardsShown;
  const cards = cardsOf(model, tables);
  return html`<section class="found">
    <h2 id="found">Found</h2>
    ${many ? html`<div class="filter"><input type="search" placeholder="Filter ${count(look?.tables.length ?? 0)} tables" aria-label="Filter tables" .value=${model.filter} @input=${(event: Event) => actions.filter((event.target as HTMLInputElement).value)} /></div>` : nothing}
    <div class="sources" role="radiogroup" aria-labelledby="found" @keydown=${arrows}>
      ${cards.map((card) => {
        const chosen = isSame(model.persisted.source, card.source);
        const name = card.name ?? card.source.path;
        return html`<button
          class="source"
          role="radio"
          aria-checked=${chosen}
          tabindex=${chosen || (model.persisted.source === null && card === cards[0]) ? 0 : -1}
          title=${name}
          @click=${() => actions.choose(card.source)}
        >
          ${icon(card.icon)}<span
            ><strong>${name}</strong><span class="muted">${card.lines.join(' · ')}</span
            ><span class="what">${chosen ? icon('check') : nothing} ${card.what}</span></span
          >
        </button>`;
      })}
    </div>
    <p class="muted more">
      ${more > 0 ? html`<button class="link" @click=${actions.showAll}>${plural(more, 'more table')}</button> · ` : nothing}
      <button class="link" @click=${() => actions.act({ do: 'pickData' })}>Pick another file…</button>
      ${(look?.notebooks.length ?? 0) > 0 ? html` · ${plural(look?.notebooks.length ?? 0, 'notebook')} (${look?.notebooks[0] ?? ''}${(look?.notebooks.length ?? 0) > 1 ? ', …' : ''}) not run` : nothing}
      ${look?.cut ? html` · the folder is large and was not looked through to the end` : nothing}
    </p>
  </section>`;
}

/** Arrow keys move between the cards, as between radio buttons. */
function arrows(event: KeyboardEvent): void {
  const step =
    event.key === 'ArrowRight' || event.key === 'ArrowDown'
      ? 1
      : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
        ? -1
        : 0;
  if (step === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const cards = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLButtonElement>('.source')];
  const next = cards[(cards.indexOf(document.activeElement as HTMLButtonElement) + step + cards.length) % cards.length];
  event.preventDefault();
  next?.focus();
  next?.click();
}

/** A program, runs or a pipeline, with its details. */
function otherSection({ persisted, folder }: Model): Piece {
  const { source } = persisted;
  if (source?.kind === 'dvc')
    return html`<section>
      <h2>dvc.yaml</h2>
      <p>Its stages run unchanged, with their params and metrics. No file is written.</p>
    </section>`;
  if (source?.kind === 'import')
    return html`<section>
      <h2>${source.path}</h2>
      <p>
        Its runs are copied into the project: params, every point of the metrics, tags, artifacts and models. The
        original stays as it is; importing again adds what is new.
      </p>
    </section>`;
  const script = folder.value?.scripts.find(({ path }) => path === source?.path);
  if (!script) return nothing;
  const given = script.arguments.filter(({ kind }) => kind !== 'flag');
  return html`<section>
    <h2>${script.path}</h2>
    <dl class="facts">
      <dt>Why</dt>
      <dd>${withCode(script.reason)}</dd>
      ${
        script.libraries.length > 0
          ? html`<dt>Uses</dt>
              <dd>${script.libraries.join(', ')}</dd>`
          : nothing
      }
      ${
        given.length > 0
          ? html`<dt>Params</dt>
              <dd>
                ${given.map(({ param, value }) => html`<code>${param}</code>${value === null ? '' : ` ${String(value)}`} `)}
              </dd>`
          : nothing
      }
      ${
        script.reads.length > 0
          ? html`<dt>Reads</dt>
              <dd>${script.reads.join(', ')}</dd>`
          : nothing
      }
      ${
        script.writes.length + script.metrics.length > 0
          ? html`<dt>Writes</dt>
              <dd>${[...script.writes, ...script.metrics].join(', ')}</dd>`
          : nothing
      }
      <dt>Tracking</dt>
      <dd>
        ${script.mlflow ? 'what it logs to MLflow' : script.metrics.length > 0 ? `the numbers in ${script.metrics.join(', ')}` : 'its log, duration, code and environment'}
      </dd>
    </dl>
  </section>`;
}

function writeSection(model: Model, actions: Actions): TemplateResult {
  const { proposal, table, persisted, writing } = model;
  const { source } = persisted;
  const { value } = proposal;
  // Avoids repeating the text beside the target.
  const warning = targetOf(model)?.warning;
  const notes = (value?.notes ?? []).filter((note) => !warning || !note.endsWith(`${warning}.`));
  const ready =
    source?.kind === 'dvc' || (value !== null && proposal.error === null && !proposal.loading && table.error === null);
  const verb = source?.kind === 'import' ? 'Create and import' : source?.kind === 'dvc' ? 'Run it' : 'Create and run';
  return html` ${
      source?.kind === 'dvc'
        ? nothing
        : html`<section class="write">
            <h2>Will write</h2>
            ${proposal.error !== null && !proposal.loading ? errorBar(proposal.error, actions.again) : nothing}
            ${
              value
                ? value.files.map(
                    ({ path, text, how, about }) =>
                      html`<details>
                        <summary>
                          <code>${path}</code>
                          <span class="muted"
                            >${how === 'append' ? `+${lines(text)}` : plural(lines(text), 'line')} · ${about}</span
                          >
                        </summary>
                        ${highlighted(text, path)}
                      </details>`,
                  )
                : proposal.loading || table.loading
                  ? skeleton(4)
                  : proposal.error === null
                    ? html`<p class="muted">${whyNothing(model)}</p>`
                    : nothing
            }
            ${
              notes.length > 0
                ? html`<ul class="notes">
                    ${notes.slice(0, 8).map((note) => html`<li>${icon('info')}<span>${withCode(note)}</span></li>`)}${notes.length > 8 ? html`<li class="muted">and ${count(notes.length - 8)} more, noted in the schema</li>` : nothing}
                  </ul>`
                : nothing
            }
          </section>`
    }
    <footer>
      <vscode-button id="create" ?disabled=${!ready || writing} @click=${() => actions.create('run')}
        >${writing ? 'Writing…' : verb}</vscode-button
      >
      ${source !== null && source.kind !== 'import' && source.kind !== 'dvc' ? html`<vscode-button secondary ?disabled=${!ready || writing} @click=${() => actions.create('open')}>Create only</vscode-button>` : nothing}
      <span class="muted">Existing files are not overwritten.</span>
    </footer>`;
}

function whyNothing(model: Model): string {
  const { source } = model.persisted;
  if (model.table.error !== null)
    return `Nothing: the ${source?.kind === 'database' ? 'table' : 'file'} cannot be read.`;
  if (source?.kind === 'table') return 'Nothing: no column of this file can be predicted.';
  if (source?.kind === 'database') return 'Nothing: the database has no row that can be read.';
  return source?.kind === 'logs' ? 'Nothing: choose a log.' : 'Choose what to start from.';
}

const lines = (text: string): number => text.trimEnd().split('\n').length;
