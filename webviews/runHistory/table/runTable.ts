import { VirtualTable } from '../../ui/table/virtualTable.ts';

/** The table of runs in the page; table.css sets the same height of a row. */
export const runTable = new VirtualTable({ scroller: '.scroller', table: 'table.runs', rowHeight: 28, headExtra: 4 });
