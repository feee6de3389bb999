import type { ImportantParam, ParamImportance } from '../../../protocol/runs.ts';
import { escaped } from '../../ui/charts/curveSvg.ts';
import { csvOf } from '../../ui/csv.ts';
import { percent, plural } from '../../../words/numbers.ts';
import type { ChartColors } from '../../ui/theme.ts';

/** Above this p-value, adjusted for the number of params, a rank correlation has no direction. */
const chance = 0.05;
/** Below this R², the shares are not reliable. */
const weak = 0.3;

export type Direction = 'up' | 'down' | 'none' | 'category';

/** The change of the metric when a param increases. */
export function directionOf({ correlation }: ImportantParam): Direction {
  if (correlation === null) return 'category';
  if (correlation.adjusted >= chance) return 'none';
  return correlation.rho > 0 ? 'up' : 'down';
}

/** The direction in words. */
export function directionText(param: ImportantParam, metric: string): string {
  switch (directionOf(param)) {
    case 'up':
      return `${metric} rises with it`;
    case 'down':
      return `${metric} falls as it rises`;
    case 'none':
      return 'no one direction';
    case 'category':
      return plural(param.distinct, 'category', 'categories');
  }
}

export interface Belief {
  text: string;
  /** True when the shares are reliable enough to show. */
  level: 'good' | 'weak' | 'none';
}

/** The reliability of the shares, from the out-of-bag R² of the forest. */
export function belief(r2: number | null): Belief {
  if (r2 === null || r2 <= 0)
    return {
      level: 'none',
      text: 'A random forest of the params explains none of the differences between runs it has not seen: these shares tell nothing.',
    };
  const text = `A random forest of the params explains ${(r2 * 100).toFixed(0)} % of the differences between runs it has not seen`;
  return r2 < weak
    ? { level: 'weak', text: `${text}: these shares tell little.` }
    : { level: 'good', text: `${text}.` };
}

/** The part of the variance that single params explain. */
export function aloneText(alone: number): string {
  return alone >= 0.995
    ? 'Each param acts by itself.'
    : `${percent(alone)} of that comes from params by themselves, which the bars share out; the rest from how they act together.`;
}

export function importanceSentence({ metric, params, runs, r2 }: ParamImportance): string {
  const parts = params
    .slice(0, 5)
    .map((param) => `${param.key} ${percent(param.importance)}, ${directionText(param, metric)}`);
  return `Importance of params for ${metric}, ${plural(runs, 'run')}. ${parts.join('; ')}. ${belief(r2).text}`;
}

export function importanceCsv({ params }: ParamImportance): string {
  return csvOf(
    ['param', 'importance', 'kind', 'log', 'distinct', 'spearman', 'p_value', 'p_adjusted'],
    params.map((param) => [
      param.key,
      param.importance,
      param.kind,
      String(param.log),
      param.distinct,
      param.correlation?.rho ?? null,
      param.correlation?.pValue ?? null,
      param.correlation?.adjusted ?? null,
    ]),
  );
}

const width = 900;
const row = 26;
const bars = { left: 230, right: 560, top: 74 };

/** The bars as an SVG of shapes and text. */
export function importanceSvg(found: ParamImportance, colors: ChartColors): string {
  const { params, metric } = found;
  const height = bars.top + params.length * row + 16;
  const lines = params.map((param, index) => {
    const top = bars.top + index * row;
    const end = bars.left + (bars.right - bars.left) * param.importance;
    return `<text x="${bars.left - 10}" y="${top + 16}" text-anchor="end" fill="${colors.foreground}">${escaped(shortened(param.key, 30))}</text>
<rect x="${bars.left}" y="${top + 4}" width="${bars.right - bars.left}" height="${row - 10}" fill="${colors.muted}" fill-opacity="0.15"/>
<rect x="${bars.left}" y="${top + 4}" width="${Math.max(1, end - bars.left).toFixed(1)}" height="${row - 10}" fill="${colors.series[0] ?? colors.foreground}"/>
<text x="${bars.right + 56}" y="${top + 16}" text-anchor="end" fill="${colors.foreground}">${percent(param.importance)}</text>
<text x="${bars.right + 72}" y="${top + 16}" fill="${colors.muted}">${arrows[directionOf(param)]}${escaped(shortened(directionText(param, metric), 40))}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(colors.font)}" font-size="12">
<title>${escaped(importanceSentence(found))}</title>
<rect width="${width}" height="${height}" fill="${colors.background}"/>
<text x="20" y="26" font-size="15" font-weight="600" fill="${colors.foreground}">${escaped(`What moves ${metric}`)}</text>
<text x="20" y="48" fill="${colors.muted}">${escaped(`${plural(found.runs, 'run')}. ${belief(found.r2).text}`)}</text>
${lines.join('\n')}
</svg>
`;
}

const arrows: Record<Direction, string> = { up: '↑ ', down: '↓ ', none: '', category: '' };

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Rho with its sign; empty for categories. */
export function rhoText({ correlation }: ImportantParam): string {
  return correlation === null ? '' : correlation.rho.toFixed(2).replace('-', '−');
}
