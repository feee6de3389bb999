const units: [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
];

/** A duration as the formats write it: the largest unit that takes it whole. */
export function durationText(ms: number): string {
  const [name, unit] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['s', 1000];
  return `${Math.ceil(ms / unit)}${name}`;
}
