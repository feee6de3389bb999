import { html } from 'lit';
import type { TemplateResult } from 'lit';

/** The name of a metric that can wrap after `_`, `[` and `@`, instead of in the middle of a word. */
export function breakable(name: string): TemplateResult {
  return html`${name.split(/(?<=[_[@])(?=[^_[@])/).map((part, at) => (at === 0 ? part : html`<wbr />${part}`))}`;
}
