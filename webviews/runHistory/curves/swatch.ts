import { nothing, svg, html } from 'lit';
import type { TemplateResult } from 'lit';
import { markerPath } from '../../ui/charts/lineStyle.ts';
import type { LineStyle } from '../../ui/charts/lineStyle.ts';

/** A sample of a run's line: colour, dashes and mark. */
export function swatch({ color, dash, marker }: LineStyle): TemplateResult {
  return html`<svg class="swatch" width="26" height="10" aria-hidden="true">
    <path
      d="M0,5H26"
      stroke=${color}
      stroke-width="2"
      stroke-dasharray=${dash.length === 0 ? nothing : dash.join(' ')}
    ></path>
    ${marker === 'none' ? nothing : svg`<path d=${markerPath(marker, 13, 5, 7)} fill=${color}></path>`}
  </svg>`;
}
