import type { ChartColors } from '../theme.ts';
import type { ShownCurves } from './curves.ts';
import { infinityPath, infinityPlaces, markPlaces } from './drawLines.ts';
import { placer, traceLine } from './line.ts';
import type { Frame } from './line.ts';
import { markerPath } from './lineStyle.ts';
import type { LineStyle } from './lineStyle.ts';

const width = 900;
const plot = { left: 74, top: 44, width: 796, height: 340 };
const legendColumn = 220;
// oxlint-disable-next-line no-control-regex -- the expression removes control characters
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

/**
 * A chart of curves as an SVG of vector lines and text. It contains every visible point; only points within a tenth of
 * a pixel of x are reduced to the first, lowest, highest and last, which looks the same at any size.
 */
export function curveSvg(
  shown: ShownCurves,
  title: string,
  style: (place: number) => LineStyle,
  colors: ChartColors,
): string {
  const frame: Frame = { ...shown.frame, ...plot };
  const x = placer(frame.xMin, frame.xMax, frame.logX, plot.left, plot.left + plot.width);
  const y = placer(frame.yMin, frame.yMax, frame.logY, plot.top + plot.height, plot.top);
  const columns = Math.floor((width - 30) / legendColumn);
  const legendTop = plot.top + plot.height + 62;
  const height = legendTop + Math.ceil(shown.lines.length / columns) * 18 + 8;
  const bottom = plot.top + plot.height;
  const grid = [
    ...shown.xTicks.map(({ at }) => `M${fixed(x(at))},${plot.top}V${bottom}`),
    ...shown.yTicks.map(({ at }) => `M${plot.left},${fixed(y(at))}H${plot.left + plot.width}`),
  ].join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="${colors.background}"/>
<text x="${plot.left}" y="26" font-size="15" font-weight="600" fill="${colors.foreground}">${escaped(title)}</text>
<clipPath id="plot"><rect x="${plot.left}" y="${plot.top}" width="${plot.width}" height="${plot.height}"/></clipPath>
<path d="${grid}" stroke="${colors.muted}" stroke-opacity="0.25" fill="none"/>
<g fill="${colors.muted}" text-anchor="middle">${shown.xTicks.map(({ at, text }) => tickText(x(at), bottom + 18, text)).join('')}</g>
<g fill="${colors.muted}" text-anchor="end">${shown.yTicks.map(({ at, text }) => `<text x="${plot.left - 8}" y="${fixed(y(at) + 4)}">${escaped(text)}</text>`).join('')}</g>
<text x="${plot.left + plot.width / 2}" y="${bottom + 46}" text-anchor="middle" fill="${colors.foreground}">${escaped(shown.xTitle)}</text>
<text transform="translate(16 ${plot.top + plot.height / 2}) rotate(-90)" text-anchor="middle" fill="${colors.foreground}">${escaped(shown.options.yLabel)}</text>
<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">
${shown.lines.map((one) => lineMarkup(one, frame, style(one.place))).join('\n')}
</g>
${shown.lines.map((one, index) => legendEntry(one.name, style(one.place), plot.left + (index % columns) * legendColumn, legendTop + Math.floor(index / columns) * 18, colors)).join('\n')}
</svg>
`;
}

function lineMarkup({ line }: ShownCurves['lines'][number], frame: Frame, look: LineStyle): string {
  const main = line.smooth ?? line.ys;
  const paths = [
    `<path d="${pathData(line.xs, main, frame)}" stroke="${look.color}" stroke-width="1.75"${dashOf(look)}/>`,
  ];
  if (line.smooth)
    paths.unshift(`<path d="${pathData(line.xs, line.ys, frame)}" stroke="${look.color}" stroke-opacity="0.3"/>`);
  const { points } = markPlaces(line.xs, main, frame, look.marker, 1);
  const marks = points
    .map(([x, y]) =>
      markerPath(look.marker === 'none' ? 'circle' : look.marker, fixed(x), fixed(y), look.marker === 'none' ? 4 : 7),
    )
    .join('');
  const infinite = infinityPlaces(line, frame)
    .map(([x, sign]) => infinityPath(fixed(x), sign, frame, 9))
    .join('');
  return `${paths.join('')}${marks + infinite === '' ? '' : `<path d="${marks}${infinite}" fill="${look.color}"/>`}`;
}

function pathData(xs: Float64Array, ys: Float64Array, frame: Frame): string {
  const parts: string[] = [];
  traceLine(xs, ys, frame, 0.1, {
    moveTo: (x, y) => parts.push(`M${fixed(x)},${fixed(y)}`),
    lineTo: (x, y) => parts.push(`L${fixed(x)},${fixed(y)}`),
  });
  return parts.join('');
}

function legendEntry(name: string, look: LineStyle, x: number, y: number, colors: ChartColors): string {
  const shown = name.length > 28 ? `${name.slice(0, 27)}…` : name;
  return `<path d="M${x},${y - 4}h26" stroke="${look.color}" stroke-width="2"${dashOf(look)}/>${look.marker === 'none' ? '' : `<path d="${markerPath(look.marker, x + 13, y - 4, 7)}" fill="${look.color}"/>`}<text x="${x + 32}" y="${y}" fill="${colors.foreground}">${escaped(shown)}</text>`;
}

function tickText(x: number, y: number, text: string): string {
  return text
    .split('\n')
    .map((line, index) => `<text x="${fixed(x)}" y="${y + index * 13}">${escaped(line)}</text>`)
    .join('');
}

function dashOf({ dash }: LineStyle): string {
  return dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
}

function fixed(value: number): number {
  return Math.round(value * 100) / 100;
}

/** User text inside XML, which cannot contain control characters. */
export function escaped(text: string): string {
  return text
    .replace(controlCharacters, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
