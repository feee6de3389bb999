import { Type } from 'typebox';
import { closed } from '../fields.ts';
import { batch, query, watermark } from './queryFields.ts';

export const FromPostgres = Type.Object(
  {
    postgres: Type.String({
      minLength: 1,
      description: 'Address of a PostgreSQL database, from the environment: `${env.DATABASE_URL}`.',
      examples: ['${env.DATABASE_URL}'],
    }),
    query,
    watermark: watermark('updated_at'),
    batch,
  },
  closed,
);
