import { ScatterChart } from 'echarts/charts';
import { VisualMapContinuousComponent } from 'echarts/components';
import { use } from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import type { RunPoint } from '../../../protocol/runs.ts';
import { tickText } from '../../ui/charts/axisText.ts';
import { sequentialColors } from '../../ui/charts/sequential.ts';
import { withinBounds } from '../../ui/metricBounds.ts';
import type { ChartColors } from '../../ui/theme.ts';
import { canBeLog, categories, extent } from './fields.ts';
import type { Field } from './fields.ts';
import { bestPoint, scatterRuns } from './scatter.ts';
import type { ScatterPlan } from './scatter.ts';

use([ScatterChart, VisualMapContinuousComponent]);

/** Point size by number of points. */
const sizes = [
  [20_000, 3],
  [2000, 5],
  [200, 7],
] as const;

/** The ECharts option that draws runs as points. */
export function scatterOption(plan: ScatterPlan, colors: ChartColors): EChartsCoreOption {
  const { x, y, color } = plan;
  const shown = scatterRuns(plan);
  const best = bestPoint(shown, y);
  const dark = colors.kind === 'dark' || colors.kind === 'contrast';
  const text = { color: colors.muted, fontFamily: colors.font, fontSize: 11 };
  const range = color ? extent(color, shown) : null;
  const point = (run: RunPoint): object => ({
    value: [placed(x, run), placed(y, run), color?.value(run) ?? '-'],
    name: run.name,
  });
  const size = sizes.find(([over]) => shown.length > over)?.[1] ?? 11;
  const isDense = shown.length > 2000;
  return {
    animation: false,
    textStyle: { fontFamily: colors.font, color: colors.foreground },
    grid: { left: 70, right: range ? 120 : 30, top: 24, bottom: 50, containLabel: false },
    xAxis: {
      ...axisOf(x, shown, plan.logX, text, colors),
      name: x.title,
      nameLocation: 'middle',
      nameGap: 32,
      nameTextStyle: { ...text, color: colors.foreground, fontSize: 12 },
    },
    yAxis: {
      ...axisOf(y, shown, plan.logY, text, colors),
      name: y.title,
      nameLocation: 'middle',
      nameGap: 54,
      nameTextStyle: { ...text, color: colors.foreground, fontSize: 12 },
    },
    ...(color && range
      ? {
          visualMap: {
            type: 'continuous',
            dimension: 2,
            seriesIndex: 0,
            min: range[0],
            max: range[0] === range[1] ? range[0] + 1 : range[1],
            calculable: false,
            right: 8,
            top: 'middle',
            itemHeight: 160,
            itemWidth: 14,
            text: [`${color.title}\n${color.text(range[1])}\n`, color.text(range[0])],
            textStyle: { ...text, lineHeight: 15 },
            inRange: { color: sequentialColors(dark) },
            outOfRange: { color: [colors.muted] },
            hoverLink: false,
          },
        }
      : {}),
    series: [
      {
        type: 'scatter',
        id: 'runs',
        symbolSize: size,
        itemStyle: {
          color: colors.series[0],
          borderColor: colors.background,
          borderWidth: isDense ? 0 : 1,
          opacity: isDense ? 0.6 : 0.95,
        },
        data: shown.map(point),
        emphasis: { itemStyle: { borderColor: colors.focus, borderWidth: 2 } },
      },
      {
        type: 'scatter',
        id: 'best',
        silent: true,
        symbolSize: size + 11,
        z: 3,
        itemStyle: { color: 'rgba(0,0,0,0)', borderColor: colors.foreground, borderWidth: 2 },
        label: {
          show: true,
          formatter: best ? `best: ${best.name}` : '',
          position: best ? besides(x, best, shown) : 'top',
          color: colors.foreground,
          fontSize: 12,
          textBorderColor: colors.background,
          textBorderWidth: 3,
        },
        labelLayout: { moveOverlap: 'shiftY' },
        data: best ? [point(best)] : [],
      },
    ],
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: colors.background,
      borderColor: colors.grid,
      textStyle: { color: colors.foreground, fontFamily: colors.font, fontSize: 12 },
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const run = shown[dataIndex];
        return run
          ? [
              run.name,
              ...[x, y, ...(color ? [color] : [])].map((field) => `${field.title}  ${field.text(field.value(run))}`),
            ].join('\n')
          : '';
      },
    },
  };
}

function axisOf(field: Field, runs: readonly RunPoint[], log: boolean, text: object, colors: ChartColors): object {
  const lines = {
    axisLine: { show: true, lineStyle: { color: colors.muted } },
    axisTick: { lineStyle: { color: colors.muted } },
    splitLine: { lineStyle: { color: colors.grid } },
    minorSplitLine: { show: false },
  };
  if (!field.numeric)
    return {
      ...lines,
      type: 'category',
      data: categories(field, runs),
      axisTick: { alignWithLabel: true },
      axisLabel: { ...text, width: 90, overflow: 'truncate' },
    };
  return {
    ...lines,
    type: log && canBeLog(field, runs) ? 'log' : 'value',
    scale: true,
    ...(log ? {} : endsOf(field)),
    axisLabel: { ...text, formatter: (value: number) => tickText(Number(value.toPrecision(6))), hideOverlap: true },
  };
}

/** ECharts rounds the ends of an axis outwards; an axis of a metric bounded by 0 or 1 ends there. */
function endsOf(field: Field): object {
  if (field.kind !== 'metric') return {};
  const end =
    (at: 0 | 1) =>
    ({ min, max }: { min: number; max: number }): number | null => {
      const air = (max - min) * 0.2;
      const [low, high] = withinBounds(field.title, [min - air, max + air], [min, max]);
      const isCut = at === 0 ? low > min - air : high < max + air;
      return isCut ? ([low, high][at] ?? null) : null;
    };
  return { min: end(0), max: end(1) };
}

/** Position of the tooltip inside the drawing. */
function besides(x: Field, run: RunPoint, runs: readonly RunPoint[]): 'left' | 'right' | 'top' {
  const range = extent(x, runs);
  const value = x.value(run);
  if (!range || typeof value !== 'number') return 'top';
  const share = (value - range[0]) / (range[1] - range[0] || 1);
  return share < 0.1 ? 'right' : share > 0.9 ? 'left' : 'top';
}

function placed(field: Field, run: RunPoint): number | string {
  const value = field.value(run);
  return field.numeric ? Number(value) : String(value);
}
