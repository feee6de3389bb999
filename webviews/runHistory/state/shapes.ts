/** Reading values of unknown shape, as a store or an earlier version kept them. */
export function fieldsOf(given: unknown): Map<string, unknown> {
  return new Map(typeof given === 'object' && given !== null ? Object.entries(given) : []);
}

export function listOf(given: unknown): unknown[] {
  return Array.isArray(given) ? given : [];
}

export function textsOf(given: unknown): string[] {
  return listOf(given).filter((one) => typeof one === 'string');
}
