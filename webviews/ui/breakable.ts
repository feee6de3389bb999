import { html } from 'lit';
import type { TemplateResult } from 'lit';

/** A metric's name that may go on in the next line after `_`, `[` and `@`, rather than in the middle of a word. */
export function breakable(name: string): TemplateResult {
  return html`${name.split(/(?<=[_[@])(?=[^_[@])/).map((part, at) => (at === 0 ? part : html`<wbr />${part}`))}`;
}
