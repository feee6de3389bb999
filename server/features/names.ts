import { entryOf, nodeAt, type Located, type Range } from '../../engine/project/located.ts';
import type { ConfigFile, Project } from '../../engine/project/loadProject.ts';
import { spotAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Walked } from '../../engine/project/schemaWalk.ts';
import type { FileKind, Shape } from '../../engine/project/shape.ts';
import { declaredIn, referenceIn, type Declared } from './declared.ts';
import type { Section } from './section.ts';
import { unquoted, walkedOf } from './walked.ts';

const sections: readonly Section[] = ['params', 'datasets', 'stages', 'models', 'deployments', 'monitors'];

/** A declaration with a name; for an experiment, the name of its file. */
export interface Name {
  section: Section | 'experiments';
  name: string;
}

/** An occurrence of a name; the range is that of the name without quotes. */
export interface Occurrence {
  file: ConfigFile<unknown>;
  range: Range;
  declaration: boolean;
}

/** The name at an offset of a Loopwright file: a declaration, a reference, or inside `${…}`. */
export function nameAt(kind: FileKind, parsed: Parsed, offset: number, project: Project | null): Name | null {
  for (const match of parsed.text.matchAll(/\$\{\s*(params|datasets)\.([\w-]+)/g)) {
    if (offset >= match.index && offset <= match.index + match[0].length)
      return { section: match[1] as Section, name: match[2] ?? '' };
  }
  const spot = spotAt(parsed.root, offset);
  if (!spot) return null;
  if (spot.on === 'key') return declaredBy(kind, spot.path);
  if (spot.value?.kind !== 'scalar') return null;
  if (isCommand(kind, spot.path)) {
    const word = commandWords(parsed.text, spot.range).find(
      ({ range }) => offset >= range.start && offset <= range.end,
    );
    if (word) return { section: word.section, name: word.name };
  }
  const text = String(spot.value.value);
  const declared = declaredIn(project?.file.parsed.root ?? parsed.root);
  return (
    shapesOf(kind, parsed, spot.value, project)
      .map((shape) => referenceIn(shape.format, text, declared))
      .find((found) => found !== null) ?? null
  );
}

/** The shapes of a value of a file. */
export function shapesOf(kind: FileKind, parsed: Parsed, value: Located, project: Project | null): readonly Shape[] {
  return walkedOf(kind, parsed, project).find(({ node }) => node === value)?.shapes ?? [];
}

/** A key that is a name: `stages.train`, and in experiments the keys that override something. */
function declaredBy(kind: FileKind, path: KeyPath): Name | null {
  const [section, second, third] = path;
  const known = sections.find((candidate) => candidate === section);
  if (
    path.length === 2 &&
    known !== undefined &&
    (kind === 'project' || (kind === 'experiment' && (known === 'params' || known === 'stages')))
  )
    return { section: known, name: String(second) };
  return kind === 'experiment' && path.length === 3 && section === 'sweep' && second === 'params'
    ? { section: 'params', name: String(third) }
    : null;
}

/** Every occurrence of a name in the project's files. */
export function occurrencesOf(project: Project, wanted: Name): Occurrence[] {
  const found: Occurrence[] = [];
  const declared = declaredIn(project.file.parsed.root);
  for (const file of [project.file, ...project.experiments.values()] as ConfigFile<unknown>[]) {
    for (const walked of walkedOf(file.kind, file.parsed, project))
      found.push(...occurrencesIn(file, walked, wanted, declared));
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

function occurrencesIn(
  file: ConfigFile<unknown>,
  { node, entry, path, shapes: meant }: Walked,
  wanted: Name,
  declared: Declared,
): Occurrence[] {
  const found: Occurrence[] = [];
  const { text } = file.parsed;
  if (entry?.key === wanted.name && declaredBy(file.kind, path)?.section === wanted.section)
    found.push({ file, range: unquoted(text, entry.keyRange), declaration: file.kind === 'project' });
  if (node.kind !== 'scalar') return found;
  if (isCommand(file.kind, path))
    for (const { section, name, range } of commandWords(text, node.range))
      if (section === wanted.section && name === wanted.name) found.push({ file, range, declaration: false });
  // An alias represents the content of its anchor.
  if (text[node.range.start] === '*') return found;
  const isMeant = meant.some((shape) => {
    const reference = referenceIn(shape.format, String(node.value), declared);
    return reference?.section === wanted.section && reference.name === wanted.name;
  });
  if (isMeant) {
    const { start, end } = unquoted(text, node.range);
    const isWhole = node.value === wanted.name;
    found.push({ file, range: { start, end: isWhole ? end : start + wanted.name.length }, declaration: false });
  }
  return found;
}

function isCommand(kind: FileKind, path: KeyPath): boolean {
  return kind === 'project' && path.length === 3 && path[0] === 'stages' && path[2] === 'cmd';
}

interface CommandWord extends Name {
  range: Range;
}

/** The names in the arguments of a Loopwright command: `loopwright serve production`. */
const subjects: Record<string, Section> = { run: 'stages', serve: 'deployments', monitor: 'monitors' };
/** Options whose value is a name, with the `=` if it is there. */
const options: Record<string, Name['section']> = {
  experiment: 'experiments',
  param: 'params',
  deployment: 'deployments',
};

/** The stages, experiments, params and deployments in a command line of Loopwright. */
function commandWords(text: string, range: Range): CommandWord[] {
  const written = text.slice(range.start, range.end);
  return [...written.matchAll(/\bloopwright[ \t]+(\w+)\b([^\n;|&"'#]*)/g)].flatMap((call) => {
    const subject = subjects[call[1] ?? ''];
    const start = range.start + call.index + call[0].length - (call[2] ?? '').length;
    return [...(call[2] ?? '').matchAll(/(--([a-z-]+)(?:=|[ \t]+))([^\s-]\S*)|\S+/g)].flatMap((word): CommandWord[] => {
      const [whole, opening = '', option, value] = word;
      const section = option === undefined ? subject : options[option];
      const name = /^[A-Za-z_][\w-]*/.exec(value ?? whole)?.[0];
      const rest = (value ?? whole).slice(name?.length ?? 0);
      // A flag without a value can precede a name that is a separate argument.
      if (option !== undefined && !valued.has(option))
        return subject && name !== undefined && rest === ''
          ? [wordAt(subject, name, start + word.index + opening.length)]
          : [];
      if (
        section === undefined ||
        name === undefined ||
        !(rest === '' || (section === 'params' && rest.startsWith('=')))
      )
        return [];
      return [wordAt(section, name, start + word.index + opening.length)];
    });
  });
}

const valued = new Set([...Object.keys(options), 'project', 'port', 'now', 'input', 'output', 'sql', 'model-version']);

function wordAt(section: Name['section'], name: string, start: number): CommandWord {
  return { section, name, range: { start, end: start + name.length } };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The declaration of a name in loopwright.yaml, if there is one. */
export function declarationOf(project: Project, { section, name }: Name): Range | null {
  if (section === 'experiments') return project.experiments.has(name) ? { start: 0, end: 0 } : null;
  return entryOf(nodeAt(project.file.parsed.root ?? undefined, [section]), name)?.keyRange ?? null;
}
