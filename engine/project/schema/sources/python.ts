import { Type } from 'typebox';
import { closed } from '../fields.ts';
import { batch, query, watermark } from './queryFields.ts';

export const FromPython = Type.Object(
  {
    python: Type.String({
      minLength: 1,
      description:
        'Address of any other database, from the environment: `${env.DSN}`. It is read in the Python of the project, through SQLAlchemy (`oracle+oracledb://…`, `mssql+pyodbc://…`, `snowflake://…`) or, with `adbc+` before it or without SQLAlchemy, through ADBC.',
    }),
    query,
    watermark: watermark('updated_at'),
    batch,
  },
  closed,
);
