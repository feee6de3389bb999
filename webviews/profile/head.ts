import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DataSubject, SubjectChoice } from '../../protocol/dataProfile.ts';
import { count, plural } from '../../words/numbers.ts';
import { bytes } from '../../words/sizes.ts';
import { timeText } from '../../words/times.ts';
import { icon, time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';
import { comparable, keyOf, same, titleOf } from './subjects.ts';
import { shortened, visible } from './text.ts';
import { withCode } from '../ui/withCode.ts';
import { changeOf, verdictOf } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const binary = /\.(parquet|pq|gz)$/i;

/** The profiled subject, the subject it is compared with, and the data quality in one sentence. */
export function head(model: Model, actions: Actions): TemplateResult {
  const known = model.profile.value ?? model.outline;
  const subject = model.subject;
  const [file] = known?.files ?? [];
  const title = known?.title ?? (subject === null ? 'Data' : titleOf(subject, model.subjects.value ?? []));
  return html`<header>
    <div class="line">
      <h1 title=${visible(title)}><bdi>${visible(title)}</bdi></h1>
      ${model.profile.loading ? html`<span class="busy muted" role="status">${icon('loading codicon-modifier-spin')} ${model.profile.value ? 'updating' : 'profiling'}</span>` : nothing}
      <span class="gap"></span>
      ${subject === null ? nothing : chooser(model, subject, actions)}
      <vscode-button secondary icon="refresh" title="Ask again" @click=${() => actions.refresh()}
        >Refresh</vscode-button
      >
      ${subject === null || !known ? nothing : html`<vscode-button secondary title="Save as a self-contained HTML file" @click=${() => actions.save()}>Save as HTML…</vscode-button>`}
      ${file === undefined || binary.test(file) || known?.files.length !== 1 ? nothing : html`<vscode-button secondary title=${file} @click=${() => actions.openFile(file)}>Open file</vscode-button>`}
    </div>
    ${known ? html`<p class="muted numbers">${factsOf(known)}</p>` : nothing} ${readAs(model)}
    ${verdict(model, actions)} ${change(model, actions)}
  </header>`;
}

function factsOf({
  rows,
  columns,
  bytes: size,
  files,
  madeAt,
}: NonNullable<Model['profile']['value'] | Model['outline']>): TemplateResult {
  const [first = ''] = files;
  // The file of a stored version is named by its hash.
  const where = first.startsWith('.loopwright/') ? 'kept version' : shortened(visible(first), 70);
  const place =
    files.length === 1
      ? html`<span title=${visible(first)}><bdi>${where}</bdi></span>`
      : html`<span
          title=${files.slice(0, 30).join('\n') + (files.length > 30 ? `\nand ${count(files.length - 30)} more` : '')}
          >${plural(files.length, 'file')}</span
        >`;
  return html`<b>${rows === null ? 'counting rows…' : plural(rows, 'row')}</b> ·
    <b>${plural(columns.length, 'column')}</b> · ${bytes(size)} ·
    ${place}${madeAt === null ? nothing : html` · made ${time(madeAt)}`}`;
}

/** How text files are read; what concerns single columns is behind a click. */
function readAs({ profile }: Model): Piece {
  const [form, ...notes] = profile.value?.readAs ?? [];
  if (form === undefined) return nothing;
  const line = html`Read as: ${withCode(visible(form))}`;
  if (notes.length === 0) return html`<p class="muted read-as">${line}</p>`;
  return html`<details class="muted read-as">
    <summary>${line} · ${plural(notes.length, 'more note')}</summary>
    <ul>
      ${notes.slice(0, 40).map((note) => html`<li>${withCode(visible(note))}</li>`)}
      ${notes.length > 40 ? html`<li>and ${count(notes.length - 40)} more</li>` : nothing}
    </ul>
  </details>`;
}

function chooser(model: Model, subject: DataSubject, actions: Actions): TemplateResult {
  const choices = model.subjects.value ?? [];
  const { before, others } = comparable(subject, choices);
  const unknown = (one: DataSubject | null): boolean =>
    one !== null && !choices.some((choice) => same(choice.subject, one));
  const option = (key: string, label: string, chosen: boolean): TemplateResult =>
    html`<option value=${key} .selected=${chosen}>${label}</option>`;
  const chosenKey = (event: Event): DataSubject | null => {
    const key = event.target instanceof HTMLSelectElement ? event.target.value : '';
    return (
      [...choices.map((one) => one.subject), ...before.map((one) => one.subject), subject, model.against].find(
        (one) => keyOf(one) === key,
      ) ?? null
    );
  };
  return html` <label class="choice"
      >Data
      <select
        id="subject"
        @change=${(event: Event) => {
          const chosen = chosenKey(event);
          if (chosen) actions.show(chosen);
        }}
      >
        ${unknown(subject) ? option(keyOf(subject), visible(titleOf(subject, choices)), true) : nothing}
        ${choices.map((one) => option(keyOf(one.subject), subjectLabel(one), same(one.subject, subject)))}
      </select></label
    >
    <label class="choice"
      >Compare with
      <select id="against" @change=${(event: Event) => actions.compare(chosenKey(event))}>
        ${option('', 'nothing', model.against === null)}
        ${before.length === 0 ? nothing : html`<optgroup label="Before">${before.map((one) => option(keyOf(one.subject), one.label, same(one.subject, model.against)))}</optgroup>`}
        ${others.length === 0 ? nothing : html`<optgroup label="Other data">${others.map((one) => option(keyOf(one.subject), one.label, same(one.subject, model.against)))}</optgroup>`}
        ${unknown(model.against) && model.against ? option(keyOf(model.against), visible(titleOf(model.against, choices)), true) : nothing}
      </select></label
    >`;
}

function subjectLabel({ title, subject, rows, madeAt }: SubjectChoice): string {
  const detail = [madeAt === null ? '' : timeText(madeAt), rows === null ? '' : `${count(rows)} rows`]
    .filter(Boolean)
    .join(', ');
  return `${subject.kind === 'snapshot' ? ' ' : ''}${title}${detail === '' ? '' : ` (${detail})`}`;
}

function said({ tone, text }: Verdict, more: Piece): TemplateResult {
  return html`<p class="verdict ${tone}">
    ${icon({ good: 'pass', warn: 'warning', plain: 'info' }[tone])}<span>${text} ${more}</span>
  </p>`;
}

function verdict(model: Model, actions: Actions): Piece {
  const { value, error } = model.quality;
  if (value)
    return said(
      verdictOf(value, Date.now()),
      html`<button class="link ${model.tab === 'quality' ? 'shown' : ''}" @click=${() => actions.tab('quality')}>
        Details
      </button>`,
    );
  if (error !== null)
    return html`<p class="verdict warn">
      ${icon('warning')}<span
        >The data quality could not be computed: ${error}
        <button class="link" @click=${() => actions.retry('quality')}>Try again</button></span
      >
    </p>`;
  // Reserves the space, so that the table does not move when the sentence appears.
  return html`<p class="verdict waiting muted">
    ${model.profile.error === null ? html`<span class="late">Checking rules, repeated rows and freshness…</span>` : ''}
  </p>`;
}

function change(model: Model, actions: Actions): Piece {
  if (model.against === null) return nothing;
  const { value, error } = model.comparison;
  if (error !== null)
    return html`<p class="verdict warn" role="alert">
      ${icon('warning')}<span
        >The comparison failed: ${error}
        <button class="link" @click=${() => actions.retry('comparison')}>Try again</button></span
      >
    </p>`;
  if (!value)
    return html`<p class="verdict waiting muted">
      <span class="late">Comparing with ${visible(titleOf(model.against, model.subjects.value ?? []))}…</span>
    </p>`;
  return said(changeOf(value), nothing);
}
