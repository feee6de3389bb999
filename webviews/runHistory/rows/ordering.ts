import type { RunOrder } from '../../../protocol/runs.ts';
import type { Column } from '../columns/columns.ts';

/** How the store orders runs when nothing else is asked. */
export const newestFirst: RunOrder = { column: 'started', descending: true };
const keys = 3;

/** What the table is ordered by, the first key first. */
export function ordersOf(order: readonly RunOrder[]): readonly RunOrder[] {
  return order.length === 0 ? [newestFirst] : order;
}

/**
 * The order after a click on a header: the better end first, then the other, then without it. `add` keeps the keys
 * before it, so that this one decides among equals.
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
