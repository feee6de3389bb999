const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, Home: -Infinity, End: Infinity };

/** The number of rows that a key moves by; null for a key that does not move. `page` is the number of visible rows. */
export function rowStep(key: string, page: number): number | null {
  if (key === 'PageDown') return page;
  if (key === 'PageUp') return -page;
  return steps[key] ?? null;
}
