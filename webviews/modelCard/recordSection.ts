import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { VersionRecord } from '../../protocol/registry.ts';
import { time } from '../ui/pieces.ts';

/** The line below the gates: who promoted the version against them, when and why. */
export function overrideLine({ override }: VersionRecord): TemplateResult | typeof nothing {
  if (override === null) return nothing;
  return html`<p class="override">
    <b>Gates overridden</b> by ${override.actor}, ${time(override.at)}: ${override.reason}
    <span class="muted">(${override.gates.join('; ')})</span>
  </p>`;
}

/** True when people or promotions say something about the version. */
export function hasRecord({ approvals, comments, promotions }: VersionRecord): boolean {
  return approvals.length + comments.length + promotions.length > 0;
}

/** Promotions, approvals and comments, each with who, when and why. */
export function recordSection({ approvals, comments, promotions }: VersionRecord): TemplateResult {
  const row = (what: string, one: { at: number; actor: string }, text: string) =>
    html`<tr>
      <td>${what}</td>
      <td>${one.actor}</td>
      <td>${time(one.at)}</td>
      <td>${text}</td>
    </tr>`;
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col">By</th>
        <th scope="col">When</th>
        <th scope="col">Why</th>
      </tr>
    </thead>
    <tbody>
      ${promotions.map((one) => row(one.kind === 'promoted' ? 'Promoted' : 'Rolled back to', one, one.why))}
      ${approvals.map((one) => row(`Approved for ${one.stage}${one.isCurrent ? '' : ', of an earlier validation'}`, one, one.why))}
      ${comments.map((one) => row('Comment', one, one.text))}
    </tbody>
  </table>`;
}
