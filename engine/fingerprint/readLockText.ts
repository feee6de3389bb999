import { plainYaml } from '../base/plainYaml.ts';
import { isPlainPath, readLockedPath } from './lockedPath.ts';

interface LockedFile {
  hash: string;
  bytes: number;
}

type Files = Record<string, LockedFile>;

/** Files of one section of a stage, read without the parser; those of a long one on first use. */
interface Section {
  stage: string;
  name: 'deps' | 'outs';
  text: string;
  files: Files | null;
}

/** Characters from which a section is long. */
const long = 100_000;
/** The texts of the long sections of deps, by their entries. */
const texts = new WeakMap<object, string>();

/** The text of the deps of an entry that was read from a lock, when it is long; null otherwise. */
export function longDepsOf(entry: object): string | null {
  return texts.get(entry) ?? null;
}

/** A file; the hash has a letter that makes it no number. */
const file = / {6}(\S.*):\n {8}hash: (?=\d*[a-f])(?!\d+e\d+\n)([0-9a-f]{64})\n {8}bytes: (\d{1,15})(?:\n|$)/y;

/** One file of a long section; null for one that is not there, or in another form than Loopwright writes. */
export function fileInLongDeps(section: string, path: string): LockedFile | null {
  if (!isPlainPath(path)) return null;
  const line = `      ${path}:\n`;
  const at = section.startsWith(line) ? 0 : section.indexOf(`\n${line}`) + 1;
  file.lastIndex = at;
  const [, key, hash, bytes] = file.exec(section) ?? [];
  return key === path && hash !== undefined ? { hash, bytes: Number(bytes) } : null;
}

/**
 * Reads a lock file as plain values. Sections of files in the form that Loopwright writes are read line by line: a
 * hundred thousand files take the parser of YAML ten seconds. Everything else goes to that parser. Throws Error for
 * invalid YAML.
 */
export function readLockText(text: string): unknown {
  const sections: Section[] = [];
  const rest: string[] = [];
  let stage: string | null = null;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const next = end === -1 ? text.length : end + 1;
    const line = text.slice(at, end === -1 ? text.length : end);
    at = next;
    if (/^ {0,2}\S/.test(line)) stage = /^ {2}([A-Za-z_][\w.@-]*):$/.exec(line)?.[1] ?? null;
    const name = /^ {4}(deps|outs):$/.exec(line)?.[1];
    if (stage === null || (name !== 'deps' && name !== 'outs')) {
      rest.push(line);
      continue;
    }
    const section = sectionAt(text, at);
    const files = section.length < long ? filesIn(section) : null;
    // A comment may be in the midst of a section.
    const isClosed =
      at + section.length === text.length ||
      /^ {0,4}[^\s#]/.test(text.slice(at + section.length, at + section.length + 5));
    const isRead = isClosed && (section.length >= long || files !== null);
    rest.push(isRead ? `${line} {}` : line);
    if (!isRead) continue;
    sections.push({ stage, name, text: section, files });
    at += section.length;
  }
  const content = plainYaml(`${rest.join('\n')}${text.endsWith('\n') ? '\n' : ''}`);
  const stages = (content as { stages?: Record<string, Record<string, unknown>> } | null)?.stages;
  for (const section of sections) {
    const entry = stages?.[section.stage];
    if (typeof entry !== 'object' || entry === null) continue;
    if (section.files) entry[section.name] = section.files;
    else readLater(entry, section, text);
  }
  return content;
}

/** Reads the files of a long section when somebody asks for them: often its text alone decides. */
function readLater(entry: Record<string, unknown>, { stage, name, text }: Section, whole: string): void {
  if (name === 'deps') texts.set(entry, text);
  const keep = (value: unknown) =>
    Object.defineProperty(entry, name, { value, enumerable: true, configurable: true, writable: true });
  Object.defineProperty(entry, name, {
    enumerable: true,
    configurable: true,
    get: () => {
      const files = filesIn(text) ?? byParser(whole, stage, name);
      keep(files);
      return files;
    },
    set: keep,
  });
}

/** A section in another form than Loopwright writes; nothing of a text that is no YAML. */
function byParser(text: string, stage: string, name: string): unknown {
  try {
    const { stages } = plainYaml(text) as { stages: Record<string, Record<string, unknown>> };
    const files = stages[stage]?.[name];
    return typeof files === 'object' && files !== null ? files : {};
  } catch {
    return {};
  }
}

/** The text from a position on, up to a line that is indented less than a file. */
function sectionAt(text: string, from: number): string {
  let at = from;
  while (isIndented(text, at)) {
    const end = text.indexOf('\n', at);
    if (end === -1) return text.slice(from);
    at = end + 1;
  }
  return text.slice(from, at);
}

/** True when six or eight spaces and another character are at a position. */
function isIndented(text: string, at: number): boolean {
  let spaces = 0;
  while (text.charCodeAt(at + spaces) === 0x20) spaces++;
  if (spaces !== 6 && spaces !== 8) return false;
  const next = text.charCodeAt(at + spaces);
  // A test of each character takes a third of the time to read a long lock.
  return (next > 0x20 && next < 0x7f) || /\S/.test(text.charAt(at + spaces));
}

/**
 * The files of a section. Null for another form than Loopwright writes, such as an empty section or a comment, which is
 * left to the parser.
 */
function filesIn(section: string): Files | null {
  const files: Files = {};
  let end = 0;
  for (file.lastIndex = 0; ; end = file.lastIndex) {
    const [, key, hash, bytes] = file.exec(section) ?? [];
    if (key === undefined || hash === undefined) break;
    const path = readLockedPath(key);
    if (path === null || Object.hasOwn(files, path)) return null;
    files[path] = { hash, bytes: Number(bytes) };
  }
  return end > 0 && end === section.length ? files : null;
}
