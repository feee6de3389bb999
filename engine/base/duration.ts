const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Parses a duration such as `90s`, `15m`, `6h`, `7d` or `2w` to milliseconds. Returns null for any other text. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(s|m|h|d|w)$/.exec(text.trim());
  if (!match) return null;
  const ms = Number(match[1]) * (units[match[2] ?? ''] ?? 0);
  return ms > 0 ? ms : null;
}

/** Returns the milliseconds of a duration that the schema has already accepted. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new RangeError(`${text} is not a duration`);
  return ms;
}

/** Returns the count in `2 windows` or `1 window`, or null for any other text. */
export function parseWindows(text: string): number | null {
  const match = /^([1-9]\d*)\s+windows?$/.exec(text.trim());
  return match ? Number(match[1]) : null;
}
