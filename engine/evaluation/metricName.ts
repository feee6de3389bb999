/** A metric as a gate names it. */
export interface MetricName {
  name: string;
  /** A grouping, or one group of it: `country`, `country, device`, `country=DE, device=mobile`. */
  attribute: string | null;
  /** True for the difference to the champion. */
  champion: boolean;
  /** The test of changed rows; null for the rows as they are. */
  test: { kind: string; column: string | null } | null;
  /** True for the difference to the rows as they are. */
  clean: boolean;
}

/**
 * `name`, `name[attribute]`, `name@champion`, `name{test}`, `name{test=column}` and the last two with `@clean`, taken
 * apart; null when it is none of these.
 */
export function parseMetric(text: string): MetricName | null {
  const match =
    /^(?<name>[a-z][a-z0-9_]*)(?:(?:\[(?<attribute>.+)\])?(?<champion>@champion)?|\{(?<kind>[a-z_]+)(?:=(?<column>.+))?\}(?<clean>@clean)?)$/.exec(
      text,
    )?.groups;
  return match
    ? {
        name: match['name'] ?? '',
        attribute: match['attribute'] ?? null,
        champion: match['champion'] !== undefined,
        test: match['kind'] === undefined ? null : { kind: match['kind'], column: match['column'] ?? null },
        clean: match['clean'] !== undefined,
      }
    : null;
}

/** The name after `@` in a metric when it is not `champion`; null when there is none, or it is. */
export function wrongAlias(text: string): string | null {
  const alias = /^[a-z][a-z0-9_]*(?:\[.+\])?@(\w*)$/.exec(text)?.[1];
  return alias === undefined || alias === 'champion' ? null : alias;
}
