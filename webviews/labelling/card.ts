import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { LabelRow, LabelTaskInfo, LabelValue } from '../../protocol/labelling.ts';
import { css } from '../ui/css.ts';
import { absent, count, number, percent, plural } from '../../words/numbers.ts';
import { copyable, icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';

/** One row: its columns, the model's answer and the rules' votes, and the classes with their digit keys. */
export function card(
  model: Model,
  task: LabelTaskInfo,
  { row, decided }: { row: LabelRow; decided: string | null | undefined },
  actions: Actions,
): TemplateResult {
  return html`<article class="card" aria-labelledby="row-name">
    <div class="row-head">
      <h2 id="row-name">
        <span class="muted">${task.key}</span> ${copyable(row.key, actions.copy, shortened(row.key))}
      </h2>
      <span class="gap"></span>${place(model, row, decided)}
    </div>
    <dl class="values">${row.values.map(value)}</dl>
    ${hints(model, row, decided !== undefined, actions)}
    <div class="classes" role="group" aria-label="Classes">
      ${task.classes.map((label, i) => html`<button class="class ${decided === label ? 'chosen' : ''}" aria-pressed=${decided === label ? 'true' : 'false'} aria-keyshortcuts=${i < 9 ? String(i + 1) : nothing} @click=${() => actions.decide(label)}>${i < 9 ? html`<kbd>${i + 1}</kbd>` : nothing}<span>${label}</span>${decided === label ? icon('check') : nothing}</button>`)}
    </div>
    <div class="deeds">
      <button class="link" id="skip" aria-keyshortcuts="S" @click=${() => actions.decide(null)}>
        <kbd>S</kbd> Skip
      </button>
      <button class="link" id="undo" aria-keyshortcuts="U" @click=${actions.undo}><kbd>U</kbd> Undo</button
      ><span class="gap"></span>
      <button
        class="link"
        id="back"
        ?disabled=${model.cards.trail.length === 0 || model.cards.back === model.cards.trail.length}
        @click=${() => actions.look(1)}
      >
        <kbd>←</kbd> Look back
      </button>
      <button
        class="link"
        id="forward"
        ?disabled=${model.cards.back === 0 && !model.cards.opened}
        @click=${() => actions.look(-1)}
      >
        <kbd>→</kbd> Go on
      </button>
    </div>
  </article>`;
}

/** The position of this card in the queue. */
function place({ cards, again }: Model, row: LabelRow, decided: string | null | undefined): Piece {
  if (cards.opened) return html`<span class="badge">opened from the list</span>`;
  if (cards.back > 0)
    return html`<span class="badge"
      >${cards.back === 1 ? 'the last one' : `${cards.back} back`} · ${decided ?? 'skipped'}</span
    >`;
  if (again) return html`<span class="badge">skipped before</span>`;
  return row.labels > 0 ? html`<span class="muted">${plural(row.labels, 'label')} by others</span>` : nothing;
}

/** Texts unchanged and wrapped; links and markup in them are plain text. */
function value({ name, value: text, unit, description }: LabelValue): TemplateResult {
  const isLong = text !== null && text.length > 80;
  return html`<div class=${isLong ? 'long' : ''}>
    <dt title=${description ?? nothing}>${name}</dt>
    <dd>
      ${text === null ? html`<span class="muted" title="missing">${absent}</span>` : html`<span class="text">${readable(text)}</span>`}${unit !== null && text !== null ? html` <span class="muted">${unit}</span>` : nothing}
    </dd>
  </div>`;
}

/** Groups the digits of long numbers by three; other texts stay unchanged. */
function readable(text: string): string {
  if (!/^-?\d{5,15}(\.\d+)?$/.test(text) || /^-?0\d/.test(text)) return text;
  const [whole = '', fraction] = text.split('.');
  const grouped = count(Number(whole));
  return fraction === undefined || Number(fraction) === 0 ? grouped : `${grouped}.${fraction}`;
}

/**
 * The model's answer is hidden until the user decides or reveals it, because a visible answer influences the decision.
 */
function hints({ reveal, task }: Model, { model, rules }: LabelRow, decided: boolean, actions: Actions): Piece {
  if (!model && rules.length === 0 && task?.model === null && !task.hasRules) return nothing;
  if (!reveal && !decided)
    return html`<div class="hints">
      <button class="link" id="reveal" aria-expanded="false" @click=${actions.reveal}>
        <kbd>M</kbd> Show predictions of the model and the rules
      </button>
      <span class="muted">Hidden to avoid bias.</span>
    </div>`;
  return html`<div class="hints shown" role="group" aria-label="Predictions of the model and the rules">
    ${
      model
        ? html`<p>
            ${icon('beaker')}
            <span>The model says <strong>${model.label}</strong> at ${percent(model.probability)}</span>
            <span class="meter" role="img" aria-label="leads by ${number(model.margin, 2)}"
              ><i ${css({ width: `${Math.round(model.margin * 100)}%` })}></i
            ></span>
            <span class="muted">leads by ${number(model.margin, 2)}</span>
          </p>`
        : nothing
    }
    ${rules.map(
      ({ rule, label }) =>
        html`<p>
          ${icon('law')} <span>Rule <code>${rule}</code> says <strong>${label}</strong></span>
        </p>`,
    )}
    ${!model && rules.length === 0 ? html`<p class="muted">Neither says anything of this row.</p>` : nothing}
    ${reveal ? html`<button class="link" id="reveal" aria-expanded="true" @click=${actions.reveal}><kbd>M</kbd> Hide until I have decided</button>` : nothing}
  </div>`;
}

function shortened(key: string): string {
  return key.length > 60 ? `${key.slice(0, 59)}…` : key;
}
