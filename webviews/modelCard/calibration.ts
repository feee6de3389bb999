import { html, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { count, number, percent } from '../../words/numbers.ts';

const size = 240;
const left = 56;
const bottom = 30;

/** Mean score against the share of positives, in bins of equal count; a calibrated model is on the diagonal. */
export function calibration(bins: ModelCard['calibration']): TemplateResult {
  const largest = Math.max(...bins.flatMap((bin) => [bin.meanScore, bin.positiveRate]), 0.1);
  // Leaves space above the largest value, but none above 1.
  const most = Math.max(largest, Math.min(1, largest * 1.06));
  const x = (value: number): number => left + (value / most) * size;
  const y = (value: number): number => 8 + size - (value / most) * size;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * most);
  return html`<figure class="calibration">
    <svg
      viewBox="0 0 ${left + size + 16} ${size + bottom + 20}"
      width=${left + size + 16}
      height=${size + bottom + 20}
      role="img"
      aria-label="Calibration: mean score against share of positives"
    >
      ${ticks.map(
        (
          tick,
        ) => svg`<line class="guide" x1=${x(tick)} x2=${x(tick)} y1=${y(0)} y2=${y(most)}></line><line class="guide" x1=${x(0)} x2=${x(most)} y1=${y(tick)} y2=${y(tick)}></line>
        <text class="muted" x=${x(tick)} y=${y(0) + 14} text-anchor="middle">${number(tick, 2)}</text><text class="muted" x=${left - 6} y=${y(tick) + 4} text-anchor="end">${number(tick, 2)}</text>`,
      )}
      <line class="diagonal" x1=${x(0)} y1=${y(0)} x2=${x(most)} y2=${y(most)}></line>
      <polyline
        class="curve"
        points=${bins.map((bin) => `${x(bin.meanScore)},${y(bin.positiveRate)}`).join(' ')}
      ></polyline>
      ${bins.map((bin) => svg`<circle class="dot" cx=${x(bin.meanScore)} cy=${y(bin.positiveRate)} r="4"><title>mean score ${number(bin.meanScore)}, positives ${percent(bin.positiveRate)}, n ${count(bin.n)}</title></circle>`)}
      <text class="muted" x=${left + size / 2} y=${size + bottom + 16} text-anchor="middle">mean score</text>
      <text class="muted" transform="translate(12 ${8 + size / 2}) rotate(-90)" text-anchor="middle">
        share of positives
      </text>
    </svg>
    <figcaption class="muted">
      Share of positives against mean score, ${bins.length} bins of equal count,
      ${count(bins.reduce((sum, bin) => sum + bin.n, 0))} test rows. On the dashed line, the score equals the share of
      positives.
    </figcaption>
  </figure>`;
}
