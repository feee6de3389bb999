import type { GateResult } from '../../protocol/gates.ts';
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { shortId } from './format.ts';
import { dateTimeText, exactTime, timeText } from '../../words/times.ts';

export type Piece = TemplateResult | typeof nothing;

export function icon(name: string, label = ''): TemplateResult {
  return label === ''
    ? html`<i class="codicon codicon-${name}" aria-hidden="true"></i>`
    : html`<i class="codicon codicon-${name}" role="img" aria-label=${label} title=${label}></i>`;
}

const runIcons: Record<RunStatus | 'skipped', string> = {
  running: 'loading',
  scheduled: 'clock',
  finished: 'pass',
  failed: 'error',
  refused: 'thumbsdown',
  cancelled: 'circle-slash',
  interrupted: 'debug-disconnect',
  skipped: 'debug-step-over',
};

/** A state as shape, colour and word. */
export function statusMark(status: RunStatus | 'skipped', word: string = status): TemplateResult {
  return html`<span class="status status-${status}"
    ><i
      class="codicon codicon-${runIcons[status]} ${status === 'running' ? 'codicon-modifier-spin' : ''}"
      aria-hidden="true"
    ></i>
    ${word}</span
  >`;
}

export function gateMark({ kind, passed }: Pick<GateResult, 'kind' | 'passed'>): TemplateResult {
  if (kind === 'undecidable')
    return html`<span class="status status-${passed ? 'finished' : 'undecidable'}"
      >${icon('question')} ${passed ? 'undecidable, allowed' : 'undecidable'}</span
    >`;
  return passed
    ? html`<span class="status status-finished">${icon('pass')} passed</span>`
    : html`<span class="status status-failed">${icon('error')} failed</span>`;
}

/** A relative time with the exact time as a tooltip. */
export function time(at: number | null): TemplateResult {
  return at === null
    ? html`–`
    : html`<time datetime=${new Date(at).toISOString()} title=${exactTime(at)}>${timeText(at)}</time>`;
}

/** The date and time; the seconds and the relative time are in the tooltip. */
export function date(at: number): TemplateResult {
  return html`<time datetime=${new Date(at).toISOString()} title="${exactTime(at)}, ${timeText(at)}"
    >${dateTimeText(at)}</time
  >`;
}

export function copyable(text: string, copy: (text: string) => void, shown = shortId(text)): TemplateResult {
  return html`<span class="copyable"
    ><code title=${text}>${shown}</code
    ><button class="quiet" title="Copy ${text}" aria-label="Copy ${shown}" @click=${() => copy(text)}>
      ${icon('copy')}
    </button></span
  >`;
}

/** An empty state with one action. */
export function emptyState(
  what: string,
  detail: string,
  action: { label: string; run(): void } | null,
): TemplateResult {
  return html`<section class="empty">
    <h2>${what}</h2>
    <p>${detail}</p>
    ${action ? html`<vscode-button @click=${() => action.run()}>${action.label}</vscode-button>` : nothing}
  </section>`;
}

/** An error above the last good content. */
export function errorBar(message: string | null, retry: () => void): Piece {
  if (message === null) return nothing;
  return html`<div class="error-bar" role="alert">
    ${icon('error')}<span>${message}</span><button class="link" @click=${retry}>Try again</button>
  </div>`;
}

/** Placeholder lines, shown only when the response takes longer than 150 ms. */
export function skeleton(lines = 8): TemplateResult {
  return html`<div class="skeleton" role="status" aria-label="Loading">
    ${Array.from({ length: lines }, () => html`<div></div>`)}
  </div>`;
}
