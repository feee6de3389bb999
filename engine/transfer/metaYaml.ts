import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { DataError, messageOf } from '../base/errors.ts';
import { isInside } from '../base/projectPath.ts';
import { readRegularFile } from '../base/readRegularFile.ts';

export type MetaValue = string | null | MetaValue[] | { [key: string]: MetaValue };

/**
 * The fields of a `meta.yaml` with every scalar as written: `1e5` is a name and not a number. Plain null values are
 * null.
 */
export class Meta {
  readonly #file: string;
  readonly #fields: Record<string, MetaValue>;

  constructor(file: string, fields: Record<string, MetaValue>) {
    this.#file = file;
    this.#fields = fields;
  }

  get(name: string): MetaValue {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? null) : null;
  }

  text(...names: string[]): string | null {
    for (const name of names) {
      const value = this.get(name);
      if (typeof value === 'string') return value;
    }
    return null;
  }

  /** A required text. */
  needed(...names: string[]): string {
    const found = this.text(...names);
    if (found === null || found === '')
      throw new DataError(`it has no \`${names[0]}\``, { place: { file: this.#file } });
    return found;
  }

  /** An integer, such as a time in epoch milliseconds; null when it is missing. */
  integer(name: string): number | null {
    const text = this.text(name);
    if (text === null || text === '') return null;
    const value = Number(text);
    if (!/^[-+]?\d+(\.0*)?$/.test(text.trim()) || !Number.isSafeInteger(value))
      throw new DataError(`its \`${name}\` is ${JSON.stringify(text.slice(0, 40))}, which is not a whole number`, {
        place: { file: this.#file },
      });
    return value;
  }

  /** The texts of a mapping; empty when there is none. */
  pairs(name: string): [string, string][] {
    const value = this.get(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' ? item : item === null ? '' : JSON.stringify(item),
    ]);
  }
}

/** Reads a `meta.yaml`. Throws DataError with the error. */
export function readMeta(file: string): Meta {
  let bytes: Buffer;
  try {
    // A link could show the start of any file of this user in an error.
    if (!isInside(realpathSync(dirname(file)), realpathSync(file)))
      throw new Error('it is a link that leads elsewhere');
    bytes = readRegularFile(file);
  } catch (error) {
    throw new DataError(
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not there' : `it cannot be read: ${messageOf(error)}`,
      { place: { file } },
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataError('it is not UTF-8', { place: { file } });
  }
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  const [error] = document.errors;
  if (error) throw new DataError(`it is not YAML: ${error.message.split('\n')[0]}`, { place: { file } });
  if (!isMap(document.contents)) throw new DataError('it holds no fields', { place: { file } });
  return new Meta(file, valueOf(document.contents) as Record<string, MetaValue>);
}

function valueOf(node: unknown): MetaValue {
  if (isMap(node)) {
    const fields: [string, MetaValue][] = node.items.map((item) => [
      String(isScalar(item.key) ? item.key.value : item.key),
      valueOf(item.value),
    ]);
    return Object.fromEntries(fields);
  }
  if (isSeq(node)) return node.items.map(valueOf);
  if (!isScalar(node)) return null;
  const plain = (node as Node & { type?: string }).type === 'PLAIN';
  const text =
    typeof node.value === 'string'
      ? node.value
      : node.value === null || node.value === undefined
        ? ''
        : String(node.value);
  return plain && /^(null|~|)$/i.test(text) ? null : text;
}
