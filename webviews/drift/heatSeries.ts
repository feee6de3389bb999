import type { DriftReport } from '../../protocol/drift.ts';
import { count, number, percent } from '../../words/numbers.ts';
import { dateTimeText } from '../../words/times.ts';
import { columnName } from '../ui/format.ts';
import type { ChartColors } from '../ui/theme.ts';
import { ratio } from './model.ts';
import type { Cell } from './model.ts';

/** The symbol of a cell; a state is never shown by colour alone. */
export const cellMarks = { stable: '', drifted: '▲', broken: '✕', 'too few rows': '·', 'not judged': '·' } as const;

/** One series per kind of cell. */
export function heatSeries(report: DriftReport, rows: string[], colors: ChartColors): object[] {
  const kinds = ['stable', 'drifted', 'broken', 'too few rows', 'not judged'] as const;
  const fills = {
    stable: colors.calm,
    drifted: colors.drifted,
    broken: colors.broken,
    'too few rows': '#808080',
    'not judged': '#808080',
  };
  return kinds.map((kind) => ({
    type: 'heatmap',
    id: `heat ${kind}`,
    name: kind,
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: report.windows.flatMap((window, x) =>
      window.values
        .filter((value) => value.kind === kind && rows.includes(value.column))
        .map((value) => ({
          value: [x, rows.indexOf(value.column), value.value ?? 0],
          itemStyle: {
            color: faded(fills[kind], opacityOf(kind, ratio(value))),
            borderColor: colors.background,
            borderWidth: 1,
          },
        })),
    ),
    label: { show: kind !== 'stable', formatter: cellMarks[kind], color: markColor(kind, colors), fontSize: 10 },
    emphasis: { itemStyle: { borderColor: colors.focus, borderWidth: 2 } },
    tooltip: { formatter: (point: { value: [number, number, number] }) => cellText(report, rows, point.value) },
  }));
}

/** Symbols are dark, except on the dark purple of the light themes. */
function markColor(kind: keyof typeof cellMarks, colors: ChartColors): string {
  if (kind === 'too few rows' || kind === 'not judged') return colors.foreground;
  return kind === 'broken' && (colors.kind === 'light' || colors.kind === 'contrastLight') ? '#ffffff' : '#111111';
}

/** The colour of a cell grows with its distance from the threshold; stable cells are pale. */
function opacityOf(kind: keyof typeof cellMarks, far: number): number {
  if (kind === 'too few rows' || kind === 'not judged') return 0.12;
  if (kind === 'stable') return 0.06 + 0.3 * Math.min(1, Math.max(0, far));
  return 0.6 + 0.4 * Math.min(1, Math.max(0, far - 1) / 2);
}

/** Sets the alpha of the fill; an opacity would also fade the symbol on it. */
function faded(color: string, alpha: number): string {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i
    .exec(color)
    ?.slice(1)
    .map((part) => Number.parseInt(part, 16));
  return parts ? `rgba(${parts.join(',')},${alpha.toFixed(3)})` : color;
}

function cellText(report: DriftReport, rows: string[], [x, y]: [number, number, number]): string {
  const window = report.windows[x];
  const value = window?.values.find((one) => one.column === rows[y]);
  if (!window || !value) return '';
  const missing =
    value.kind === 'broken' ? `\nmissing ${percent(value.missingReference)} → ${percent(value.missingCurrent)}` : '';
  return `${columnName(value.column)} · ${dateTimeText(window.start)}\n${value.measure} ${number(value.value)}, threshold ${number(value.threshold)}\n${value.kind}, n ${count(value.nCurrent)} against ${count(value.nReference)}${missing}`;
}

export function selectionSeries(
  report: DriftReport,
  rows: string[],
  selected: Cell | null,
  colors: ChartColors,
): object {
  const x = selected ? report.windows.findIndex((window) => window.id === selected.windowId) : -1;
  const y = selected ? rows.indexOf(selected.column) : -1;
  return {
    type: 'heatmap',
    id: 'selection',
    xAxisIndex: 1,
    yAxisIndex: 1,
    silent: true,
    z: 6,
    data:
      x < 0 || y < 0
        ? []
        : [{ value: [x, y, 0], itemStyle: { color: 'rgba(0,0,0,0)', borderColor: colors.focus, borderWidth: 3 } }],
  };
}
