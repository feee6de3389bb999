import { DataError } from '../../base/errors.ts';
import { decimalCast } from '../decimalCast.ts';
import { mysqlTextLiteral, quoteMysqlIdentifier } from '../quote.ts';
import type { RowColumn } from './rowFile.ts';

/** Metadata of a result column that the server sends. */
export interface MysqlField {
  name: string;
  columnType: number;
  flags: number;
  decimals: number;
  columnLength: number;
  characterSet: number;
  extendedTypeName?: string | undefined;
}

/** A result column: how it is selected, how its text is read, and what type the text gets. */
export interface MysqlColumn {
  name: string;
  /** Expression over the derived table `q`. */
  selected: string;
  /** Whether the query must be wrapped for `selected`. */
  isWrapped: boolean;
  /** Returns the text of a value, and records what decides the type. */
  text: (value: Buffer) => string;
  /** Returns the type once all values are read. */
  typed: (log: (line: string) => void) => MysqlType;
  /** Ordered expression and literal of the column as a watermark. Throws DataError for a type without an order. */
  by: () => { expression: string; literal: (value: string) => string };
}

/** A type of DuckDB, and the SQL that converts the text of a value to it. */
export interface MysqlType {
  type: string;
  sql: RowColumn['typed'];
}

const unsigned = 32;
const enumeration = 256;
const set = 2048;
const binary = 63;
const mostDigits = 38;

const integers: Record<number, [signed: string, unsigned: string]> = {
  1: ['SMALLINT', 'SMALLINT'],
  2: ['SMALLINT', 'INTEGER'],
  9: ['INTEGER', 'INTEGER'],
  3: ['INTEGER', 'BIGINT'],
  8: ['BIGINT', 'UBIGINT'],
  13: ['SMALLINT', 'SMALLINT'],
};

const ascii = (value: Buffer) => value.toString('latin1');
const utf8 = (value: Buffer) => value.toString('utf8');
const base64 = (value: Buffer) => value.toString('base64');
const cast = (type: string) => (): MysqlType => ({ type, sql: (text) => `CAST(${text} AS ${type})` });
const decimalType = (digits: number, scale: number): MysqlType => ({
  type: `DECIMAL(${digits},${scale})`,
  sql: (text) => decimalCast(text, digits, scale),
});
const varchar: MysqlType = { type: 'VARCHAR', sql: (text) => text };
const number = (value: string) => {
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new DataError(`The stored watermark \`${value}\` is not a number.`);
  return value;
};

/** Returns how a column is read. Types follow the protocol of MySQL; MariaDB sends its own types as texts. */
export function mysqlColumn(field: MysqlField): MysqlColumn {
  const { name, columnType, flags } = field;
  const q = `q.${quoteMysqlIdentifier(name)}`;
  const plain = { name, selected: q, isWrapped: false };
  const asText = {
    ...plain,
    text: utf8,
    typed: () => varchar,
    by: () => ({ expression: q, literal: mysqlTextLiteral }),
  };
  const integer = integers[columnType];
  if (integer)
    return {
      ...plain,
      text: ascii,
      typed: cast(integer[flags & unsigned ? 1 : 0]),
      by: () => ({ expression: q, literal: number }),
    };
  switch (columnType) {
    case 0:
    case 246:
      return { ...plain, ...decimal(field), by: () => ({ expression: q, literal: number }) };
    case 4: {
      // The text of a FLOAT has six digits only; as DOUBLE it has all of them.
      const double = `(${q} + 0e0)`;
      return {
        ...plain,
        selected: double,
        isWrapped: true,
        text: ascii,
        typed: cast('FLOAT'),
        by: () => ({ expression: double, literal: (value) => `(${mysqlTextLiteral(value)} + 0e0)` }),
      };
    }
    case 5:
      return {
        ...plain,
        text: ascii,
        typed: cast('DOUBLE'),
        by: () => ({ expression: q, literal: (value) => `(${mysqlTextLiteral(value)} + 0e0)` }),
      };
    case 7:
    case 12:
      return { ...plain, ...day(name, 'TIMESTAMP'), by: () => ({ expression: q, literal: as('DATETIME(6)') }) };
    case 10:
    case 14:
      return { ...plain, ...day(name, 'DATE'), by: () => ({ expression: q, literal: as('DATE') }) };
    case 11:
      return { ...plain, ...time(name), by: () => ({ expression: q, literal: as('TIME(6)') }) };
    case 16:
      return {
        ...plain,
        text: (value) => BigInt(`0x${value.toString('hex') || '0'}`).toString(),
        typed: cast(field.columnLength === 1 ? 'BOOLEAN' : field.columnLength < 64 ? 'BIGINT' : 'UBIGINT'),
        by: () => ({ expression: `(${q} + 0)`, literal: number }),
      };
    case 255:
      return {
        ...asText,
        selected: `ST_AsText(${q})`,
        isWrapped: true,
        typed: (log) => {
          log(`${name}: geometries are written as well-known text`);
          return varchar;
        },
        by: () => unordered(name, 'geometries'),
      };
    case 245:
      return { ...asText, by: () => ({ expression: `CAST(${q} AS CHAR)`, literal: mysqlTextLiteral }) };
  }
  if ((flags & (enumeration | set)) !== 0)
    // The server sorts them by their number and compares them with a text by their text.
    return { ...asText, by: () => ({ expression: `CAST(${q} AS CHAR)`, literal: mysqlTextLiteral }) };
  if (field.characterSet !== binary || columnType === 6 || isTextual(field.extendedTypeName)) return asText;
  return {
    ...asText,
    text: base64,
    typed: (log) => {
      log(`${name}: bytes are written as base64`);
      return varchar;
    },
    by: () => unordered(name, 'bytes'),
  };
}

/** MariaDB sends these as strings, in some versions without a character set. */
function isTextual(type: string | undefined): boolean {
  return type !== undefined && /^(uuid|inet4|inet6)$/.test(type);
}

function as(type: string) {
  return (value: string) => `CAST(${mysqlTextLiteral(value)} AS ${type})`;
}

function unordered(name: string, what: string): never {
  throw new DataError(
    `The watermark ${name} contains ${what}, which have no useful order. Use a column of numbers, times or texts.`,
  );
}

function decimal({ name, columnLength, decimals, flags }: MysqlField): Pick<MysqlColumn, 'text' | 'typed'> {
  const digits = columnLength - (decimals > 0 ? 1 : 0) - (flags & unsigned ? 0 : 1);
  if (digits >= 1 && digits <= mostDigits)
    return { text: ascii, typed: () => decimalType(digits, Math.min(decimals, digits)) };
  // Sums are declared wider than their values.
  let whole = 1;
  return {
    text: (value) => {
      const text = ascii(value);
      const point = text.indexOf('.');
      whole = Math.max(whole, (point < 0 ? text.length : point) - (text.startsWith('-') ? 1 : 0));
      return text;
    },
    typed: (log) => {
      if (whole + decimals <= mostDigits) return decimalType(mostDigits, decimals);
      log(`${name}: numbers of ${whole + decimals} digits do not fit a numeric type and stay text`);
      return varchar;
    },
  };
}

/** The zero date, which MySQL also finds with IS NULL, is read as empty. Days outside the calendar keep their text. */
function day(name: string, type: 'DATE' | 'TIMESTAMP'): Pick<MysqlColumn, 'text' | 'typed'> {
  let zeros = 0;
  let odd: string | null = null;
  return {
    text: (value) => {
      const text = ascii(value);
      if (text.startsWith('0000-00-00')) zeros++;
      else if (!isDay(text)) odd ??= text;
      return text;
    },
    typed: (log) => {
      if (odd !== null) {
        log(`warning: ${name}: contains \`${odd}\`, which is not a day of the calendar, so the column stays text`);
        return varchar;
      }
      if (zeros === 0) return cast(type)();
      log(
        `warning: ${name}: ${zeros.toLocaleString('en-US')} values are the zero date 0000-00-00; they are read as empty`,
      );
      return {
        type,
        sql: (text) => `CASE WHEN NOT starts_with(${text}, '0000-00-00') THEN CAST(${text} AS ${type}) END`,
      };
    },
  };
}

function isDay(text: string): boolean {
  const month = Number(text.slice(5, 7));
  const date = Number(text.slice(8, 10));
  if (month === 0 || date === 0) return false;
  if (date <= 28 || (date <= 30 && month !== 2)) return true;
  return date <= new Date(Date.UTC(2000 + (Number(text.slice(0, 4)) % 400), month, 0)).getUTCDate();
}

/** TIME of MySQL is a duration of up to 838 hours. */
function time(name: string): Pick<MysqlColumn, 'text' | 'typed'> {
  let odd: string | null = null;
  return {
    text: (value) => {
      const text = ascii(value);
      if (odd === null && !/^([01]\d|2[0-3]):/.test(text)) odd = text;
      return text;
    },
    typed: (log) => {
      if (odd === null) return cast('TIME')();
      log(`${name}: contains \`${odd}\`, which is a duration and not a time of day, so the column stays text`);
      return varchar;
    },
  };
}
