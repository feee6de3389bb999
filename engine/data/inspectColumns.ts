import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database, SqlParams } from './database.ts';

export interface SourceColumn {
  name: string;
  /** The type of Table Schema that fits DuckDB's best. */
  type: FieldType;
  /** DuckDB's own name of the type, such as `BIGINT` or `DECIMAL(5,2)`. */
  sqlType: string;
}

/** The columns of a FROM-able expression in order, without `_file`. */
export async function columnsOf(db: Database, source: string, params?: SqlParams): Promise<SourceColumn[]> {
  const rows = await db.rows(`DESCRIBE SELECT * FROM ${source}`, params);
  return rows
    .map((row) => ({
      name: String(row['column_name']),
      type: fieldType(String(row['column_type'])),
      sqlType: String(row['column_type']),
    }))
    .filter((column) => column.name !== '_file');
}

/** The Table Schema type for a DuckDB type. */
export function fieldType(sqlType: string): FieldType {
  if (/(\[\]|\[\d+\])$/.test(sqlType)) return 'array';
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(sqlType)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(sqlType)) return 'number';
  if (sqlType.startsWith('TIMESTAMP')) return 'datetime';
  if (/^(STRUCT|MAP|UNION)/.test(sqlType)) return 'object';
  const simple: Record<string, FieldType> = {
    BOOLEAN: 'boolean',
    DATE: 'date',
    TIME: 'time',
    INTERVAL: 'duration',
    JSON: 'any',
  };
  return simple[sqlType] ?? 'string';
}
