import type { RunOrder } from '../../../protocol/runs.ts';
import type { Column } from '../columns/columns.ts';

/** The default order of the store. */
export const newestFirst: RunOrder = { column: 'started', descending: true };
const keys = 3;

/** The sort keys of the table, the first key first. */
export function ordersOf(order: readonly RunOrder[]): readonly RunOrder[] {
  return order.length === 0 ? [newestFirst] : order;
}

/**
 * The order after a click on a header: the better values first, then the reverse, then none. `add` keeps the existing
 * keys and adds this one after them.
 */
export function nextOrder(order: readonly RunOrder[], column: Column, add: boolean): RunOrder[] {
  const at = order.findIndex((one) => one.column === column.id);
  const current = order[at];
  if (add && current === undefined) return [...order, first(column)].slice(-keys);
  if (current === undefined || (!add && order.length > 1)) return [first(column)];
  const turned = current.descending === column.descending ? [{ ...current, descending: !current.descending }] : [];
  return add ? order.toSpliced(at, 1, ...turned) : turned;
}

function first(column: Column): RunOrder {
  return { column: column.id, descending: column.descending };
}
