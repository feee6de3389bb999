import { Type } from 'typebox';
import { closed, path } from '../fields.ts';
import { batch, query, watermark } from './queryFields.ts';

export const FromSqlite = Type.Object(
  {
    sqlite: path('A SQLite database file, opened read-only.'),
    query,
    watermark: watermark('id'),
    batch,
  },
  closed,
);
