/**
 * `name`, `name[attribute]` and `name@champion`, taken apart; null when it is none of these. An attribute is a grouping,
 * or one group of a grouping: `country`, `country, device`, `country=DE, device=mobile`.
 */
export function parseMetric(text: string): { name: string; attribute: string | null; champion: boolean } | null {
  const match = /^([a-z][a-z0-9_]*)(?:\[(.+)\])?(@champion)?$/.exec(text);
  return match ? { name: match[1] ?? '', attribute: match[2] ?? null, champion: match[3] !== undefined } : null;
}

/** The name after `@` in a metric when it is not `champion`; null when there is none, or it is. */
export function wrongAlias(text: string): string | null {
  const alias = /^[a-z][a-z0-9_]*(?:\[.+\])?@(\w*)$/.exec(text)?.[1];
  return alias === undefined || alias === 'champion' ? null : alias;
}
