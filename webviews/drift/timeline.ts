import { CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, MarkLineComponent } from 'echarts/components';
import { use } from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import type { DriftReport } from '../../protocol/drift.ts';
import { number } from '../../words/numbers.ts';
import { dateText, dateTimeText } from '../../words/times.ts';
import { columnName } from '../ui/format.ts';
import type { ChartColors } from '../ui/theme.ts';
import { eventSeries } from './eventSeries.ts';
import { heatSeries, selectionSeries } from './heatSeries.ts';
import type { Cell } from './model.ts';
import { performanceRange, performanceSeries } from './performanceSeries.ts';
import { referenceSeries } from './referenceSeries.ts';
import { statusSeries } from './statusSeries.ts';
import {
  cellHeight,
  heatTop,
  left,
  performanceHeight,
  performanceTop,
  right,
  statusHeight,
  statusTop,
} from './timelineLayout.ts';

use([CustomChart, HeatmapChart, LineChart, ScatterChart, DataZoomComponent, MarkLineComponent]);

/**
 * Performance above, the status of each window, and features below on one time axis; a window has the same x in all
 * panels.
 */
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
      { left, right, top: statusTop, height: statusHeight },
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
      { ...axis, gridIndex: 2, axisLabel: { show: false }, axisLine: { show: false } },
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
      // Events have their own axis, above the highest line.
      { type: 'value', gridIndex: 0, min: 0, max: 1, show: false },
      {
        type: 'category',
        gridIndex: 2,
        data: ['status'],
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...text, color: colors.foreground },
      },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    dataZoom: [
      {
        type: 'slider',
        xAxisIndex: [0, 1, 2],
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
    // Rich text is drawn on the canvas: the Content-Security-Policy allows no style attribute.
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
      statusSeries(report, selected, colors),
      ...heatSeries(report, rows, colors),
      selectionSeries(report, rows, selected, colors),
    ],
  };
}
