import type { DriftReport, DriftWindow } from '../../protocol/drift.ts';
import { intervalText, labelledText, stateText } from '../../words/expectations.ts';
import { number } from '../../words/numbers.ts';
import { dateTimeText } from '../../words/times.ts';
import { metric } from '../ui/format.ts';
import { withinBounds } from '../ui/metricBounds.ts';
import type { ChartColors } from '../ui/theme.ts';

/** An axis that includes the expected bounds and ends at the bounds of the metric. */
export function performanceRange(report: DriftReport, name: string | null): object {
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
    // Avoids labels such as 0.30000000000000004.
    const round = (at: number): number => Number((at * size).toPrecision(9));
    return withinBounds(name, [round(Math.floor(low / size - 0.2)), round(Math.ceil(high / size))], [low, high]);
  };
  return {
    min: (value: { min: number; max: number }) => within(value)[0],
    max: (value: { min: number; max: number }) => within(value)[1],
  };
}

export function performanceSeries(report: DriftReport, name: string | null, colors: ChartColors): object[] {
  if (name === null) return [];
  const expected = report.expect.find((one) => one.metric === name);
  const bounds = [expected?.min, expected?.max].filter(
    (bound): bound is number => bound !== undefined && bound !== null,
  );
  return [
    intervalSeries(report, name, colors),
    {
      type: 'line',
      name,
      id: 'performance',
      xAxisIndex: 0,
      yAxisIndex: 0,
      symbol: 'circle',
      symbolSize: 6,
      showAllSymbol: true,
      connectNulls: false,
      data: report.windows.map((window) => pointOf(window, name, colors)),
      lineStyle: { color: colors.series[0], width: 2 },
      itemStyle: { color: colors.series[0] },
      tooltip: {
        formatter: (point: { dataIndex: number }) => {
          const window = report.windows[point.dataIndex];
          return window ? performanceText(window, name) : '';
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

/** The value of a window; a broken expectation has another shape and colour, one without a verdict is hollow. */
function pointOf(window: DriftWindow, name: string, colors: ChartColors): object {
  const value = performanceOf(window, name);
  const state = window.expectations.find(({ metric: one }) => one === name)?.state;
  if (state === 'broken') return { value, symbol: 'diamond', symbolSize: 10, itemStyle: { color: colors.error } };
  if (state !== 'waiting' && state !== 'too few') return { value };
  return { value, itemStyle: { color: colors.background, borderColor: colors.series[0], borderWidth: 1.5 } };
}

/** A whisker for the 95 % interval of each window. */
function intervalSeries(report: DriftReport, name: string, colors: ChartColors): object {
  const data = report.windows.flatMap((window, x) => {
    const interval = window.intervals[name];
    return interval ? [[x, interval.low, interval.high]] : [];
  });
  return {
    type: 'custom',
    id: 'intervals',
    xAxisIndex: 0,
    yAxisIndex: 0,
    z: 1,
    encode: { x: 0, y: [1, 2] },
    data,
    renderItem: (
      _params: unknown,
      api: { value(at: number): number; coord(value: [number, number]): [number, number] },
    ) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const style = { stroke: colors.series[0], lineWidth: 1.5, opacity: 0.65 };
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line',
        shape: { x1, y1, x2, y2 },
        style,
      });
      return {
        type: 'group',
        children: [line(x, low, x, high), line(x - 4, low, x + 4, low), line(x - 4, high, x + 4, high)],
      };
    },
    tooltip: {
      formatter: (point: { value: number[] }) => {
        const window = report.windows[point.value[0] ?? -1];
        return window ? performanceText(window, name) : '';
      },
    },
  };
}

/** The value with its interval, n and the state of its expectation. */
function performanceText(window: DriftWindow, name: string): string {
  const interval = window.intervals[name];
  const expectation = window.expectations.find(({ metric: one }) => one === name);
  return [
    dateTimeText(window.start),
    `${name} ${metric(name, window.performance[name])}`,
    interval ? `95 % interval ${intervalText({ metric: name, ...interval })}` : 'no interval',
    labelledText(window),
    expectation ? stateText(expectation) : '',
  ]
    .filter(Boolean)
    .join('\n');
}

function performanceOf(window: DriftWindow, name: string): number | null {
  const value = window.performance[name];
  return value === undefined || !Number.isFinite(value) ? null : value;
}
