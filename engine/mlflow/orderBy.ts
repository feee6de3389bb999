import { invalid } from './mlflowError.ts';

/** A field with its direction; quotes around the key are removed. */
export function parseOrder(text: string): { field: string; descending: boolean } {
  const clause = text.trim();
  if (clause === '') throw invalid(`Invalid order_by clause '${text}'. Ordering by such a clause is not supported.`);
  const direction = /\s(asc|desc)$/i.exec(clause)?.[1]?.toLowerCase();
  const field = direction === undefined ? clause : clause.slice(0, -direction.length).trim();
  const parts = /^(?:(\w+)\.)?(?:`([^`]*)`|"([^"]*)"|([^`"]+))$/s.exec(field);
  if (!parts) throw invalid(`Invalid order_by clause '${text}'.`);
  const key = parts[2] ?? parts[3] ?? parts[4] ?? '';
  if (parts[4] !== undefined && /\s/.test(key))
    throw invalid(`Invalid order_by clause '${text}'. Put a name with spaces in backticks.`);
  return { field: parts[1] === undefined ? key : `${parts[1]}.${key}`, descending: direction === 'desc' };
}
