import { Type } from 'typebox';
import { closed, path } from '../fields.ts';
import { watermark } from './queryFields.ts';

export const FromDelta = Type.Object(
  {
    delta: path("Folder of a Delta table. DuckDB's extension `delta` must be installed; it is never downloaded."),
    watermark: watermark('updated_at'),
  },
  closed,
);

export const FromIceberg = Type.Object(
  {
    iceberg: path(
      "Folder of an Iceberg table, or one of its metadata files. DuckDB's extension `iceberg` must be installed; it is never downloaded.",
    ),
    watermark: watermark('updated_at'),
  },
  closed,
);
