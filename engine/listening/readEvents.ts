import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { messageOf } from '../base/errors.ts';
import { parseExactly, type ExactValue } from '../data/spool/exactJson.ts';

/** A body that holds no events. `status` is the HTTP status of the answer. */
export class BodyRefused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One event of a body, or why its line is none. */
export type ReadEvent = ExactValue | { error: string };

export interface ReadBody {
  events: ReadEvent[];
  /** The body was one object, not a list of them. */
  isSingle: boolean;
}

const mostEvents = 100_000;
const unzip = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

/** Unpacks a body. Throws BodyRefused when it is larger than `mostBytes` after that. */
export async function unpack(body: Buffer, encoding: string | undefined, mostBytes: number): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  if (!Object.hasOwn(unzip, name))
    throw new BodyRefused(
      415,
      `The content encoding \`${name.slice(0, 40)}\` is not known. Send gzip, deflate or plain.`,
    );
  try {
    return await unzip[name as keyof typeof unzip](body, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyRefused(413, tooLarge(mostBytes));
    throw new BodyRefused(400, `The body is not ${name}: ${messageOf(error)}.`);
  }
}

export function tooLarge(mostBytes: number): string {
  return `A body may have at most ${(mostBytes / (1 << 20)).toLocaleString('en-US', { maximumFractionDigits: 2 })} MB, also after unpacking. Send fewer events at a time.`;
}

const lineTypes = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/json-lines',
];

/**
 * Reads the events of a body: one JSON object, an array of them, or one object a line. Browsers send text/plain with
 * `sendBeacon`; it can hold all three. Throws BodyRefused.
 */
export function readEvents(body: Buffer, contentType: string | undefined): ReadBody {
  const [type = ''] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const isLines = lineTypes.includes(type);
  const isJson = type === 'application/json' || type.endsWith('+json');
  if (!isLines && !isJson && type !== 'text/plain')
    throw new BodyRefused(
      415,
      'Send JSON with `content-type: application/json`, or one JSON object a line with `application/x-ndjson`.',
    );
  const text = decode(body);
  if (text.trim() === '') throw new BodyRefused(400, 'The body is empty. Send an event like {"field": …}.');
  if (isLines) return { events: linesOf(text), isSingle: false };
  try {
    const { value, exact } = parseExactly(text);
    if (!Array.isArray(value)) return { events: [{ value, exact }], isSingle: true };
    const digits = exact as unknown[] | undefined;
    return { events: counted(value.map((one: unknown, i) => ({ value: one, exact: digits?.[i] }))), isSingle: false };
  } catch (error) {
    if (error instanceof BodyRefused) throw error;
    if (type === 'text/plain' && text.trimEnd().includes('\n')) return { events: linesOf(text), isSingle: false };
    throw new BodyRefused(400, `The body is not valid JSON: ${messageOf(error).slice(0, 200)}`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new BodyRefused(400, 'The body is not UTF-8.');
  }
}

function linesOf(text: string): ReadEvent[] {
  const events: ReadEvent[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    at++;
    if (line.trim() === '') continue;
    try {
      events.push(parseExactly(line));
    } catch (error) {
      events.push({ error: `line ${at}: not valid JSON: ${messageOf(error).slice(0, 200)}` });
    }
    if (events.length > mostEvents) break;
  }
  return counted(events);
}

function counted(events: ReadEvent[]): ReadEvent[] {
  if (events.length <= mostEvents) return events;
  throw new BodyRefused(413, `A request may hold at most ${mostEvents.toLocaleString('en-US')} events.`);
}
