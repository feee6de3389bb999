import type { DriftReport, DriftWindow } from '../../protocol/drift.ts';
import { count, number } from '../../words/numbers.ts';
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
