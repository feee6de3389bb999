import type { DriftReport } from '../../protocol/drift.ts';
import type { ChartColors } from '../ui/theme.ts';
import { referenceChanges, referenceText } from './model.ts';
import { cellHeight, heatTop, performanceTop } from './timelineLayout.ts';

/** A line where the reference changes: values on its two sides are not comparable. */
export function referenceSeries(report: DriftReport, colors: ChartColors): object {
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
        return change ? `Later windows are compared with the\n${referenceText(report, change.version)}` : '';
      },
    },
  };
}
