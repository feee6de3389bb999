import { ParallelChart } from 'echarts/charts';
import { ParallelComponent, VisualMapContinuousComponent } from 'echarts/components';
import { use } from 'echarts/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import type { RunPoint } from '../../../protocol/runs.ts';
import { tickText } from '../../ui/charts/axisText.ts';
import { sequentialColors } from '../../ui/charts/sequential.ts';
import type { ChartColors } from '../../ui/theme.ts';
import { canBeLog, extent } from './fields.ts';
import type { Field } from './fields.ts';
import { axisCategories, none, parallelGrid } from './parallel.ts';
import type { ParallelPlan } from './parallel.ts';

use([ParallelChart, ParallelComponent, VisualMapContinuousComponent]);

/** With very many runs, thin lines show where they are dense. */
const looks = [
  { over: 10_000, width: 1, all: 0.1, active: 0.2, inactive: 0 },
  { over: 2000, width: 1, all: 0.25, active: 0.5, inactive: 0.015 },
  { over: 100, width: 1, all: 0.5, active: 0.95, inactive: 0.06 },
  { over: -1, width: 2, all: 0.9, active: 0.95, inactive: 0.06 },
] as const;

/** The ECharts option that draws runs as lines over axes. */
export function parallelOption({ runs, fields, log, color }: ParallelPlan, colors: ChartColors): EChartsCoreOption {
  // The labels are on the lines.
  const text = {
    color: colors.foreground,
    fontFamily: colors.font,
    fontSize: 11,
    textBorderColor: colors.background,
    textBorderWidth: 3,
  };
  const dark = colors.kind === 'dark' || colors.kind === 'contrast';
  const range = color ? extent(color, runs) : null;
  const look = looks.find(({ over }) => runs.length > over) ?? looks[3];
  // The colour is a separate dimension, after those of the axes.
  const shade = fields.length;
  return {
    animation: false,
    textStyle: { fontFamily: colors.font, color: colors.foreground },
    parallel: {
      ...parallelGrid,
      parallelAxisDefault: {
        nameTextStyle: { ...text, color: colors.foreground, fontSize: 12 },
        nameGap: 14,
        nameTruncate: { maxWidth: 130, ellipsis: '…' },
        axisLine: { lineStyle: { color: colors.muted } },
        axisTick: { lineStyle: { color: colors.muted } },
        minorTick: { show: false },
      },
    },
    parallelAxis: fields.map((field, dim) => ({
      id: field.id,
      dim,
      name: field.title,
      // The names alternate between two heights, so that neighbours do not overlap.
      nameGap: dim % 2 === 0 ? 12 : 28,
      areaSelectStyle: { width: 18, borderColor: colors.focus, color: colors.focus, opacity: 0.3 },
      ...axisOf(field, runs, log.includes(field.id), text),
    })),
    ...(color && range
      ? {
          visualMap: {
            type: 'continuous',
            dimension: shade,
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
        type: 'parallel',
        id: 'runs',
        smooth: false,
        progressive: runs.length > 5000 ? 1000 : 0,
        inactiveOpacity: look.inactive,
        activeOpacity: look.active,
        lineStyle: { width: look.width, opacity: look.all, color: colors.series[0] },
        emphasis: { lineStyle: { width: 4, opacity: 1 } },
        tooltip: { show: true },
        data: runs.map((run) => ({
          name: run.name,
          value: [...fields.map((field) => placed(field, run)), color?.value(run) ?? Number.NaN],
        })),
      },
    ],
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: colors.background,
      borderColor: colors.grid,
      textStyle: { color: colors.foreground, fontFamily: colors.font, fontSize: 12 },
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const run = runs[dataIndex];
        return run
          ? [run.name, ...fields.map((field) => `${field.title}  ${field.text(field.value(run))}`)].join('\n')
          : '';
      },
    },
  };
}

/** Selects the same ranges again after a new drawing. */
export function restoreBrushes(chart: EChartsType, { fields, brushes }: ParallelPlan, colors: ChartColors): void {
  for (const field of fields) {
    const intervals = brushes[field.id];
    if (intervals && intervals.length > 0)
      chart.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: field.id, intervals });
  }
  // The action selects the lines; the marks on the axes appear only with the next option.
  chart.setOption({});
  // ECharts draws a mark that the user did not drag in a nearly opaque grey.
  for (const shape of chart.getZr().storage.getDisplayList(true)) {
    if (shape.name === 'main' && shape.parent && '__brushOption' in shape.parent)
      shape.attr({ style: { fill: colors.focus, stroke: colors.focus, opacity: 0.3 } });
  }
}

function axisOf(field: Field, runs: readonly RunPoint[], log: boolean, text: object): object {
  if (!field.numeric)
    return {
      type: 'category',
      data: axisCategories(field, runs),
      axisTick: { alignWithLabel: true },
      axisLabel: { ...text, width: 90, overflow: 'truncate' },
    };
  const range = extent(field, runs);
  const type = log && canBeLog(field, runs) ? 'log' : 'value';
  return {
    type,
    scale: true,
    ...(range && type === 'value' ? padded(range) : {}),
    axisLabel: { ...text, formatter: (value: number) => tickText(Number(value.toPrecision(6))) },
  };
}

/** An axis with a single value has no length; it gets some. */
function padded([min, max]: [number, number]): object {
  if (min < max) return {};
  const air = Math.abs(min) * 0.1 || 1;
  return { min: min - air, max: max + air };
}

function placed(field: Field, run: RunPoint): number | string {
  const value = field.value(run);
  if (value !== null) return field.numeric ? value : String(value);
  return field.numeric ? Number.NaN : none;
}
