import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

export interface ParsedField {
  /** The text of the value, NULL where it counts as missing. */
  text: string;
  /** The value in its declared type, NULL where missing or not of the type. */
  value: string;
  /** Whether values compare as numbers, times or texts; decides how bounds are written. */
  order: 'number' | 'time' | 'text';
  sqlType: string;
}

/**
 * SQL expressions that read a field from a column. A column that already has the declared type is taken as it is (NaN counts
 * as missing); any other is read from its text as Table Schema says: missingValues, trueValues, decimalChar, format, …
 */
export function parseField(field: Field, schema: DatasetSchema, actualType: string, mode: 'raw' | 'typed'): ParsedField {
  const column = quoteIdentifier(field.name);
  const type = field.type ?? 'any';
  const text = textOf(column, actualType, field.missingValues ?? (mode === 'raw' ? (schema.missingValues ?? ['']) : []));
  const native = nativeValue(type, column, actualType);
  if (native) return { text, ...native };
  const trimmed = `trim(${text})`;
  switch (type) {
    case 'number': return { text, value: finite(`TRY_CAST(${bareNumber(trimmed, field)} AS DOUBLE)`), order: 'number', sqlType: 'DOUBLE' };
    case 'integer': {
      const bare = bareNumber(trimmed, field);
      const whole = `CASE WHEN regexp_full_match(${bare}, '[+-]?[0-9]+(\\.0*)?') THEN TRY_CAST(regexp_replace(${bare}, '\\.0*$', '') AS BIGINT) END`;
      return { text, value: whole, order: 'number', sqlType: 'BIGINT' };
    }
    case 'year': return { text, value: `CASE WHEN regexp_full_match(${trimmed}, '-?[0-9]{4,5}') THEN TRY_CAST(${trimmed} AS BIGINT) END`, order: 'number', sqlType: 'BIGINT' };
    case 'boolean': return { text, value: booleanOf(trimmed, field), order: 'number', sqlType: 'BOOLEAN' };
    case 'datetime': return { text, value: timeOf(trimmed, field, 'TIMESTAMPTZ', 'TIMESTAMP'), order: 'time', sqlType: 'TIMESTAMP' };
    case 'date': return { text, value: timeOf(trimmed, field, 'DATE', 'DATE'), order: 'time', sqlType: 'DATE' };
    case 'time': return { text, value: timeOf(trimmed, field, 'TIME', 'TIME'), order: 'time', sqlType: 'TIME' };
    case 'yearmonth': return { text, value: matching(trimmed, '-?[0-9]{4}-(0[1-9]|1[0-2])'), order: 'text', sqlType: 'VARCHAR' };
    case 'duration': return { text, value: matching(trimmed, 'P([0-9.,]+[YMWD])*(T([0-9.,]+[HMS])+)?'), order: 'text', sqlType: 'VARCHAR' };
    case 'object': return { text, value: `CASE WHEN json_valid(${text}) AND json_type(${text}) = 'OBJECT' THEN ${text} END`, order: 'text', sqlType: 'VARCHAR' };
    case 'array': return { text, value: `CASE WHEN json_valid(${text}) AND json_type(${text}) = 'ARRAY' THEN ${text} END`, order: 'text', sqlType: 'VARCHAR' };
    case 'string': return { text, value: stringOf(text, field), order: 'text', sqlType: 'VARCHAR' };
    default: return { text, value: text, order: 'text', sqlType: 'VARCHAR' };
  }
}

function textOf(column: string, actualType: string, missing: readonly string[]): string {
  // A JSON column holds mixed types; ->> gives a text without its quotes.
  const text = actualType === 'VARCHAR' ? column : actualType === 'JSON' ? `(${column} ->> '$')` : `CAST(${column} AS VARCHAR)`;
  const filled = /^(DOUBLE|FLOAT)$/.test(actualType) ? `CASE WHEN NOT isnan(${column}) THEN ${text} END` : text;
  return missing.length === 0 ? filled : `CASE WHEN ${filled} NOT IN (${missing.map(quoteLiteral).join(', ')}) THEN ${filled} END`;
}

function nativeValue(type: string, column: string, actual: string): Omit<ParsedField, 'text'> | null {
  const whole = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(actual);
  if (type === 'number' && (whole || /^(DOUBLE|FLOAT|DECIMAL)/.test(actual))) return { value: finite(`CAST(${column} AS DOUBLE)`), order: 'number', sqlType: 'DOUBLE' };
  if ((type === 'integer' || type === 'year') && whole) return { value: `TRY_CAST(${column} AS BIGINT)`, order: 'number', sqlType: 'BIGINT' };
  if (type === 'integer' && /^(DOUBLE|FLOAT|DECIMAL)/.test(actual)) {
    return { value: `CASE WHEN ${column} = floor(${column}) THEN TRY_CAST(${column} AS BIGINT) END`, order: 'number', sqlType: 'BIGINT' };
  }
  if (type === 'boolean' && actual === 'BOOLEAN') return { value: column, order: 'number', sqlType: 'BOOLEAN' };
  if (type === 'datetime' && (actual.startsWith('TIMESTAMP') || actual === 'DATE')) return { value: `CAST(${column} AS TIMESTAMP)`, order: 'time', sqlType: 'TIMESTAMP' };
  if (type === 'date' && actual === 'DATE') return { value: column, order: 'time', sqlType: 'DATE' };
  if (type === 'time' && actual === 'TIME') return { value: column, order: 'time', sqlType: 'TIME' };
  if (['array', 'list', 'object', 'any'].includes(type) && /(\]|^STRUCT.*|^MAP.*)$/.test(actual)) return { value: column, order: 'text', sqlType: actual };
  return null;
}

function finite(value: string): string {
  return `CASE WHEN isfinite(${value}) THEN ${value} END`;
}

function bareNumber(text: string, field: Field): string {
  let bare = text;
  if (field.groupChar) bare = `replace(${bare}, ${quoteLiteral(field.groupChar)}, '')`;
  if (field.decimalChar && field.decimalChar !== '.') bare = `replace(${bare}, ${quoteLiteral(field.decimalChar)}, '.')`;
  if (field.bareNumber === false) bare = `regexp_replace(${bare}, '^[^0-9+.-]+|[^0-9.]+$', '', 'g')`;
  return bare;
}

function booleanOf(text: string, field: Field): string {
  const yes = field.trueValues ?? ['true', 'True', 'TRUE', '1'];
  const no = field.falseValues ?? ['false', 'False', 'FALSE', '0'];
  return `CASE WHEN ${text} IN (${yes.map(quoteLiteral).join(', ')}) THEN true WHEN ${text} IN (${no.map(quoteLiteral).join(', ')}) THEN false END`;
}

function timeOf(text: string, field: Field, parse: string, type: string): string {
  const { format } = field;
  if (format !== undefined && format.includes('%')) return `CAST(try_strptime(${text}, ${quoteLiteral(format)}) AS ${type})`;
  // Bare numbers would be taken for a time by some casts; ISO always has a dash or a colon.
  return `CAST(CASE WHEN regexp_matches(${text}, '[0-9][-:T/]') THEN TRY_CAST(${text} AS ${parse}) END AS ${type})`;
}

function stringOf(text: string, field: Field): string {
  if (field.format === 'email') return matching(text, '[^@\\s]+@[^@\\s]+\\.[^@\\s]+');
  if (field.format === 'uri') return matching(text, '[A-Za-z][A-Za-z0-9+.-]*:\\S+');
  if (field.format === 'uuid') return matching(text, '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}');
  return text;
}

function matching(text: string, pattern: string): string {
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(pattern)}) THEN ${text} END`;
}
