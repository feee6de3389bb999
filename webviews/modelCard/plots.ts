import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { CardPlots, PlotPoint } from '../../protocol/cardPlots.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { count, number, percent } from '../../words/numbers.ts';
import { confusionTable } from './confusionTable.ts';

const [width, height, left, bottom] = [240, 200, 46, 34];

interface Line {
  name: string;
  points: readonly PlotPoint[];
  /** The dashes tell lines apart where colours do not. */
  dashes?: string;
}

interface LinePlot {
  title: string;
  caption: string;
  x: string;
  y: string;
  lines: readonly Line[];
  /** A model of chance. */
  chance?: readonly PlotPoint[];
  /** An upright line, with its name. */
  mark?: { at: number; name: string } | undefined;
}

/** The curves of the model, each as a picture and, for keyboards and screen readers, as a table. */
export function plots({ plots: shown }: ModelCard): TemplateResult | typeof nothing {
  if (!shown) return nothing;
  return html`<div class="curve-plots">
    ${linePlots(shown).map(linePlot)} ${shown.ndcg?.length ? linePlot(ndcgPlot(shown.ndcg)) : nothing}
    ${shown.residuals ? linePlot(residualPlot(shown.residuals)) : nothing}
    ${shown.confusion ? confusionTable(shown.confusion) : nothing}
  </div>`;
}

function linePlots({ share = 0, roc, pr, gain, thresholds, chosen }: CardPlots): LinePlot[] {
  const all: (LinePlot | null)[] = [
    roc
      ? {
          title: 'ROC curve',
          caption: 'True positive rate by false positive rate. The dashed line is chance.',
          x: 'false positive rate',
          y: 'true positive rate',
          lines: [{ name: 'model', points: roc }],
          chance: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        }
      : null,
    pr
      ? {
          title: 'Precision and recall',
          caption: `Precision by recall. The dashed line is chance: ${percent(share)} of the rows are positive.`,
          x: 'recall',
          y: 'precision',
          lines: [{ name: 'model', points: pr }],
          chance: [
            { x: 0, y: share },
            { x: 1, y: share },
          ],
        }
      : null,
    gain
      ? {
          title: 'Gain and lift',
          caption: `Share of the positives among the rows with the highest scores; over the share of rows it is the lift${liftAt(gain, 0.1)}. The dashed line is chance.`,
          x: 'share of rows',
          y: 'positives found',
          lines: [{ name: 'model', points: gain }],
          chance: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        }
      : null,
    thresholds && thresholds.length > 1
      ? {
          title: 'Threshold',
          caption:
            'Precision, recall and F1 of decisions by threshold. The upright line is the threshold that decides.',
          x: 'threshold',
          y: 'value',
          lines: [
            { name: 'precision', points: thresholds.map((one) => ({ x: one.threshold, y: one.precision })) },
            { name: 'recall', points: thresholds.map((one) => ({ x: one.threshold, y: one.recall })), dashes: '7 3' },
            { name: 'F1', points: thresholds.map((one) => ({ x: one.threshold, y: one.f1 })), dashes: '2 2' },
          ],
          mark: chosen === undefined ? undefined : { at: chosen, name: `threshold ${number(chosen)}` },
        }
      : null,
  ];
  return all.filter((one) => one !== null);
}

/** `, 4.2 at 10 % of the rows`, between the points beside it. */
function liftAt(gain: readonly PlotPoint[], share: number): string {
  const after = gain.findIndex((point) => point.x >= share);
  const [a, b] = [gain[after - 1], gain[after]];
  if (!a || !b || b.x === a.x) return '';
  const found = a.y + ((share - a.x) / (b.x - a.x)) * (b.y - a.y);
  return `, ${number(found / share)} at ${percent(share)} of the rows`;
}

function ndcgPlot(ndcg: CardPlots['ndcg'] & object): LinePlot {
  const line = (name: string, of: 'value' | 'low' | 'high', dashes?: string): Line => ({
    name,
    points: ndcg.map((one) => ({ x: one.k, y: one[of] })),
    ...(dashes && { dashes }),
  });
  return {
    title: 'NDCG over k',
    caption: 'NDCG of the first k rows of each query, mean over the queries, with its 95 % interval.',
    x: 'k',
    y: 'NDCG',
    lines: [line('NDCG', 'value'), line('lower end', 'low', '2 2'), line('upper end', 'high', '7 3')],
  };
}

function residualPlot(residuals: CardPlots['residuals'] & object): LinePlot {
  const line = (name: string, of: (bin: (typeof residuals)[number]) => number, dashes?: string): Line => ({
    name,
    points: residuals.map((bin) => ({ x: bin.predicted, y: of(bin) })),
    ...(dashes && { dashes }),
  });
  const [first, last] = [residuals[0]?.predicted ?? 0, residuals.at(-1)?.predicted ?? 0];
  return {
    title: 'Residuals',
    caption: `Errors, truth less prediction, by predicted value: their median, 5th and 95th percentile in ${residuals.length} bins of equal count. A good model is near 0 everywhere.`,
    x: 'predicted',
    y: 'error',
    lines: [
      line('median', (bin) => bin.median),
      line('5th percentile', (bin) => bin.low, '7 3'),
      line('95th percentile', (bin) => bin.high, '2 2'),
    ],
    chance: [
      { x: first, y: 0 },
      { x: last, y: 0 },
    ],
  };
}

/** The ends of an axis: 0 to 1 for shares, else those of the numbers. */
function ends(values: readonly number[]): [low: number, high: number] {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (low >= 0 && high <= 1) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}

function linePlot({ title, caption, x: xName, y: yName, lines, chance = [], mark }: LinePlot): TemplateResult {
  const all = [...lines.flatMap(({ points }) => points), ...chance];
  const [xLow, xHigh] = ends([...all.map((point) => point.x), ...(mark ? [mark.at] : [])]);
  const [yLow, yHigh] = ends(all.map((point) => point.y));
  const x = (value: number): number => left + ((value - xLow) / (xHigh - xLow)) * width;
  const y = (value: number): number => 10 + height - ((value - yLow) / (yHigh - yLow)) * height;
  const path = (points: readonly PlotPoint[]): string =>
    points
      .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
      .map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`)
      .join(' ');
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`<figure class="plot">
    <h3>${title}</h3>
    <svg
      viewBox="0 0 ${left + width + 14} ${height + bottom + 12}"
      width=${left + width + 14}
      height=${height + bottom + 12}
      role="img"
      aria-label=${`${title}: ${yName} by ${xName}`}
    >
      ${ticks.map((share) => {
        const [atX, atY] = [xLow + share * (xHigh - xLow), yLow + share * (yHigh - yLow)];
        return svg`<line class="guide" x1=${x(atX)} x2=${x(atX)} y1=${y(yLow)} y2=${y(yHigh)}></line><line class="guide" x1=${x(xLow)} x2=${x(xHigh)} y1=${y(atY)} y2=${y(atY)}></line>
        <text class="muted" x=${x(atX)} y=${y(yLow) + 14} text-anchor="middle">${number(atX, 2)}</text><text class="muted" x=${left - 6} y=${y(atY) + 4} text-anchor="end">${number(atY, 2)}</text>`;
      })}
      ${chance.length === 0 ? nothing : svg`<polyline class="diagonal" fill="none" points=${path(chance)}></polyline>`}
      ${mark ? svg`<line class="mark" x1=${x(mark.at)} x2=${x(mark.at)} y1=${y(yLow)} y2=${y(yHigh)}><title>${mark.name}</title></line>` : nothing}
      ${lines.map((line) => svg`<polyline class="curve" stroke-dasharray=${line.dashes ?? 'none'} points=${path(line.points)}><title>${line.name}</title></polyline>`)}
      <text class="muted" x=${left + width / 2} y=${height + bottom + 8} text-anchor="middle">${xName}</text>
      <text class="muted" transform="translate(11 ${10 + height / 2}) rotate(-90)" text-anchor="middle">${yName}</text>
    </svg>
    ${lines.length > 1 ? legend(lines) : nothing}
    <figcaption class="muted">${caption}</figcaption>
    ${table(xName, lines, yName)}
  </figure>`;
}

function legend(lines: readonly Line[]): TemplateResult {
  return html`<ul class="legend">
    ${lines.map(
      (line) =>
        html`<li>
          <svg width="26" height="8" aria-hidden="true">
            ${svg`<line class="curve" x1="0" x2="26" y1="4" y2="4" stroke-dasharray=${line.dashes ?? 'none'}></line>`}
          </svg>
          ${line.name}
        </li>`,
    )}
  </ul>`;
}

/** Rows of the table: every so many points, the ends among them. */
const mostRows = 21;

function table(xName: string, lines: readonly Line[], yName: string): TemplateResult {
  const length = lines[0]?.points.length ?? 0;
  const rows = Array.from({ length: Math.min(length, mostRows) }, (_, k) =>
    Math.round((k * (length - 1)) / Math.max(1, Math.min(length, mostRows) - 1)),
  );
  return html`<details>
    <summary>Numbers</summary>
    <table class="plain">
      <thead>
        <tr>
          <th scope="col" class="number">${xName}</th>
          ${lines.map((line) => html`<th scope="col" class="number">${lines.length > 1 ? line.name : yName}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td class="number">${number(lines[0]?.points[row]?.x ?? 0)}</td>
              ${lines.map((line) => html`<td class="number">${number(line.points[row]?.y ?? 0)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length < length ? html`<p class="muted">${count(rows.length)} of ${count(length)} points</p>` : nothing}
  </details>`;
}
