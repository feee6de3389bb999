import { Type } from 'typebox';
import { closed, duration, path } from '../fields.ts';
import { batch, query, watermark } from './queryFields.ts';

export const FromSqlite = Type.Object(
  {
    sqlite: path('A SQLite database file, opened read-only.'),
    query,
    watermark: watermark('id'),
    batch,
    timeout: Type.Optional(
      duration('The query is stopped after this time. Default: none, and 60 s for a query or view with a recursion.'),
    ),
  },
  closed,
);
