import { chartColors } from './theme.ts';

type Rgb = readonly [number, number, number];

/** The colours of a correlation: warm above zero, cold below, with a readable text colour. */
export function heatColor(value: number): { background: string; color: string } {
  const { series, background } = chartColors();
  const ground = parsed(background) ?? [128, 128, 128];
  const full = parsed((value < 0 ? series[0] : series[1]) ?? '') ?? ground;
  const part = Math.min(1, Math.abs(value));
  const mixed: Rgb = [mix(ground[0], full[0], part), mix(ground[1], full[1], part), mix(ground[2], full[2], part)];
  return { background: `rgb(${mixed.join(', ')})`, color: lightness(mixed) > 0.18 ? '#000000' : '#ffffff' };
}

function mix(from: number, to: number, part: number): number {
  return Math.round(from + (to - from) * part);
}

/** Parses `#rgb`, `#rrggbb` and `rgb(r, g, b)`; transparency is ignored. */
export function parsed(color: string): Rgb | null {
  const hex = /^#([\da-f]{3,8})$/i.exec(color.trim())?.[1];
  if (hex !== undefined && hex.length < 6)
    return [0, 1, 2].map((at) => Number.parseInt((hex[at] ?? '0').repeat(2), 16)) as unknown as Rgb;
  if (hex !== undefined) return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  const numbers = /^rgba?\(([^)]*)\)$/
    .exec(color.trim())?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  return numbers && numbers.length >= 3 ? [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0] : null;
}

/** The relative luminance of WCAG 2: 0 for black, 1 for white. At 0.18, black and white text have equal contrast. */
function lightness(color: Rgb): number {
  const [r, g, b] = color.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}
