import { viewOf } from '../../base/byteView.ts';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { accessColumns } from './accessLines.ts';
import { ownFrom, type LineScanner, type ScannedType } from './lineScanner.ts';
import { hasType } from '../parquet/typedValues.ts';
import { passPlain } from './plainText.ts';
import { isProvable } from './provableFields.ts';
import { isTimeField } from './timeText.ts';

const [space, quote, backslash, dash, open, close, colon, dot] = [32, 34, 92, 45, 91, 93, 58, 46];
const [zero, nine, newline] = [48, 57, 10];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Length of `30/Nov/2026:02:00:00 +0100`. */
const timeLength = 26;

/**
 * Scans lines of access logs that have one word for host, identity and user, or a virtual host before them, a time that
 * exists, a request of the form `METHOD PATH HTTP/x`, a status of three digits, and neither backslashes nor control characters.
 */
export function accessScanner({ format }: FromLogs, schema: DatasetSchema | null): LineScanner {
  const possible: readonly string[] = [
    ...accessColumns.common,
    ...(format === 'combined' ? accessColumns.combined : []),
  ];
  const names = schema
    ? schema.fields.map(({ name }) => name).filter((name) => possible.includes(name))
    : possible.slice();
  const isTime = schema === null || !names.includes('time') || isTimeField(schema, 'time');
  const typeOf = (name: string): ScannedType =>
    name === 'status' || name === 'bytes' ? 'BIGINT' : name === 'time' && isTime ? 'TIMESTAMP' : 'VARCHAR';
  const columns = names.map((name) => ({ name, type: typeOf(name) }));
  const place = (name: string) => {
    const i = names.indexOf(name);
    // A value that is not wanted goes behind the others.
    return 2 * (i === -1 ? names.length : i);
  };
  const places = Object.fromEntries(possible.map((name) => [name, place(name)]));
  const at = (name: string) => places[name] ?? 2 * names.length;
  const vhost = at('vhost');
  const host = at('host');
  const identity = at('identity');
  const user = at('user');
  const time = at('time');
  const method = at('method');
  const path = at('path');
  const protocol = at('protocol');
  const status = at('status');
  const size = at('bytes');
  const referer = at('referer');
  const agent = at('agent');
  const rest = at('rest');
  const bounds = new Int32Array(2 * names.length + 2);
  const own = Buffer.alloc(timeLength);
  const last = Buffer.alloc(timeLength);
  let ownLength = 0;

  const put = (field: number, from: number, end: number): void => {
    bounds[field] = from;
    bounds[field + 1] = end;
  };
  /** The value, which is none when it is empty or `-`. */
  const putPresent = (bytes: Buffer, field: number, from: number, end: number): void => {
    if (from === end || (end === from + 1 && bytes[from] === dash)) put(field, 0, 0);
    else put(field, from, end);
  };
  /** The end of a word that a space follows, or -1. The line break ends it too. */
  const word = (bytes: Buffer, from: number): number => {
    let at = from;
    for (; ; at++) {
      const c = bytes[at] as number;
      if (c === space) break;
      // Also when there is no byte.
      if (!(c > space) || c === quote || c === backslash) return -1;
    }
    return at === from ? -1 : at;
  };
  /** The place of the next quote, or -1. */
  const closing = (bytes: Buffer, view: DataView, from: number): number => {
    for (let at = passPlain(view, from, bytes.length); ; at++) {
      const c = bytes[at] as number;
      if (c === quote) return at;
      if (!(c >= space) || c === backslash) return -1;
    }
  };
  /** True for a time that exists; its text is in `own` then. Consecutive lines often have the same. */
  const readTime = (bytes: Buffer, from: number): boolean => {
    let same = ownLength > 0;
    for (let i = timeLength - 1; same && i >= 0; i--) same = bytes[from + i] === last[i];
    if (same) return true;
    ownLength = 0;
    const text = bytes.toString('latin1', from, from + timeLength);
    const written = isTime ? utcText(text) : isTimeText(text) ? text : null;
    if (written === null) return false;
    bytes.copy(last, 0, from, from + timeLength);
    ownLength = own.write(written, 'latin1');
    return true;
  };

  // A line break is none of the characters that are accepted, so no field goes beyond it.
  const scanLine = (bytes: Buffer, from: number): number => {
    const view = viewOf(bytes);
    for (let i = 0; i < bounds.length; i++) bounds[i] = 0;
    const afterHost = word(bytes, from);
    if (afterHost === -1) return -1;
    const afterIdentity = word(bytes, afterHost + 1);
    if (afterIdentity === -1) return -1;
    const afterUser = word(bytes, afterIdentity + 1);
    if (afterUser === -1) return -1;
    // A fourth word: the first one is a virtual host, when an address follows.
    const isVirtual = bytes[afterUser + 1] !== open;
    const beforeTime = isVirtual ? word(bytes, afterUser + 1) : afterUser;
    if (beforeTime === -1 || (isVirtual && !isHostAddress(bytes, afterHost + 1, afterIdentity))) return -1;
    const timeAt = beforeTime + 2;
    let p = timeAt + timeLength;
    if (bytes[timeAt - 1] !== open || bytes[p] !== close) return -1;
    if (bytes[p + 1] !== space || bytes[p + 2] !== quote || !readTime(bytes, timeAt)) return -1;
    // SQL reads these times in another way, which knows only offsets that exist.
    if (isVirtual && 10 * (bytes[timeAt + 22] as number) + (bytes[timeAt + 23] as number) > 11 * zero + 14) return -1;
    const methodAt = p + 3;
    for (p = methodAt; isLetter(bytes[p] as number);) p++;
    if (p === methodAt || bytes[p] !== space) return -1;
    const pathAt = p + 1;
    const afterPath = word(bytes, pathAt);
    if (afterPath === -1) return -1;
    const afterProtocol = endOfProtocol(bytes, afterPath + 1);
    if (afterProtocol === -1 || bytes[afterProtocol + 1] !== space) return -1;
    const statusAt = afterProtocol + 2;
    for (p = statusAt; p < statusAt + 3; p++) if (!isDigit(bytes[p] as number)) return -1;
    if (bytes[statusAt] === zero || bytes[p] !== space) return -1;
    const sizeAt = p + 1;
    if (bytes[sizeAt] === dash) p = sizeAt + 1;
    else {
      for (p = sizeAt; isDigit(bytes[p] as number);) p++;
      if (p === sizeAt || p - sizeAt > 18 || (bytes[sizeAt] === zero && p > sizeAt + 1)) return -1;
    }
    const afterSize = p;
    let end = p;
    if (format === 'combined' && bytes[p] !== newline) {
      // With more than the fields of the format, an identity with these could be an address after a virtual host.
      if (bytes[p] !== space || bytes[p + 1] !== quote) return -1;
      const afterReferer = closing(bytes, view, p + 2);
      if (afterReferer === -1 || bytes[afterReferer + 1] !== space || bytes[afterReferer + 2] !== quote) return -1;
      const afterAgent = closing(bytes, view, afterReferer + 3);
      if (afterAgent === -1) return -1;
      putPresent(bytes, referer, p + 2, afterReferer);
      putPresent(bytes, agent, afterReferer + 3, afterAgent);
      end = afterAgent + 1;
      if (bytes[end] !== newline) {
        end = endOfPlain(bytes, end);
        if (end === -1) return -1;
        let [first, behind] = [afterAgent + 1, end];
        while (first < behind && bytes[first] === space) first++;
        while (behind > first && bytes[behind - 1] === space) behind--;
        put(rest, first === behind ? 0 : first, first === behind ? 0 : behind);
        if (!isVirtual && isAddress(bytes, afterHost + 1, afterIdentity)) return -1;
      }
    } else if (bytes[p] !== newline) return -1;
    else if (!isVirtual && format === 'combined' && isAddress(bytes, afterHost + 1, afterIdentity)) return -1;
    if (isVirtual) {
      put(vhost, from, afterHost);
      put(host, afterHost + 1, afterIdentity);
      putPresent(bytes, identity, afterIdentity + 1, afterUser);
      putPresent(bytes, user, afterUser + 1, beforeTime);
    } else {
      put(host, from, afterHost);
      putPresent(bytes, identity, afterHost + 1, afterIdentity);
      putPresent(bytes, user, afterIdentity + 1, afterUser);
    }
    put(time, ownFrom, ownFrom + ownLength);
    put(method, methodAt, pathAt - 1);
    put(path, pathAt, afterPath);
    put(protocol, afterPath + 1, afterProtocol);
    put(status, statusAt, statusAt + 3);
    putPresent(bytes, size, sizeAt, afterSize);
    return end;
  };
  const scan = (bytes: Buffer, from: number, end: number) => scanLine(bytes, from) === end;
  const accepts = (column: number, text: string) => hasType(Buffer.from(text), columns[column]?.type ?? 'VARCHAR');
  return { columns, isProof: isProvable(schema, columns), accepts, scan, scanLine, bounds, own };
}

function isDigit(c: number): boolean {
  return c >= zero && c <= nine;
}

function isLetter(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
}

/** The end of a line without backslashes and control characters, or -1. */
function endOfPlain(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    const c = bytes[at] as number;
    if (c === newline) return at;
    if (!(c >= space) || c === backslash) return -1;
  }
}

function isAddress(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at] === dot || bytes[at] === colon) return true;
  return false;
}

/** True for an IP address as a virtual host has it behind itself. */
function isHostAddress(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const c = bytes[at] as number;
    const isHex = isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
    if (!isHex && c !== dot && c !== colon) return false;
  }
  return isAddress(bytes, from, end);
}

/** The place of the quote after `HTTP/1.1`, or -1. */
function endOfProtocol(bytes: Buffer, from: number): number {
  if (bytes[from] !== 72 || bytes[from + 1] !== 84 || bytes[from + 2] !== 84 || bytes[from + 3] !== 80) return -1;
  if (bytes[from + 4] !== 47) return -1;
  let at = from + 5;
  while (isDigit(bytes[at] as number) || bytes[at] === dot) at++;
  return at > from + 5 && bytes[at] === quote ? at : -1;
}

const timeForm =
  /^(\d\d)\/([A-Z][a-z]{2})\/([1-9]\d{3}):([01]\d|2[0-3]):([0-5]\d):([0-5]\d|(?<=:(?:59|29|14|44):)60) ([+-])([01]\d|2[0-3])([0-5]\d)$/;

function isTimeText(text: string): boolean {
  return utcText(text) !== null;
}

/** Returns `30/Nov/2026:02:00:00 +0100` as `2026-11-30 01:00:00`, or null when there is no such time. */
function utcText(text: string): string | null {
  const match = timeForm.exec(text);
  if (!match) return null;
  const [, day, name = '', year, hour, minute, second, sign, hours, minutes] = match;
  const month = months.indexOf(name);
  const local = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  const midnight = Date.UTC(Number(year), month, Number(day));
  if (month === -1 || new Date(midnight).getUTCDate() !== Number(day)) return null;
  const utc = new Date(local - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000);
  const found = utc.toISOString();
  return /^[1-9]\d{3}-/.test(found) ? `${found.slice(0, 10)} ${found.slice(11, 19)}` : null;
}
