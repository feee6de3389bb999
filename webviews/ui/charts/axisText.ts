import { number } from '../../../words/numbers.ts';

/** The unit of an axis: plain numbers, seconds, or epoch milliseconds. */
export type AxisKind = 'number' | 'seconds' | 'clock';

const spans: { unit: string; seconds: number }[] = [
  { unit: 'days', seconds: 86_400 },
  { unit: 'h', seconds: 3600 },
  { unit: 'min', seconds: 60 },
  { unit: 's', seconds: 1 },
];
const day = 86_400_000;

/** The unit for seconds up to a given length. */
export function spanUnit(seconds: number): { unit: string; seconds: number } {
  return spans.find((span) => seconds >= 3 * span.seconds) ?? { unit: 's', seconds: 1 };
}

/** The name of an axis with the unit of its numbers. */
export function axisTitle(label: string, kind: AxisKind, [from, to]: readonly [number, number]): string {
  return kind === 'seconds' ? `${label} (${spanUnit(Math.max(Math.abs(from), Math.abs(to))).unit})` : label;
}

/** The labels of the ticks of an axis. */
export function tickTexts(
  kind: AxisKind,
  ticks: readonly (number | null)[],
  [from, to]: readonly [number, number],
): string[] {
  if (kind === 'clock') return clockTexts(ticks);
  const unit = kind === 'seconds' ? spanUnit(Math.max(Math.abs(from), Math.abs(to))).seconds : 1;
  return ticks.map((tick) => (tick === null ? '' : tickText(tick / unit)));
}

/** The shortest form: `20,000`, `0.005`, `1e-7`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6))
    return value
      .toExponential()
      .replace(/(\.\d{3})\d+/, '$1')
      .replace('e+', 'e')
      .replaceAll('-', '−');
  return number(value, 6);
}

function clockTexts(ticks: readonly (number | null)[]): string[] {
  const known = ticks.filter((tick) => tick !== null);
  const step = Math.min(...known.slice(1).map((tick, index) => tick - (known[index] ?? tick)));
  return ticks.map((tick, index) => {
    if (tick === null) return '';
    const at = new Date(tick);
    const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
    if (step >= day) return date;
    const time = at.toLocaleTimeString('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      ...(step < 60_000 ? { second: '2-digit' } : {}),
    });
    const before = ticks.slice(0, index).findLast((one) => one !== null);
    const newDay = before === undefined || before === null || new Date(before).toDateString() !== at.toDateString();
    return newDay ? `${time}\n${date}` : time;
  });
}

/** An x value in a sentence. */
export function xText(kind: AxisKind, label: string, x: number): string {
  if (kind === 'clock')
    return new Date(x).toLocaleString('en-GB', {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  if (kind === 'number') return `${label} ${number(x, 6)}`;
  const { unit, seconds } = spanUnit(Math.abs(x));
  return `${number(x / seconds)} ${unit} after start`;
}
