import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { defaultPivotYear, givenDecimal } from '../project/schema/readSettings.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { bareNumber, exactNumber, numberKey } from './bareNumber.ts';
import { withLeapSeconds } from './leapSecond.ts';
import { stringFormats } from './stringFormats.ts';

export interface ParsedField {
  /** Text of the value, NULL where it counts as missing. */
  text: string;
  /** Value in the declared type, NULL where it is missing or has another type. */
  value: string;
  /** True where a text exists. Cheaper than converting a number to text. */
  filled: string;
  /** Whether values compare as numbers, times or texts, which decides how bounds are written. */
  order: 'number' | 'time' | 'text';
  sqlType: string;
  /** Value that is equal for equal numbers only, when a DOUBLE is equal for several. Default: the value. */
  exact?: string;
  /** Last year that a year of two digits can be. */
  pivotYear?: number;
}

/**
 * Returns SQL expressions that read a field from a column. A column of the declared type is used unchanged (NaN counts
 * as missing). Any other column is parsed from text by the rules of Table Schema: missingValues, trueValues,
 * decimalChar, format, …
 */
export function parseField(
  declared: Field,
  schema: DatasetSchema,
  actualType: string,
  mode: 'raw' | 'typed',
): ParsedField {
  const field = mode === 'raw' ? withDefaults(declared, schema) : declared;
  const column = quoteIdentifier(field.name);
  const type = field.type ?? 'any';
  const missing = missingTexts(field, schema, type, mode);
  const text = textOf(column, actualType, missing, mode === 'raw' && !isTextual(type));
  const filled =
    missing.length > 0
      ? `(${text}) IS NOT NULL`
      : isFloat(actualType)
        ? `(${column} IS NOT NULL AND NOT isnan(${column}))`
        : `${column} IS NOT NULL`;
  const native = nativeValue(field, column, actualType);
  if (native) return { text, filled, ...native };
  const dates = mode === 'raw' ? [schema.loopwright?.read?.dates ?? []].flat() : [];
  const { pivotYear } = field.loopwright ?? {};
  return { text, filled, ...readText(field, type, text, dates), ...(pivotYear !== undefined && { pivotYear }) };
}

/** Returns a field with the defaults of `read` for what it does not say itself. */
function withDefaults(field: Field, { loopwright }: DatasetSchema): Field {
  const { thousands, pivotYear } = loopwright?.read ?? {};
  if ((field.type === 'date' || field.type === 'datetime') && pivotYear !== undefined)
    return { ...field, loopwright: { pivotYear, ...field.loopwright } };
  const decimal = givenDecimal(loopwright?.read);
  if ((field.type === 'number' || field.type === 'integer') && (decimal !== undefined || thousands !== undefined)) {
    const decimalChar = field.decimalChar ?? decimal;
    const groupChar = field.groupChar ?? (thousands === decimalChar ? undefined : thousands);
    return {
      ...field,
      ...(decimalChar === undefined ? {} : { decimalChar }),
      ...(groupChar === undefined ? {} : { groupChar }),
    };
  }
  return field;
}

/** Returns the expressions for a column that is parsed from text. */
function readText(
  field: Field,
  type: string,
  text: string,
  dates: readonly string[],
): Omit<ParsedField, 'text' | 'filled'> {
  const trimmed = `trim(${text})`;
  switch (type) {
    case 'number': {
      const bare = bareNumber(trimmed, field, text);
      if (field.loopwright?.decimals !== undefined) return exactNumber(bare, field.loopwright.decimals);
      const value = finite(`TRY_CAST(${bare} AS DOUBLE)`, field);
      return { value, order: 'number', sqlType: 'DOUBLE', exact: numberKey(bare, value) };
    }
    case 'integer': {
      const bare = bareNumber(trimmed, field, text);
      if (field.loopwright?.decimals !== undefined) return exactNumber(bare, 0);
      const whole = `CASE WHEN regexp_full_match(${bare}, '[+-]?[0-9]+(\\.0*)?') THEN TRY_CAST(regexp_replace(${bare}, '\\.0*$', '') AS BIGINT) END`;
      return { value: whole, order: 'number', sqlType: 'BIGINT' };
    }
    case 'year':
      return {
        value: `CASE WHEN regexp_full_match(${trimmed}, '-?[0-9]{4,5}') THEN TRY_CAST(${trimmed} AS BIGINT) END`,
        order: 'number',
        sqlType: 'BIGINT',
      };
    case 'boolean':
      return { value: booleanOf(trimmed, field), order: 'number', sqlType: 'BOOLEAN' };
    case 'datetime': {
      const value = withLeapSeconds(trimmed, (one) => anyTimeOf(one, field, dates, 'TIMESTAMPTZ', 'TIMESTAMP'));
      return { value, order: 'time', sqlType: 'TIMESTAMP' };
    }
    case 'date':
      return { value: anyTimeOf(trimmed, field, dates, 'DATE', 'DATE'), order: 'time', sqlType: 'DATE' };
    case 'time':
      return { value: timeOf(trimmed, field, 'TIME', 'TIME'), order: 'time', sqlType: 'TIME' };
    case 'yearmonth':
      return { value: matching(trimmed, '-?[0-9]{4}-(0[1-9]|1[0-2])'), order: 'text', sqlType: 'VARCHAR' };
    case 'duration':
      return { value: durationOf(trimmed), order: 'text', sqlType: 'VARCHAR' };
    case 'object':
      return { value: jsonOf(text, 'OBJECT'), order: 'text', sqlType: 'VARCHAR' };
    case 'array':
      return { value: jsonOf(text, 'ARRAY'), order: 'text', sqlType: 'VARCHAR' };
    case 'list':
      return { value: listOf(text, field), order: 'text', sqlType: 'VARCHAR' };
    case 'geopoint':
      return { value: geopointOf(text, field), order: 'text', sqlType: 'VARCHAR' };
    case 'geojson':
      return { value: geojsonOf(text, field), order: 'text', sqlType: 'VARCHAR' };
    case 'string':
      return { value: stringOf(text, field), order: 'text', sqlType: 'VARCHAR' };
    default:
      return { value: text, order: 'text', sqlType: 'VARCHAR' };
  }
}

/** Returns the texts that mean a missing value. Table Schema writes a number that is not a number as `NaN`. */
export function missingTexts(field: Field, schema: DatasetSchema, type: string, mode: 'raw' | 'typed'): string[] {
  const read = schema.loopwright?.read?.missing;
  const byDefault = schema.missingValues ?? (read === undefined ? [''] : ['', ...read]);
  const declared = field.missingValues ?? (mode === 'raw' ? byDefault : []);
  const texts = declared.map((item) => (typeof item === 'string' ? item : item.value));
  return type === 'number' && mode === 'raw' ? [...new Set([...texts, 'NaN', 'nan', 'NAN'])] : texts;
}

/** Types whose texts are compared as they are written, with their blanks. */
function isTextual(type: string): boolean {
  return type === 'string' || type === 'any' || type === 'list';
}

function textOf(column: string, actualType: string, missing: readonly string[], trims: boolean): string {
  const text = plainText(column, actualType);
  const filled = isFloat(actualType) ? `CASE WHEN NOT isnan(${column}) THEN ${text} END` : text;
  if (missing.length === 0) return filled;
  const compared = trims ? `trim(${filled})` : filled;
  const texts = [...new Set(trims ? missing.map((item) => item.trim()) : missing)].map(quoteLiteral);
  // Planning `NOT IN` with many texts for hundreds of columns takes DuckDB minutes and gigabytes.
  const present =
    texts.length === 1 ? `${compared} <> ${texts[0]}` : `NOT list_contains([${texts.join(', ')}], ${compared})`;
  return `CASE WHEN ${present} THEN ${filled} END`;
}

function plainText(column: string, actualType: string): string {
  if (actualType === 'VARCHAR') return column;
  // A JSON column contains mixed types; ->> returns a text without its quotes.
  if (actualType === 'JSON') return `(${column} ->> '$')`;
  return isNested(actualType) ? `CAST(to_json(${column}) AS VARCHAR)` : `CAST(${column} AS VARCHAR)`;
}

function isFloat(actualType: string): boolean {
  return actualType === 'DOUBLE' || actualType === 'FLOAT';
}

function isNested(actualType: string): boolean {
  return /(\]|^(STRUCT|MAP|UNION).*)$/s.test(actualType);
}

type NativeValue = Omit<ParsedField, 'text' | 'filled'>;

function nativeValue(field: Field, column: string, actual: string): NativeValue | null {
  const type = field.type ?? 'any';
  const whole = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(actual);
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(actual);
  const native = (value: string, sqlType: string): NativeValue => ({ value, order: 'number', sqlType });
  // A Parquet file holds no whole number of 128 bits: it would be written as a floating-point number.
  if ((type === 'number' || type === 'integer') && /HUGEINT$/.test(actual))
    return native(`TRY_CAST(${column} AS DECIMAL(38,0))`, 'DECIMAL(38,0)');
  // A DOUBLE holds whole numbers up to 2^53, and decimals up to 15 digits.
  if (type === 'number' && /^U?BIGINT$/.test(actual)) return native(column, actual);
  if (type === 'number' && decimal && Number(decimal[1]) > 15) return native(column, actual);
  if (type === 'number' && whole) return native(`CAST(${column} AS DOUBLE)`, 'DOUBLE');
  if (type === 'number' && /^(DOUBLE|FLOAT|DECIMAL)/.test(actual))
    return native(finite(`CAST(${column} AS DOUBLE)`, field), 'DOUBLE');
  if (type === 'integer' && actual === 'UBIGINT') return native(column, actual);
  if ((type === 'integer' || type === 'year') && whole) return native(`TRY_CAST(${column} AS BIGINT)`, 'BIGINT');
  if (type === 'integer' && decimal && Number(decimal[1]) - Number(decimal[2]) > 18)
    return native(`CASE WHEN ${column} = floor(${column}) THEN CAST(${column} AS DECIMAL(38,0)) END`, 'DECIMAL(38,0)');
  if (type === 'integer' && /^(DOUBLE|FLOAT|DECIMAL)/.test(actual))
    return native(`CASE WHEN ${column} = floor(${column}) THEN TRY_CAST(${column} AS BIGINT) END`, 'BIGINT');
  if (type === 'boolean' && actual === 'BOOLEAN') return { value: column, order: 'number', sqlType: 'BOOLEAN' };
  if (type === 'datetime' && (actual.startsWith('TIMESTAMP') || actual === 'DATE'))
    return { value: `CAST(${column} AS TIMESTAMP)`, order: 'time', sqlType: 'TIMESTAMP' };
  if (type === 'date' && actual === 'DATE') return { value: column, order: 'time', sqlType: 'DATE' };
  if (type === 'time' && actual === 'TIME') return { value: column, order: 'time', sqlType: 'TIME' };
  if (type === 'duration' && actual === 'INTERVAL') return { value: column, order: 'text', sqlType: 'INTERVAL' };
  const nested = type === 'any' || (actual.endsWith(']') ? type === 'array' || type === 'list' : type === 'object');
  return nested && isNested(actual) ? { value: column, order: 'text', sqlType: actual } : null;
}

function finite(value: string, field: Field): string {
  return `CASE WHEN ${field.loopwright?.finite === false ? `NOT isnan(${value})` : `isfinite(${value})`} THEN ${value} END`;
}

function booleanOf(text: string, field: Field): string {
  const yes = field.trueValues ?? ['true', 'True', 'TRUE', '1'];
  const no = field.falseValues ?? ['false', 'False', 'FALSE', '0'];
  return `CASE WHEN ${text} IN (${yes.map(quoteLiteral).join(', ')}) THEN true WHEN ${text} IN (${no.map(quoteLiteral).join(', ')}) THEN false END`;
}

/** A time in one of several forms, of a field without a form of its own: the first that fits. */
function anyTimeOf(text: string, field: Field, dates: readonly string[], parse: string, type: string): string {
  if (field.format !== undefined || dates.length === 0) return timeOf(text, field, parse, type);
  const forms = [...dates.map((format) => ({ ...field, format })), field];
  return `coalesce(${forms.map((form) => timeOf(text, form, parse, type)).join(', ')})`;
}

function timeOf(text: string, field: Field, parse: string, type: string): string {
  const { format } = field;
  if (format !== undefined && format.includes('%')) {
    const parsed = parsedTime(text, format, field.loopwright?.pivotYear);
    // DuckDB reads a year of two digits for %Y as one of the first century.
    return `CAST(${format.includes('%Y') ? `CASE WHEN regexp_matches(${text}, '[0-9]{4}') THEN ${parsed} END` : parsed} AS ${type})`;
  }
  // Some casts would read a bare number as a time, and 04/07/20 as a day of the year 4.
  const form = type === 'TIME' ? '[0-9][-:T/]' : '^[+-]?[0-9]{4,}[-/ ]';
  const cast = `TRY_CAST(${text} AS ${parse})`;
  const read = parse === 'TIMESTAMPTZ' ? `coalesce(${cast}, TRY_CAST(${withPlainOffset(text)} AS ${parse}))` : cast;
  return `CAST(CASE WHEN regexp_matches(${text}, '${form}') THEN ${read} END AS ${type})`;
}

/** A time whose offset follows its seconds at once: the cast reads no blank between, and no offset behind minutes. */
function withPlainOffset(text: string): string {
  const zone = '([+-][0-9:]+|[Zz])$';
  return `regexp_replace(regexp_replace(${text}, '(:[0-9.]+) ${zone}', '\\1\\2'), '([Tt ][0-9]{2}:[0-9]{2})${zone}', '\\1:00\\2')`;
}

/** A time in a form of strptime. Years of two digits are those of the hundred years that end with `pivotYear`. */
export function parsedTime(text: string, format: string, pivotYear = defaultPivotYear): string {
  const parsed = `try_strptime(${text}, ${quoteLiteral(format)})`;
  if (!/%-?y/.test(format) || pivotYear === defaultPivotYear) return parsed;
  const year = Math.floor(pivotYear);
  // In another century, 29 February can be no day.
  const moved = (years: number) =>
    `CASE WHEN day(${parsed} + INTERVAL (${years}) YEAR) = day(${parsed}) THEN ${parsed} + INTERVAL (${years}) YEAR END`;
  return `CASE WHEN year(${parsed}) > ${year} THEN ${moved(-100)} WHEN year(${parsed}) <= ${year - 100} THEN ${moved(100)} ELSE ${parsed} END`;
}

function stringOf(text: string, field: Field): string {
  const form = stringFormats[field.format ?? ''];
  return form === undefined ? text : matching(text, form);
}

/** Matches XML Schema durations and ISO 8601 weeks. Each designator needs a number, and T needs a part after it. */
function durationOf(text: string): string {
  const form = '-?P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?)';
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(form)}) AND NOT regexp_matches(${text}, '[PT]$') THEN ${text} END`;
}

/** Parses items between delimiters, each of the item type. The value stays text. */
function listOf(text: string, field: Field): string {
  const sqlTypes: Record<string, string> = {
    integer: 'BIGINT',
    number: 'DOUBLE',
    boolean: 'BOOLEAN',
    datetime: 'TIMESTAMPTZ',
    date: 'DATE',
    time: 'TIME',
  };
  const sqlType = sqlTypes[field.itemType ?? 'string'];
  if (sqlType === undefined) return text;
  const items = `string_split(${text}, ${quoteLiteral(field.delimiter ?? ',')})`;
  return `CASE WHEN len(list_filter(${items}, lambda _lw_item: TRY_CAST(trim(_lw_item) AS ${sqlType}) IS NULL)) = 0 THEN ${text} END`;
}

/** Parses `lon, lat`, or JSON `[lon, lat]` or `{"lon": …, "lat": …}` by format, within ±180 and ±90 degrees. */
function geopointOf(text: string, field: Field): string {
  const json = field.format === 'array' || field.format === 'object';
  const part = (index: number, name: string) => {
    if (!json) return `TRY_CAST(trim(string_split(${text}, ',')[${index + 1}]) AS DOUBLE)`;
    return `TRY_CAST(TRY(json_extract_string(${text}, ${field.format === 'array' ? `'$[${index}]'` : `'$.${name}'`})) AS DOUBLE)`;
  };
  const shape = !json
    ? `len(string_split(${text}, ',')) = 2`
    : field.format === 'array'
      ? `TRY(json_type(${text})) = 'ARRAY' AND TRY(json_array_length(${text})) = 2`
      : `TRY(json_type(${text})) = 'OBJECT'`;
  const within = `(${part(0, 'lon')}) BETWEEN -180 AND 180 AND (${part(1, 'lat')}) BETWEEN -90 AND 90`;
  return `CASE WHEN ${json ? `json_valid(${text}) AND ` : ''}${shape} AND ${within} THEN ${text} END`;
}

export const geojsonTypes = [
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
  'GeometryCollection',
  'Feature',
  'FeatureCollection',
];

function geojsonOf(text: string, field: Field): string {
  const types = field.format === 'topojson' ? ['Topology'] : geojsonTypes;
  // DuckDB can read the text before it evaluates json_valid; TRY prevents an error.
  return `CASE WHEN json_valid(${text}) AND TRY(json_extract_string(${text}, '$.type')) IN (${types.map(quoteLiteral).join(', ')}) THEN ${text} END`;
}

function jsonOf(text: string, type: 'OBJECT' | 'ARRAY'): string {
  return `CASE WHEN json_valid(${text}) AND TRY(json_type(${text})) = '${type}' THEN ${text} END`;
}

function matching(text: string, pattern: string): string {
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(pattern)}) THEN ${text} END`;
}
