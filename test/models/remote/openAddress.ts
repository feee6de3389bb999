import { join } from 'node:path';
import type { Table } from '../../../engine/data/table.ts';
import type { ModelTools, OpenedModel, TypedInput } from '../../../engine/models/flavours/flavour.ts';
import { http } from '../../../engine/models/flavours/http.ts';
import type { WrittenAddress } from '../../../engine/models/remote/address.ts';
import { makeProject } from '../../helpers/makeProject.ts';

/** Rows with a missing number and a category that no model has seen. */
export const rows = [
  { amount: 10, count: 1, country: 'DE' },
  { amount: null, count: 2, country: 'US' },
  { amount: 90.25, count: 3, country: 'US' },
  { amount: 54.999, count: 8, country: 'FR' },
  { amount: -1e9, count: 0, country: 'Österreich “quoted”' },
];
export const inputs: TypedInput[] = [
  { name: 'amount', type: 'number' },
  { name: 'count', type: 'integer' },
  { name: 'country', type: 'text' },
];
export const table: Table = {
  rows: rows.length,
  columns: {
    amount: { kind: 'number', values: Float64Array.from(rows, ({ amount }) => amount ?? Number.NaN) },
    count: { kind: 'number', values: Float64Array.from(rows, ({ count }) => count) },
    country: { kind: 'text', values: rows.map(({ country }) => country) },
  },
};

/** Writes the address into a folder of its own and opens the model behind it. */
export function openAddress(written: WrittenAddress): Promise<OpenedModel> {
  const folder = makeProject({ 'address.json': JSON.stringify(written) });
  const path = join(folder, 'address.json');
  const tools: ModelTools = { root: folder, temp: folder, python: () => null, namesPython: false, log: () => {} };
  const recognised = {
    flavour: 'http',
    path,
    stated: { algorithm: null, inputs: null, packages: {}, needs: [], runsCode: false, refusals: [] },
  };
  return http.open(recognised, tools);
}
