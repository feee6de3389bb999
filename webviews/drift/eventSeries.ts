import type { DriftReport, MonitorEvent } from '../../protocol/drift.ts';
import { dateTimeText } from '../../words/times.ts';
import type { ChartColors } from '../ui/theme.ts';

/** The shape of each kind of event, as in the legend. */
export const eventMarks: Record<MonitorEvent['kind'], string> = {
  alert: '▲',
  deployed: '○',
  promoted: '●',
  waiting: '□',
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
  waiting: { symbol: 'rect', color: 'foreground' },
  retrained: { symbol: 'rect', color: 'foreground' },
  rejected: { symbol: 'diamond', color: 'broken' },
  'rolled back': { symbol: 'triangle', color: 'broken' },
};

/** The window at which an event is drawn: the one that contains its time, else the first or the last. */
export function windowOf(report: DriftReport, at: number): number {
  const inside = report.windows.findIndex((window) => at >= window.start && at < window.end);
  if (inside >= 0) return inside;
  const [first] = report.windows;
  return first && at < first.start ? 0 : report.windows.length - 1;
}

/** Events near the visible time range. An event long after the last window would be drawn at a wrong place. */
export function shownEvents(report: DriftReport): MonitorEvent[] {
  const first = report.windows[0];
  const last = report.windows.at(-1);
  if (!first || !last) return [];
  const margin = last.end - last.start;
  return report.events.filter((event) => event.at >= first.start - margin && event.at <= last.end + margin);
}

export function eventSeries(report: DriftReport, colors: ChartColors): object {
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
      // A window names each version once, at the event about that version.
      const name =
        event.modelVersion === null || ['alert', 'waiting', 'retrained'].includes(event.kind)
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
          event.kind === 'deployed' || event.kind === 'waiting'
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
