import { Type } from 'typebox';
import { closed, path } from '../fields.ts';
import { query, watermark } from './queryFields.ts';

export const FromDuckdb = Type.Object(
  {
    duckdb: path('A DuckDB database file, opened read-only.'),
    query,
    watermark: watermark('id'),
  },
  closed,
);
