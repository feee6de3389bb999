import type { DriftReport, DriftWindow, WindowStatus } from '../../protocol/drift.ts';
import {
  changedText,
  expectationText,
  labelFaultsText,
  labelledText,
  stateText,
  verdictText,
} from '../../words/expectations.ts';
import { dateTimeText } from '../../words/times.ts';
import type { ChartColors } from '../ui/theme.ts';
import type { Cell } from './model.ts';

/** The symbol of a status; a status is never shown by colour alone. */
export const statusMarks: Record<WindowStatus, string> = {
  ok: '✓',
  drift: '▲',
  'score drift': '◆',
  'expectation broken': '!',
  'too few labels': '?',
  'too few rows': '·',
};

/** The statuses, the gravest first, with the rule of each. */
export const statusRules: Record<WindowStatus, string> = {
  'expectation broken': 'the 95 % interval of a value is outside its bound',
  drift: 'the share of drifted features reaches its bound',
  'score drift': 'the scores of the model drifted',
  'too few rows': 'no verdict on drift',
  'too few labels': 'no verdict on performance',
  ok: 'nothing found',
};

/** The status of each window, in a row between performance and features. */
export function statusSeries(report: DriftReport, selected: Cell | null, colors: ChartColors): object {
  const fills: Record<WindowStatus, string> = {
    ok: colors.calm,
    drift: colors.drifted,
    'score drift': colors.score,
    'expectation broken': colors.error,
    'too few labels': '#808080',
    'too few rows': '#808080',
  };
  const opacity = (status: WindowStatus): number => (status === 'ok' ? 0.15 : status.startsWith('too few') ? 0.2 : 1);
  return {
    type: 'heatmap',
    id: 'heat status',
    xAxisIndex: 2,
    yAxisIndex: 3,
    data: report.windows.map((window, x) => ({
      value: [x, 0, 0],
      itemStyle: {
        color: colorOf(fills[window.status], opacity(window.status)),
        borderColor: window.id === selected?.windowId ? colors.focus : colors.background,
        borderWidth: window.id === selected?.windowId ? 3 : 1,
      },
      label: {
        show: true,
        formatter: `${statusMarks[window.status]}${window.changed.length > 0 ? '*' : ''}`,
        color: opacity(window.status) < 1 ? colors.foreground : isDark(colors) ? '#111111' : '#ffffff',
        fontSize: window.changed.length > 0 ? 9 : 11,
        fontWeight: 'bold',
      },
    })),
    emphasis: { itemStyle: { borderColor: colors.focus, borderWidth: 2 } },
    tooltip: {
      formatter: (point: { value: number[] }) => {
        const window = report.windows[point.value[0] ?? -1];
        return window ? windowText(window).join('\n') : '';
      },
    },
  };
}

/** The verdicts of a window with what they rest on, a line each. */
export function windowText(window: DriftWindow): string[] {
  const { status, inputs, score, expectations, changed } = window;
  return [
    `${dateTimeText(window.start)}: ${status}`,
    `inputs: ${verdictText(inputs, window)}`,
    ...(score === 'not judged' ? [] : [`score: ${score}`]),
    ...expectations.map((expectation) => {
      const state = stateText(expectation);
      return expectation.value === null
        ? `${expectation.metric}: ${state}`
        : `${expectationText(expectation)}: ${state}`;
    }),
    ...(window.labelled > 0 ? [labelledText(window)] : []),
    ...(window.labelFaults === null ? [] : [labelFaultsText(window.labelFaults)]),
    ...(changed.length > 0 ? [changedText(changed)] : []),
  ];
}

function isDark({ kind }: ChartColors): boolean {
  return kind === 'dark' || kind === 'contrast';
}

function colorOf(color: string, alpha: number): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}
