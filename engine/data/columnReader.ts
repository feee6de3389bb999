import type { DuckDBType, DuckDBVector } from '@duckdb/node-api';
import { plainValue } from './plainValue.ts';
import type { Column } from './table.ts';

type DuckDB = typeof import('@duckdb/node-api');

/** Collects one column of a result chunk by chunk. */
export interface ColumnReader {
  append(vector: DuckDBVector, rows: number): void;
  column(): Column;
}

/**
 * Returns a reader for a column of this type: numbers, booleans and times go to a Float64Array, all other values to
 * strings.
 */
export function columnReader(duckdb: DuckDB, type: DuckDBType): ColumnReader {
  return isNumeric(duckdb, type) ? numberReader(duckdb) : textReader(duckdb);
}

function isNumeric(duckdb: DuckDB, type: DuckDBType): boolean {
  const id = duckdb.DuckDBTypeId;
  const numeric: number[] = [
    id.BOOLEAN,
    id.TINYINT,
    id.SMALLINT,
    id.INTEGER,
    id.BIGINT,
    id.UTINYINT,
    id.USMALLINT,
    id.UINTEGER,
    id.UBIGINT,
    id.FLOAT,
    id.DOUBLE,
    id.HUGEINT,
    id.UHUGEINT,
    id.DECIMAL,
    id.TIMESTAMP,
    id.TIMESTAMP_S,
    id.TIMESTAMP_MS,
    id.TIMESTAMP_NS,
    id.TIMESTAMP_TZ,
  ];
  return numeric.includes(type.typeId);
}

function numberReader(duckdb: DuckDB): ColumnReader {
  const parts: Float64Array[] = [];
  return {
    append(vector, rows) {
      const part = new Float64Array(rows);
      for (let i = 0; i < rows; i++) {
        const item = vector.getItem(i);
        if (typeof item === 'number') part[i] = item;
        else if (item === null) part[i] = Number.NaN;
        else part[i] = Number(plainValue(duckdb, item));
      }
      parts.push(part);
    },
    column: () => ({ kind: 'number', values: joined(parts) }),
  };
}

function textReader(duckdb: DuckDB): ColumnReader {
  const values: (string | null)[] = [];
  return {
    append(vector, rows) {
      for (let i = 0; i < rows; i++) {
        const item = vector.getItem(i);
        if (typeof item === 'string' || item === null) values.push(item);
        else {
          const plain = plainValue(duckdb, item);
          values.push(typeof plain === 'object' ? JSON.stringify(plain) : String(plain));
        }
      }
    },
    column: () => ({ kind: 'text', values }),
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
