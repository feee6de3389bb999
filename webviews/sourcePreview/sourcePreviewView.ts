import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { SourcePreview } from '../../protocol/sourcePreview.ts';
import { freshnessText, schemaText, wouldBring } from '../../words/sourcePreview.ts';
import { count, plural } from '../../words/numbers.ts';
import { duration } from '../../words/times.ts';
import { emptyState, icon, skeleton, time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Slice } from '../ui/table/slices.ts';
import type { Actions, Model } from './model.ts';
import { mostColumns, previewTable, rowReasons } from './previewTable.ts';

const icons: Record<string, string> = {
  files: 'file',
  url: 'globe',
  s3: 'cloud',
  command: 'terminal',
  logs: 'output',
  events: 'pulse',
  mqtt: 'broadcast',
};

export function sourcePreviewView(model: Model, actions: Actions, slice: Slice): TemplateResult {
  const { preview, stage, problem } = model;
  return html`<div class="preview">
    <header>
      <div class="line">
        <h1 title=${stage}>${stage}</h1>
        ${preview?.dataset ? html`<span class="muted">into ${preview.dataset}</span>` : nothing}
        <span class="gap"></span>
        ${buttons(model, actions)}
      </div>
      ${preview ? about(preview) : nothing}
    </header>
    ${problem ? problemBar(model, actions) : nothing} ${collectedBar(model, actions)}
    ${preview ? facts(preview) : nothing} ${body(model, actions, slice)}
    <p class="visually-hidden" role="status" aria-live="polite">${spoken(model)}</p>
  </div>`;
}

function buttons({ since, preview, all, stage }: Model, actions: Actions): Piece {
  if (since !== null)
    return html`<span class="muted busy" role="status"
        >${icon('loading codicon-modifier-spin')} Reading the source, at most 10 s</span
      >
      <vscode-button id="cancel" secondary title="Cancel (Escape)" @click=${() => actions.cancel()}
        >Cancel</vscode-button
      >`;
  const canChoose = preview !== null && (canStartOver(preview) || all);
  return html`${
      canChoose
        ? html`<label
            class="choice"
            title="Otherwise only rows after the last collected ${preview.since?.column ?? 'line'}"
            ><input
              id="all"
              type="checkbox"
              .checked=${all}
              @change=${(event: Event) => actions.all((event.target as HTMLInputElement).checked)}
            />
            From the start</label
          >`
        : nothing
    }
    <vscode-button id="refresh" secondary title="Read the source again (R)" @click=${() => actions.refresh()}
      >Refresh</vscode-button
    >
    ${
      preview
        ? html`<vscode-button id="collect" title="Run ${stage}" @click=${() => actions.collect()}
            >Collect</vscode-button
          >`
        : nothing
    }`;
}

function about(preview: SourcePreview): TemplateResult {
  return html`<p class="about">
    ${icon(icons[preview.kind] ?? 'database')} ${preview.about}
    <span class="muted">· answered in ${duration(preview.ms)} · ${time(preview.takenAt)}</span>
  </p>`;
}

function facts(preview: SourcePreview): TemplateResult {
  const fresh = freshnessText(preview);
  const schema = schemaText(preview);
  const isBare = preview.rows.length === 0;
  const isBad = preview.invalidRows > 0 || preview.problems.some(({ isError }) => isError);
  return html`<ul class="facts">
    <li>${icon('arrow-down')} <span>${sentence(wouldBring(preview))}</span></li>
    ${fresh === null ? nothing : html`<li>${icon('history')} <span>${sentence(fresh)}</span></li>`}
    ${schema === null ? html`<li class="muted">${icon('info')} <span>The dataset has no schema, so no row is checked.</span></li>` : html`<li class=${isBad ? 'warn' : isBare ? 'muted' : 'good'}>${icon(isBad ? 'warning' : isBare ? 'info' : 'pass')} <span>${sentence(schema)}</span></li>`}
    ${preview.problems.map(({ message, isError }) => html`<li class=${isError ? 'bad' : 'warn'}>${icon(isError ? 'error' : 'warning')} <span>${message}.</span></li>`)}
    ${preview.notes.map((note) => html`<li class="muted">${icon('info')} <span>${note}</span></li>`)}
  </ul>`;
}

function problemBar({ problem, preview }: Model, actions: Actions): TemplateResult {
  const place = problem?.place;
  return html`<div class="error-bar" role="alert">
    ${icon('error')}<span
      >${problem?.message}${preview ? html` <span class="muted">The rows below are those of the reading before.</span>` : nothing}</span
    >
    <button class="link" id="open-source" @click=${() => actions.openSource()}>
      ${place ? `Open ${place.file}:${place.line}` : 'Open loopwright.yaml'}
    </button>
    <button class="link" id="retry" @click=${() => actions.refresh()}>Try again</button>
  </div>`;
}

/** The preview is older than the last collection. */
function collectedBar({ collected, since }: Model, actions: Actions): Piece {
  if (collected === null || since !== null) return nothing;
  return html`<div class="note-bar" role="status">
    ${icon('history')}<span
      >Collected since, ${time(collected.at)}: ${collected.summary}. What is below was read before.</span
    >
    <button class="link" id="read-again" @click=${() => actions.refresh()}>Read again</button>
  </div>`;
}

function body(model: Model, actions: Actions, slice: Slice): Piece {
  const { preview, problem, since, cancelled } = model;
  if (!preview) {
    if (since !== null) return skeleton(10);
    if (problem) return nothing;
    const read = { label: 'Read the source', run: () => actions.refresh() };
    return cancelled
      ? emptyState('Cancelled', 'The source was not read to its first rows.', read)
      : emptyState(
          'Not read yet',
          'Since the preview came back, the source was not read: a preview connects only when you ask.',
          read,
        );
  }
  if (preview.command !== null && preview.rows.length === 0)
    return emptyState('The command was not run', preview.command, {
      label: 'Run the command…',
      run: () => actions.runCommand(),
    });
  if (preview.rows.length === 0 && preview.columns.length === 0 && !goesOn(preview))
    return emptyState('Nothing to show', 'The source has no columns and no rows.', null);
  if (preview.rows.length === 0)
    return emptyState(
      goesOn(preview) ? 'Nothing new' : 'No rows',
      goesOn(preview)
        ? sentence(wouldBring(preview))
        : `The source has ${plural(preview.columns.length, 'column')} and no rows now: ${namesOf(preview)}.`,
      canStartOver(preview) ? { label: 'Show rows from the start', run: () => actions.all(true) } : null,
    );
  return html`${tableBar(model, preview, actions)} ${previewTable(model, preview, actions, slice)}
  ${
    preview.faults.length > 0
      ? html`<p class="reason" id="reason">
          ${rowReasons(preview, model.shown[model.active] ?? -1) ?? html`<span class="muted">The selected row fits. N goes to the next row that does not.</span>`}
        </p>`
      : nothing
  }`;
}

function tableBar({ onlyFaults, shown }: Model, preview: SourcePreview, actions: Actions): Piece {
  const first = preview.rows.length < (preview.total ?? Number.POSITIVE_INFINITY) ? 'The first ' : '';
  return html`<div class="toolbar">
    <span class="muted">${first}${plural(shown.length, 'row')}, ${columnsText(preview.columns.length)}</span>
    ${
      preview.faults.length > 0
        ? html`<label class="choice"
            ><input
              id="only-faults"
              type="checkbox"
              .checked=${onlyFaults}
              @change=${(event: Event) => actions.onlyFaults((event.target as HTMLInputElement).checked)}
            />
            Only rows that do not fit</label
          >`
        : nothing
    }
    ${preview.command !== null ? html`<button class="link" @click=${() => actions.runCommand()}>Run the command…</button>` : nothing}
  </div>`;
}

/** Only what is new since the last collection would be added. */
function goesOn({ since, adds, has }: SourcePreview): boolean {
  return since !== null || (adds && has !== null);
}

/** Rows that were collected can be read again. */
function canStartOver({ since, kind, has }: SourcePreview): boolean {
  return since !== null || (kind === 'logs' && has !== null);
}

function columnsText(columns: number): string {
  return columns > mostColumns ? `the first ${mostColumns} of ${count(columns)} columns` : plural(columns, 'column');
}

function namesOf({ columns }: SourcePreview): string {
  const names = columns.slice(0, 30).map(({ name }) => name);
  return `${names.join(', ')}${columns.length > names.length ? ', …' : ''}`;
}

/** What a screen reader says after a reading. */
function spoken({ since, problem, preview }: Model): string {
  if (since !== null) return 'Reading the source';
  if (problem) return '';
  if (!preview) return '';
  return [wouldBring(preview), schemaText(preview)]
    .filter((text) => text !== null)
    .map(sentence)
    .join(' ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
