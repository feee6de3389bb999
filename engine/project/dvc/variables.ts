import { posix } from 'node:path';
import type { Problem } from '../../../protocol/problem.ts';
import { whyUnread } from '../../base/readRegularFile.ts';
import type { Entry, Located, Range } from '../located.ts';
import { parseYaml, type Parsed } from '../parseYaml.ts';
import type { ProjectFiles } from '../projectFiles.ts';
import { isOtherFormat, readOtherFormat } from './otherFormats.ts';
import { asPython, movedTo } from './pythonText.ts';
import type { Report } from './template.ts';

export const defaultParams = 'params.yaml';

type ParseFile = (path: string, content: string | Uint8Array) => Parsed;

/** Parses a file. Returns null when it does not exist. For an unreadable file, the result only contains the error. */
export function readSource(path: string, files: ProjectFiles, parse: ParseFile): Parsed | null {
  try {
    const content = files.read(path);
    return content === null ? null : parse(path, content);
  } catch (error) {
    const place = { file: path, line: 1, column: 1, endLine: 1, endColumn: 1 };
    const message = `${whyUnread(path, error)}.`;
    return { ...parseYaml(path, ''), problems: [{ ...place, code: 'LW204', severity: 'error', message }] };
  }
}

/** Files of params, each read once, with their values as DVC reads them. */
export class ParamFiles {
  readonly #files: ProjectFiles;
  readonly #parse: ParseFile;
  readonly #known = new Map<string, Entry[] | null>();
  /** Errors of files that exist but cannot be read. */
  readonly unread: Problem[] = [];

  constructor(files: ProjectFiles, parse: ParseFile) {
    this.#files = files;
    this.#parse = parse;
  }

  /** Returns the top-level values of a YAML, JSON, TOML or Python file; null when it does not exist. */
  entries(path: string): Entry[] | null {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const found = isOtherFormat(path) ? this.#otherFormat(path) : this.#yaml(path);
    this.#known.set(path, found);
    return found;
  }

  #otherFormat(path: string): Entry[] | null {
    // Read as an empty YAML text for what is wrong with the file itself.
    let text: string | null = null;
    const parsed = readSource(path, this.#files, (name, content) => {
      text = typeof content === 'string' ? content : new TextDecoder().decode(content);
      return parseYaml(name, '');
    });
    const read = text === null ? null : readOtherFormat(path, text);
    this.unread.push(...(read?.problems ?? parsed?.problems ?? []).filter(({ severity }) => severity === 'error'));
    return parsed === null ? null : (read?.entries ?? []);
  }

  #yaml(path: string): Entry[] | null {
    const parsed = readSource(path, this.#files, this.#parse);
    this.unread.push(...(parsed?.problems ?? []).filter(({ severity }) => severity === 'error'));
    const root = parsed?.root && placeless(asPython(parsed.root, parsed.text, /\.json$/i.test(path)));
    const entries = root?.kind === 'map' ? root.entries : [];
    return parsed === null ? null : entries;
  }
}

/** The values that a dvc.yaml or a stage can refer to, and the files that they come from. */
export interface Variables {
  values: ReadonlyMap<string, Located>;
  /** The keys that were read of each file; null for all. */
  files: ReadonlyMap<string, readonly string[] | null>;
}

export const noVariables: Variables = { values: new Map(), files: new Map() };

/**
 * Adds `vars` to variables: files, parts of files as `file:a,b`, and mappings. Mappings of the same name are merged; two
 * values of the same name are an error, as with DVC. `first` is a file that is read before, when it exists.
 */
export function addVariables(
  before: Variables,
  vars: Located | undefined,
  { reader, folder, report, first }: { reader: ParamFiles; folder: string; report: Report; first?: string },
): Variables {
  const values = new Map(before.values);
  const files = new Map(before.files);
  const add = (entries: readonly Entry[], range: Range) => {
    for (const { key, value } of entries)
      values.set(
        key,
        merged(values.get(key), value, key, (name) =>
          report(
            range,
            `\`${name}\` is defined twice. DVC refuses a name that \`vars\` or params.yaml define already.`,
          ),
        ),
      );
  };
  if (first !== undefined) {
    const path = posix.join(folder, first);
    const found = reader.entries(path);
    if (found) {
      add(found, { start: 0, end: 1 });
      files.set(path, null);
    }
  }
  for (const item of vars?.kind === 'seq' ? vars.items : []) {
    if (item.kind === 'map') add(item.entries, item.range);
    if (item.kind !== 'scalar') continue;
    const [file = '', list = ''] = String(item.value).split(':');
    const path = posix.join(folder, file);
    const keys = list === '' ? null : list.split(',').filter((key) => key !== '');
    const known = files.get(path);
    if (known === null && keys === null) continue;
    if (known !== undefined && (keys === null || known === null || keys.some((key) => known.includes(key)))) {
      report(item.range, `\`${file}\` is loaded already, at least in part. DVC refuses to load it again.`);
      continue;
    }
    const found = reader.entries(path);
    if (!found) {
      report(item.range, `There is no file \`${path}\` with variables.`);
      continue;
    }
    for (const key of keys ?? [])
      if (!found.some((entry) => entry.key === key)) report(item.range, `There is no \`${key}\` in \`${path}\`.`);
    add(keys === null ? found : found.filter(({ key }) => keys.includes(key)), item.range);
    files.set(path, keys === null ? null : [...(known ?? []), ...keys]);
  }
  return { values, files };
}

function merged(known: Located | undefined, value: Located, name: string, conflict: (name: string) => void): Located {
  if (!known) return value;
  if (known.kind !== 'map' || value.kind !== 'map') {
    conflict(name);
    return value;
  }
  const entries = new Map(known.entries.map((entry) => [entry.key, entry]));
  for (const entry of value.entries) {
    const own = merged(entries.get(entry.key)?.value, entry.value, `${name}.${entry.key}`, conflict);
    entries.set(entry.key, { ...entry, value: own });
  }
  return { ...known, entries: [...entries.values()] };
}

/** Removes the positions of a value from another file. */
function placeless(node: Located): Located {
  const range = { start: 0, end: 0 };
  if (node.kind === 'seq') return { ...node, range, items: node.items.map(placeless) };
  if (node.kind === 'map')
    return {
      ...node,
      range,
      entries: node.entries.map((entry) => ({ ...entry, keyRange: range, value: placeless(entry.value) })),
    };
  return movedTo(node, range);
}
