type Rgb = readonly [number, number, number];

/**
 * Cividis (Nuñez, Anderton and Renslow, 2018) at 0, ⅛, …, 1: perceptually uniform, and readable with red-green colour
 * blindness.
 */
const cividis: readonly string[] = [
  '#00224e',
  '#123570',
  '#3b496c',
  '#575d6d',
  '#707173',
  '#8a8678',
  '#a59c74',
  '#c3b369',
  '#e1cc55',
  '#fee838',
];

/** The scale from low to high; on dark backgrounds it starts at a visible colour. */
export function sequentialColors(dark: boolean): string[] {
  return dark ? cividis.slice(2) : cividis.slice(0, -1);
}

/** The colour of a fraction from 0 to 1. */
export function sequentialColor(share: number, dark: boolean): string {
  const colors = sequentialColors(dark);
  const at = Math.min(1, Math.max(0, share)) * (colors.length - 1);
  const low = Math.min(colors.length - 2, Math.floor(at));
  const from = rgb(colors[low] ?? '');
  const to = rgb(colors[low + 1] ?? '');
  const part = at - low;
  return `rgb(${from.map((one, index) => Math.round(one + ((to[index] ?? one) - one) * part)).join(', ')})`;
}

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}
