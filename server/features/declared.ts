import { entryOf, type Entry, type Located, type Range } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { parseModelAlias } from '../../engine/project/models.ts';
import { normalisePath } from '../../engine/base/glob.ts';
import { pathInProject } from '../workspace.ts';
import type { Section } from './section.ts';
import { unquoted } from './walked.ts';

const sectionByFormat: Record<string, Section> = {
  'reference:dataset': 'datasets',
  'reference:stage': 'stages',
  'reference:model': 'models',
  'reference:deployment': 'deployments',
  'reference:monitor': 'monitors',
  param: 'params',
};

/** The declarations of a project file, with lookup by name in constant time. */
export class Declared {
  readonly #sections = new Map<string, Map<string, Entry>>();

  constructor(root: Located | null) {
    if (root?.kind !== 'map') return;
    for (const { key, value } of root.entries)
      if (value.kind === 'map') this.#sections.set(key, new Map(value.entries.map((entry) => [entry.key, entry])));
  }

  of(section: Section): ReadonlyMap<string, Entry> {
    return this.#sections.get(section) ?? nothing;
  }

  has(section: Section, name: string): boolean {
    return this.of(section).has(name);
  }

  /** The text of some keys below a declared name. */
  text(section: Section, name: string, ...keys: string[]): string | null {
    let node = this.of(section).get(name)?.value;
    for (const key of keys) node = entryOf(node, key)?.value;
    return textOf(node);
  }
}

/** The name that a value refers to. The text of the value begins with it. */
export interface Reference {
  section: Section;
  name: string;
}

/** The name that a value of a format refers to, such as `fraud` in `fraud@champion`; null without one. */
export function referenceIn(format: string | undefined, text: string, declared: Declared): Reference | null {
  if (format === 'reference:model-or-stage')
    return { section: declared.has('models', text) ? 'models' : 'stages', name: text };
  if (format === 'model-alias') {
    const name = parseModelAlias(text)?.name ?? null;
    return name === null ? null : { section: 'models', name };
  }
  const section = sectionByFormat[format ?? ''];
  return section === undefined ? null : { section, name: text };
}

const nothing: ReadonlyMap<string, Entry> = new Map();
const known = new WeakMap<Located, Declared>();
const empty = new Declared(null);

/** The declarations of the project file with this root, cached per root. */
export function declaredIn(root: Located | null): Declared {
  if (!root) return empty;
  const held = known.get(root) ?? new Declared(root);
  known.set(root, held);
  return held;
}

/** A column in a dataset schema. */
export interface Column {
  name: string;
  /** The range of the name without quotes. */
  range: Range;
  field: Located;
}

const columns = new WeakMap<Located, ReadonlyMap<string, Column>>();

/** The columns of a dataset schema, by name. */
export function columnsIn(file: { root: Located | null; text: string } | undefined): ReadonlyMap<string, Column> {
  if (!file?.root) return new Map();
  const held = columns.get(file.root);
  if (held) return held;
  const fields = entryOf(file.root, 'fields')?.value;
  const found = new Map<string, Column>();
  for (const field of fields?.kind === 'seq' ? fields.items : []) {
    const node = entryOf(field, 'name')?.value;
    const name = textOf(node);
    if (node && name !== null && !found.has(name))
      found.set(name, { name, range: unquoted(file.text, node.range), field });
  }
  columns.set(file.root, found);
  return found;
}

export function textOf(node: Located | undefined): string | null {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}

/** The path of a file in its project; of a schema as its dataset writes it, with or without `./`. */
export function ownPath(project: Project, uri: string): string {
  const path = pathInProject(project.root, uri);
  return project.schemas.has(path)
    ? path
    : ([...project.schemas.keys()].find((known) => normalisePath(known) === path) ?? path);
}
