/** Readers for values of unknown shape, from the store or an earlier version. */
export function fieldsOf(given: unknown): Map<string, unknown> {
  return new Map(typeof given === 'object' && given !== null ? Object.entries(given) : []);
}

export function listOf(given: unknown): unknown[] {
  return Array.isArray(given) ? given : [];
}

export function textsOf(given: unknown): string[] {
  return listOf(given).filter((one) => typeof one === 'string');
}
