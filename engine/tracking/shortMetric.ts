import type { Store } from '../store/store.ts';
import { findKey } from './writeRun.ts';

/**
 * The metrics that a name means: itself, or else those of stages and files that end in it, such as `us:f1` and `uk:f1`
 * for `f1`. More than one means that the name does not say which.
 */
export function metricsNamed(keys: Iterable<string>, name: string): string[] {
  const ending: string[] = [];
  for (const key of keys) {
    if (key === name) return [name];
    if (key.endsWith(`:${name}`)) ending.push(key);
  }
  return ending.toSorted();
}

/** The metrics of a store that a name means; the keys are read only when there is none of this very name. */
export function storedMetricsNamed({ sql }: Pick<Store, 'sql'>, name: string): string[] {
  if (findKey({ sql }, name) !== null) return [name];
  return sql
    .all<{ key: string }>(
      'SELECT key FROM metric_keys WHERE substr(key, -length(?)) = ? ORDER BY key',
      `:${name}`,
      `:${name}`,
    )
    .map(({ key }) => key);
}

/** Says that a name means several metrics: `f1` is `uk:f1` and `us:f1`. */
export function severalText(name: string, keys: readonly string[]): string {
  const quoted = keys.map((key) => `\`${key}\``);
  return `Several metrics are called \`${name}\`: write ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}.`;
}

/** The number of the metric that a name means; null when there is none, or several. */
export function findNamedKey({ sql }: Pick<Store, 'sql'>, name: string): number | null {
  const [only, ...more] = storedMetricsNamed({ sql }, name);
  return only === undefined || more.length > 0 ? null : findKey({ sql }, only);
}
