import { entryOf, nodeAt, type Located, type Range } from '../../engine/project/located.ts';
import type { ConfigFile, Project } from '../../engine/project/loadProject.ts';
import { shapesAt, spotAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import { shapes } from '../../engine/project/shape.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { FileKind } from '../../engine/project/shape.ts';

export type Section = 'params' | 'datasets' | 'stages' | 'deployments' | 'monitors';
const sections: readonly Section[] = ['params', 'datasets', 'stages', 'deployments', 'monitors'];

/** A thing that a project declares by name. */
export interface Name {
  section: Section;
  name: string;
}

/** A place where a name stands; the range is of the name alone, without quotes. */
export interface Occurrence {
  file: ConfigFile<unknown>;
  range: Range;
  declaration: boolean;
}

const byFormat: Record<string, Section> = { 'reference:dataset': 'datasets', 'reference:stage': 'stages', 'reference:deployment': 'deployments', 'reference:monitor': 'monitors', param: 'params' };

/** The name that stands at an offset of a file of ours: declared there, referred to, or inside `${…}`. */
export function nameAt(kind: FileKind, parsed: Parsed, offset: number): Name | null {
  for (const match of parsed.text.matchAll(/\$\{\s*(params|datasets)\.([\w-]+)/g)) {
    if (offset >= match.index && offset <= match.index + match[0].length) return { section: match[1] as Section, name: match[2] ?? '' };
  }
  const spot = spotAt(parsed.root, offset);
  if (!spot) return null;
  if (spot.on === 'key') return declaredBy(kind, spot.path);
  if (spot.value?.kind !== 'scalar') return null;
  const section = shapesAt(shapes[kind], parsed.root, spot.path).map((shape) => byFormat[shape.format ?? '']).find((found) => found !== undefined);
  return section === undefined ? null : { section, name: String(spot.value.value) };
}

/** A key that is a name: `stages.train`, and in experiments those that lay something over it. */
function declaredBy(kind: FileKind, path: KeyPath): Name | null {
  const [section, second, third] = path;
  const known = sections.find((candidate) => candidate === section);
  if (path.length === 2 && known !== undefined && (kind === 'project' || (kind === 'experiment' && (known === 'params' || known === 'stages')))) return { section: known, name: String(second) };
  return kind === 'experiment' && path.length === 3 && section === 'sweep' && second === 'params' ? { section: 'params', name: String(third) } : null;
}

/** Every place in the project's files where a name stands. */
export function occurrencesOf(project: Project, wanted: Name): Occurrence[] {
  const found: Occurrence[] = [];
  for (const file of [project.file, ...project.experiments.values()] as ConfigFile<unknown>[]) {
    if (file.parsed.root) visit(file, file.parsed.root, [], wanted, found);
    const pattern = new RegExp(`\\$\\{\\s*${wanted.section}\\.(${escape(wanted.name)})(?![\\w-])`, 'g');
    if (wanted.section === 'params' || wanted.section === 'datasets') {
      for (const match of file.parsed.text.matchAll(pattern)) {
        const start = match.index + match[0].length - wanted.name.length;
        found.push({ file, range: { start, end: start + wanted.name.length }, declaration: false });
      }
    }
  }
  return found.toSorted((a, b) => (a.file === b.file ? a.range.start - b.range.start : 0));
}

function visit(file: ConfigFile<unknown>, node: Located, path: KeyPath, wanted: Name, found: Occurrence[]): void {
  if (node.kind === 'seq') return node.items.forEach((item, i) => visit(file, item, [...path, i], wanted, found));
  if (node.kind === 'map') {
    for (const entry of node.entries) {
      if (entry.merged) continue;
      const own: KeyPath = [...path, entry.key];
      const name = entry.key === wanted.name ? declaredBy(file.kind, own) : null;
      if (name?.section === wanted.section) found.push({ file, range: unquoted(file.parsed.text, entry.keyRange), declaration: file.kind === 'project' });
      visit(file, entry.value, own, wanted, found);
    }
    return;
  }
  if (node.value !== wanted.name) return;
  const refers = shapesAt(shapes[file.kind], file.parsed.root, path).some((shape) => byFormat[shape.format ?? ''] === wanted.section);
  if (refers) found.push({ file, range: unquoted(file.parsed.text, node.range), declaration: false });
}

function unquoted(text: string, range: Range): Range {
  const quote = text[range.start];
  return (quote === '"' || quote === "'") && text[range.end - 1] === quote ? { start: range.start + 1, end: range.end - 1 } : range;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The declaration of a name in loopwright.yaml, if there is one. */
export function declarationOf(project: Project, { section, name }: Name): Range | null {
  return entryOf(nodeAt(project.file.parsed.root ?? undefined, [section]), name)?.keyRange ?? null;
}
