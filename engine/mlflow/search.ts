import type { Search } from '../tracking/filter/conjunction.ts';
import { FilterError } from '../tracking/filter/tokens.ts';
import { invalid } from './mlflowError.ts';
import { parseOrder } from './orderBy.ts';
import { offsetOf, optionalText, pageSize, pageToken, texts } from './request.ts';

/** The parts of a search request. One more row than the page is read, to detect further pages. */
export function searchOf(body: Record<string, unknown>, size: { usual: number; most: number }): Search {
  return {
    filter: optionalText(body, 'filter') || undefined,
    order: texts(body, 'order_by').map((text) => {
      const { field, descending } = parseOrder(text);
      return { field: field.replace(/^attributes?\./, ''), descending };
    }),
    limit: pageSize(body, size.usual, size.most) + 1,
    offset: offsetOf(optionalText(body, 'page_token')),
  };
}

/** The rows of a page, with the token of the next page if there is one. Invalid filters are rejected. */
export function pageOf<T>(
  { limit, offset }: Pick<Search, 'limit' | 'offset'>,
  find: () => T[],
): { rows: T[]; next: { next_page_token?: string } } {
  try {
    const rows = find();
    const size = limit - 1;
    return {
      rows: rows.slice(0, size),
      next: rows.length > size ? { next_page_token: pageToken(offset + size) } : {},
    };
  } catch (error) {
    throw error instanceof FilterError ? invalid(`Invalid search: ${error.message}`) : error;
  }
}
