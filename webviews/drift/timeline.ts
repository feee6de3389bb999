import { CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, MarkLineComponent } from 'echarts/components';
import { use } from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import type { DriftReport, DriftWindow, MonitorEvent } from '../../protocol/drift.ts';
import { columnName, metric } from '../ui/format.ts';
import { count, number, percent } from '../../words/numbers.ts';
import { dateText, dateTimeText } from '../../words/times.ts';
import type { ChartColors } from '../ui/theme.ts';
import { withinBounds } from '../ui/metricBounds.ts';
import { ratio, referenceChanges, referenceText } from './model.ts';
import type { Cell } from './model.ts';

use([CustomChart, HeatmapChart, LineChart, ScatterChart, DataZoomComponent, MarkLineComponent]);

const left = 150;
const right = 24;
const performanceTop = 66;
const performanceHeight = 130;
const heatTop = performanceTop + performanceHeight + 34;
const cellHeight = 24;
const zoomHeight = 60;

/** What stands in a cell besides its colour, so that state is never told by colour alone. */
export const cellMarks = { stable: '', drifted: '▲', broken: '✕', 'too few rows': '·' } as const;
/** The shapes of the events, as they are drawn and as the legend writes them. */
export const eventMarks: Record<MonitorEvent['kind'], string> = {
  alert: '▲',
  deployed: '○',
  promoted: '●',
  retrained: '■',
  rejected: '◆',
  'rolled back': '▼',
};
const eventShapes: Record<
  MonitorEvent['kind'],
  { symbol: string; color: 'drifted' | 'foreground' | 'calm' | 'broken' }
> = {
  alert: { symbol: 'triangle', color: 'drifted' },
  deployed: { symbol: 'circle', color: 'calm' },
  promoted: { symbol: 'circle', color: 'calm' },
  retrained: { symbol: 'rect', color: 'foreground' },
  rejected: { symbol: 'diamond', color: 'broken' },
  'rolled back': { symbol: 'triangle', color: 'broken' },
};

export function timelineHeight(report: DriftReport): number {
  return heatTop + report.columns.length * cellHeight + zoomHeight;
}

/** Performance above, features below, one time axis for both: a window is the same place in each panel. */
export function timelineOption(
  report: DriftReport,
  metricName: string | null,
  selected: Cell | null,
  colors: ChartColors,
  period: [number, number] | null,
): EChartsCoreOption {
  const labels = report.windows.map((window) => dateTimeText(window.start));
  const heatHeight = report.columns.length * cellHeight;
  const text = { color: colors.muted, fontFamily: colors.font, fontSize: 11 };
  const axis = {
    type: 'category',
    data: labels,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.grid } },
    splitLine: { show: false },
  };
  const rows = [...report.columns].toReversed();
  return {
    animation: false,
    textStyle: { fontFamily: colors.font, color: colors.foreground },
    aria: { enabled: true },
    grid: [
      { left, right, top: performanceTop, height: performanceHeight },
      { left, right, top: heatTop, height: heatHeight },
    ],
    xAxis: [
      { ...axis, gridIndex: 0, axisLabel: { show: false } },
      {
        ...axis,
        gridIndex: 1,
        axisLabel: {
          ...text,
          formatter: (_label: string, index: number) => dateText(report.windows[index]?.start ?? 0),
          hideOverlap: true,
        },
      },
    ],
    yAxis: [
      {
        type: 'value',
        gridIndex: 0,
        scale: true,
        ...performanceRange(report, metricName),
        axisLabel: { ...text, formatter: (value: number) => number(value, 3) },
        splitLine: { lineStyle: { color: colors.grid } },
      },
      {
        type: 'category',
        gridIndex: 1,
        data: rows,
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...text, color: colors.foreground, width: left - 16, overflow: 'truncate', formatter: columnName },
      },
      // The events stand on an axis of their own, above the highest line.
      { type: 'value', gridIndex: 0, min: 0, max: 1, show: false },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    dataZoom: [
      {
        type: 'slider',
        xAxisIndex: [0, 1],
        bottom: 6,
        height: 18,
        left,
        right,
        brushSelect: false,
        showDataShadow: false,
        borderColor: colors.grid,
        textStyle: text,
        labelFormatter: (index: number) => dateText(report.windows[index]?.start ?? 0),
        ...(period ? { startValue: period[0], endValue: period[1] } : {}),
      },
    ],
    // Rich text draws on the canvas: the page's policy allows no style attribute.
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: colors.background,
      borderColor: colors.grid,
      textStyle: { color: colors.foreground, fontFamily: colors.font, fontSize: 12 },
    },
    series: [
      ...performanceSeries(report, metricName, colors),
      referenceSeries(report, colors),
      eventSeries(report, colors),
      ...heatSeries(report, rows, colors),
      selectionSeries(report, rows, selected, colors),
    ],
  };
}

/** The gate belongs on the axis even when performance is far from it; beyond where the metric ends nothing does. */
function performanceRange(report: DriftReport, name: string | null): object {
  if (name === null) return { min: 0, max: 1 };
  const bounds = report.expect
    .filter((one) => one.metric === name)
    .flatMap((one) => [one.min, one.max])
    .filter((bound) => bound !== null);
  const ends = ({ min, max }: { min: number; max: number }): [number, number] => [
    Math.min(min, ...bounds),
    Math.max(max, ...bounds),
  ];
  const step = (value: { min: number; max: number }): number =>
    10 ** Math.floor(Math.log10(Math.max(1e-9, ends(value)[1] - ends(value)[0])));
  const within = (value: { min: number; max: number }): [number, number] => {
    const [low, high] = ends(value);
    const size = step(value);
    // Rounding may leave 0.30000000000000004 on the axis.
    const round = (at: number): number => Number((at * size).toPrecision(9));
    return withinBounds(name, [round(Math.floor(low / size - 0.2)), round(Math.ceil(high / size))], [low, high]);
  };
  return {
    min: (value: { min: number; max: number }) => within(value)[0],
    max: (value: { min: number; max: number }) => within(value)[1],
  };
}

function performanceSeries(report: DriftReport, name: string | null, colors: ChartColors): object[] {
  if (name === null) return [];
  const expected = report.expect.find((one) => one.metric === name);
  const bounds = [expected?.min, expected?.max].filter(
    (bound): bound is number => bound !== undefined && bound !== null,
  );
  return [
    {
      type: 'line',
      name,
      id: 'performance',
      xAxisIndex: 0,
      yAxisIndex: 0,
      symbol: 'circle',
      symbolSize: 6,
      connectNulls: false,
      data: report.windows.map((window) => performanceOf(window, name)),
      lineStyle: { color: colors.series[0], width: 2 },
      itemStyle: { color: colors.series[0] },
      tooltip: {
        formatter: (point: { dataIndex: number; value: number }) => {
          const window = report.windows[point.dataIndex];
          return window
            ? `${dateTimeText(window.start)}\n${name} ${metric(name, point.value)}\n${count(window.labelled)} of ${count(window.rows)} rows labelled`
            : '';
        },
      },
      markLine: {
        silent: true,
        symbol: 'none',
        animation: false,
        lineStyle: { color: colors.drifted, type: 'dashed', width: 1.5 },
        label: {
          formatter: (line: { value: number }) => `expected ${number(line.value, 3)}`,
          color: colors.muted,
          backgroundColor: colors.background,
          padding: [1, 3],
          position: 'insideEndTop',
          fontSize: 11,
        },
        data: bounds.map((bound) => ({ yAxis: bound })),
      },
    },
  ];
}

function performanceOf(window: DriftWindow, name: string): number | null {
  const value = window.performance[name];
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** The windows are the axis, so an event stands at the window in which it fell. */
export function windowOf(report: DriftReport, at: number): number {
  const inside = report.windows.findIndex((window) => at >= window.start && at < window.end);
  if (inside >= 0) return inside;
  const [first] = report.windows;
  return first && at < first.start ? 0 : report.windows.length - 1;
}

/** Events that fell into the time shown; one long after the last window would stand at a wrong place. */
export function shownEvents(report: DriftReport): MonitorEvent[] {
  const first = report.windows[0];
  const last = report.windows.at(-1);
  if (!first || !last) return [];
  const air = last.end - last.start;
  return report.events.filter((event) => event.at >= first.start - air && event.at <= last.end + air);
}

/** A line between the windows where the reference changes: on its two sides the same drift is another number. */
function referenceSeries(report: DriftReport, colors: ChartColors): object {
  const bottom = heatTop + report.columns.length * cellHeight;
  const changes = referenceChanges(report);
  return {
    type: 'custom',
    id: 'reference',
    xAxisIndex: 0,
    yAxisIndex: 2,
    z: 4,
    clip: false,
    data: changes.map(({ at }) => [at, 1]),
    renderItem: (
      _params: unknown,
      api: {
        value(dimension: number): number;
        coord(value: [number, number]): [number, number];
        size(value: [number, number]): [number, number];
      },
    ) => {
      const at = api.value(0);
      const [middle] = api.coord([at, 1]);
      const x = Math.round(middle - api.size([1, 0])[0] / 2) + 0.5;
      const change = changes.find((one) => one.at === at);
      return {
        type: 'group',
        children: [
          {
            type: 'line',
            shape: { x1: x, y1: performanceTop - 12, x2: x, y2: bottom },
            style: { stroke: colors.foreground, lineWidth: 1.5, lineDash: [5, 3] },
          },
          {
            type: 'text',
            x,
            y: heatTop - 18,
            style: {
              text: `  reference v${change?.version ?? ''}`,
              fill: colors.foreground,
              font: `11px ${colors.font}`,
              align: 'left',
              verticalAlign: 'middle',
              stroke: colors.background,
              lineWidth: 3,
            },
          },
        ],
      };
    },
    tooltip: {
      formatter: (point: { dataIndex: number }) => {
        const change = changes[point.dataIndex];
        return change ? `From here on compared with the\n${referenceText(report, change.version)}` : '';
      },
    },
  };
}

function eventSeries(report: DriftReport, colors: ChartColors): object {
  const stacked = new Map<number, number>();
  const named = new Set<string>();
  return {
    type: 'scatter',
    id: 'events',
    xAxisIndex: 0,
    yAxisIndex: 2,
    symbolSize: 12,
    clip: false,
    z: 5,
    data: shownEvents(report).map((event) => {
      const at = windowOf(report, event.at);
      const depth = stacked.get(at) ?? 0;
      stacked.set(at, depth + 1);
      const shape = eventShapes[event.kind];
      // A version is named once in a window, at the event that is about it.
      const name =
        event.modelVersion === null || event.kind === 'alert' || event.kind === 'retrained'
          ? ''
          : `v${event.modelVersion}`;
      const first = name !== '' && !named.has(`${at} ${name}`);
      named.add(`${at} ${name}`);
      return {
        value: [at, 1],
        symbol: shape.symbol,
        symbolOffset: [depth * 14, -26],
        symbolRotate: event.kind === 'rolled back' ? 180 : 0,
        itemStyle:
          event.kind === 'deployed'
            ? { color: colors.background, borderColor: colors[shape.color], borderWidth: 2 }
            : { color: colors[shape.color] },
        symbolKeepAspect: true,
        label: {
          show: first,
          formatter: name,
          position: 'top',
          distance: 2,
          color: colors.muted,
          backgroundColor: colors.background,
          fontSize: 11,
        },
      };
    }),
    tooltip: {
      formatter: (point: { dataIndex: number }) => {
        const event = shownEvents(report)[point.dataIndex];
        return event ? `${dateTimeText(event.at)}\n${event.kind}: ${event.text}` : '';
      },
    },
  };
}

function heatSeries(report: DriftReport, rows: string[], colors: ChartColors): object[] {
  const kinds = ['stable', 'drifted', 'broken', 'too few rows'] as const;
  const fills = { stable: colors.calm, drifted: colors.drifted, broken: colors.broken, 'too few rows': '#808080' };
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

/** Dark on every orange; the purple of the light themes is dark itself. */
function markColor(kind: keyof typeof cellMarks, colors: ChartColors): string {
  if (kind === 'too few rows') return colors.foreground;
  return kind === 'broken' && (colors.kind === 'light' || colors.kind === 'contrastLight') ? '#ffffff' : '#111111';
}

/** Far beyond the threshold is full colour; a stable cell stays pale, and paler the calmer. */
function opacityOf(kind: keyof typeof cellMarks, far: number): number {
  if (kind === 'too few rows') return 0.12;
  if (kind === 'stable') return 0.06 + 0.3 * Math.min(1, Math.max(0, far));
  return 0.6 + 0.4 * Math.min(1, Math.max(0, far - 1) / 2);
}

/** The fill is faded by its own alpha: an opacity would fade the mark on it too. */
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

function selectionSeries(report: DriftReport, rows: string[], selected: Cell | null, colors: ChartColors): object {
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
