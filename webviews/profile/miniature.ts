import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { ColumnProfile, SharedDistribution } from '../../protocol/dataProfile.ts';
import type { Piece } from '../ui/pieces.ts';
import { plural } from '../../words/numbers.ts';
import { share, shortened, valueOf, visible } from './text.ts';

const width = 120;
const height = 24;

/**
 * A distribution at the height of a text line: adjacent bars for bins of numbers, separate bars for frequent values.
 */
export function miniature(column: ColumnProfile | null): Piece {
  if (column === null) return html`<span class="pending wide" aria-hidden="true"></span>`;
  if (column.rows - column.missing === 0)
    return html`<span class="muted">${column.rows === 0 ? 'no rows' : 'all missing'}</span>`;
  if (column.numbers) {
    const { min, max, infinite, core, histogram } = column.numbers;
    const { counts, edges } = core ?? histogram;
    if (min === max && infinite === 0)
      return html`<span class="muted">always ${shortened(valueOf(column.type, min), 18)}</span>`;
    return drawn(
      counts,
      0.5,
      `Histogram from ${valueOf(column.type, edges[0])} to ${valueOf(column.type, edges.at(-1))}`,
    );
  }
  const top = column.top ?? [];
  const [first] = top;
  if (first?.count === 1 && column.distinct > 1) return html`<span class="muted">each value once</span>`;
  const filled = column.rows - column.missing;
  if (first && column.distinct === 1)
    return html`<span class="muted" title=${visible(first.value)}
      >always <bdi>${shortened(visible(first.value), 14)}</bdi></span
    >`;
  const rest = Math.max(0, filled - top.reduce((sum, one) => sum + one.count, 0));
  return drawn(
    top.map((one) => one.count),
    2,
    `${top
      .slice(0, 5)
      .map((one) => `${shortened(visible(one.value), 40)} ${share(one.count / filled)}`)
      .join(
        '\n',
      )}${rest > 0 ? `\n${plural(Math.max(1, column.distinct - top.length), 'other value')} ${share(rest / filled)}` : ''}`,
    first?.count,
    rest > 0 ? 10 : top.length,
  );
}

/** The reference as an outline and the current distribution filled, over the same bins. */
export function miniaturePair({ reference, current }: SharedDistribution): TemplateResult {
  const most = Math.max(...reference, ...current, 1e-9);
  const bins = Math.max(reference.length, current.length, 1);
  const step = width / bins;
  const y = (value: number | undefined): number => height - ((value ?? 0) / most) * (height - 1);
  const outline = Array.from(
    { length: bins },
    (_, i) =>
      `L${(i * step).toFixed(1)},${y(reference[i]).toFixed(1)} L${((i + 1) * step).toFixed(1)},${y(reference[i]).toFixed(1)}`,
  ).join(' ');
  return html`<svg
    class="miniature"
    width=${width}
    height=${height}
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="Distribution then and now"
  >
    <path
      class="now"
      d=${bars(
        Array.from({ length: bins }, (_, i) => current[i] ?? 0),
        most,
        step,
        0.5,
      )}
    ></path>
    <path class="then" d="M0.5,${height} ${outline} L${width - 0.5},${height}"></path>
  </svg>`;
}

function drawn(
  counts: readonly number[],
  gap: number,
  title: string,
  most = Math.max(...counts, 1),
  places = counts.length,
): TemplateResult {
  return html`<svg
    class="miniature"
    width=${width}
    height=${height}
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label=${title.split('\n').join(', ')}
  >
    ${svg`<title>${title}</title>`}
    ${counts.some((n) => n > 0) ? svg`<path class="now" d=${bars(counts, most, width / Math.max(1, places), gap)}></path>` : nothing}
    <line class="axis" x1="0" x2=${width} y1=${height - 0.5} y2=${height - 0.5}></line>
  </svg>`;
}

/** A bar with at least one row is at least one pixel high. */
function bars(counts: readonly number[], most: number, step: number, gap: number): string {
  return counts
    .map((n, i) => {
      if (n <= 0) return '';
      const tall = Math.max(1, (n / most) * (height - 1));
      return `M${(i * step + gap / 2).toFixed(1)},${height}v${(-tall).toFixed(1)}h${Math.max(0.5, step - gap).toFixed(1)}v${tall.toFixed(1)}z`;
    })
    .join('');
}
