import type { FromMqtt } from '../../../project/schema/sources/mqtt.ts';
import { parseExactly, type ExactValue } from '../../spool/exactJson.ts';

/** A message as it arrived. */
export interface Message {
  topic: string;
  payload: Buffer;
  /** Epoch milliseconds. */
  at: number;
}

/** Columns of each message beside its fields. A field of the payload with the same name takes their place. */
export const messageColumns = { topic: 'topic', received: 'received_at', value: 'value' } as const;

/** Column of a line whose message has no field of the schema: it goes to the refused ones. */
export const bareColumn = '_bare';

/** A row of a message. */
export interface MessageRow extends ExactValue {
  /** The payload is no object: its row has the column `value`. */
  isBare?: boolean;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The rows of a message: an object of JSON gives its fields, an array of objects one row each, anything else the column
 * `value`: JSON as its text, text as it is, other bytes as base64.
 */
export function messageRows(
  { topic, payload, at }: Message,
  levels: Record<string, string>,
  form: NonNullable<FromMqtt['payload']> = 'auto',
): MessageRow[] {
  const own = { [messageColumns.topic]: topic, [messageColumns.received]: new Date(at).toISOString(), ...levels };
  const valueRow = (value: unknown): MessageRow => ({
    value: { ...own, [messageColumns.value]: value },
    isBare: true,
  });
  if (form === 'binary') return [valueRow(payload.toString('base64'))];
  const text = textOf(payload);
  if (text === null) return [valueRow(payload.toString('base64'))];
  if (form === 'text') return [valueRow(text)];
  const read = parsed(text);
  if (!read) return [valueRow(text)];
  const { value, exact } = read;
  const withOwn = (fields: object): Record<string, unknown> => ({ ...own, ...fields });
  if (isFields(value)) return [{ value: withOwn(value), ...(isFields(exact) && { exact: withOwn(exact) }) }];
  if (Array.isArray(value) && value.length > 0 && value.every(isFields))
    return value.map((fields, i) => {
      const digits: unknown = Array.isArray(exact) ? exact[i] : undefined;
      return { value: withOwn(fields), ...(isFields(digits) && { exact: withOwn(digits) }) };
    });
  // A number keeps the digits that it was sent with.
  if (typeof value === 'number') {
    const digits = exact === undefined ? value : exact;
    return [{ value: { ...own, value }, exact: { ...own, value: digits }, isBare: true }];
  }
  return [valueRow(typeof value === 'object' ? text : value)];
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(payload: Buffer): string | null {
  try {
    const text = utf8.decode(payload);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function parsed(text: string): ExactValue | null {
  // Sensors that write NaN or a bare word send text, not JSON.
  if (!/^\s*([[{"\d-]|true|false|null)/.test(text)) return null;
  try {
    return parseExactly(text);
  } catch {
    return null;
  }
}
