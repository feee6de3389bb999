import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database, SqlParams } from './database.ts';

export interface SourceColumn {
  name: string;
  /** Table Schema type that corresponds to DuckDB's type. */
  type: FieldType;
  /** DuckDB's name of the type, such as `BIGINT` or `DECIMAL(5,2)`. */
  sqlType: string;
}

/** Returns the columns of a FROM expression in order, without `_file`. */
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

/** Returns the Table Schema type for a DuckDB type. */
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
