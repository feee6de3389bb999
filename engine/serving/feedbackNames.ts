/** Names of the true value that clients use, whatever the model calls its target. */
const labelNames = ['label', 'outcome', 'actual'];

/**
 * Gives feedback the names of the labels' dataset: `prediction_id` is the key of the predicted row, and `label`,
 * `outcome` or `actual` its true value. Fields under their own names stay. `key` null: no key is known.
 */
export function feedbackNames(key: string | null, target: string): (event: unknown) => unknown {
  return (event) => {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) return event;
    const named = new Map(Object.entries(event));
    const rename = (from: string, to: string | null) => {
      if (to === null || from === to || named.has(to) || !named.has(from)) return;
      named.set(to, named.get(from));
      named.delete(from);
    };
    rename('prediction_id', key);
    for (const name of labelNames) rename(name, target);
    return Object.fromEntries(named);
  };
}
