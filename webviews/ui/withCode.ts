import { html } from 'lit';
import type { TemplateResult } from 'lit';

/** A text with `names` between backticks as code. */
export function withCode(text: string): TemplateResult {
  return html`${text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
