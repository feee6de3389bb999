import { plainYaml } from '../base/plainYaml.ts';

interface LockedFile {
  hash: string;
  bytes: number;
}

/** Files of one section of a stage, read without the parser. */
interface Section {
  stage: string;
  name: 'deps' | 'outs';
  files: Record<string, LockedFile>;
}

/** A name that is the same text in YAML, and no number, truth value or null. */
const plain = /^(?!null:|Null:|NULL:|__proto__:)(?:[A-Za-z_]|\.{0,2}\/)[\w./@+=-]*:$/;
const hash = /^ {8}hash: ([0-9a-f]{64})$/;
const bytes = /^ {8}bytes: (\d{1,15})$/;

/**
 * Reads a lock file as plain values. Sections of files in the form that Loopwright writes are read line by line: a
 * hundred thousand files take the parser of YAML ten seconds. Everything else goes to that parser. Throws Error for
 * invalid YAML.
 */
export function readLockText(text: string): unknown {
  const lines = text.split('\n');
  const sections: Section[] = [];
  const rest: string[] = [];
  let stage: string | null = null;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    rest.push(line);
    if (/^ {0,2}\S/.test(line)) stage = /^ {2}([A-Za-z_][\w.@-]*):$/.exec(line)?.[1] ?? null;
    const name = /^ {4}(deps|outs):$/.exec(line)?.[1];
    if (stage === null || (name !== 'deps' && name !== 'outs')) continue;
    const read = filesFrom(lines, i + 1);
    if (read === null) continue;
    sections.push({ stage, name, files: read.files });
    rest[rest.length - 1] = `${line} {}`;
    i = read.end - 1;
  }
  const content = plainYaml(rest.join('\n'));
  const stages = (content as { stages?: Record<string, Record<string, unknown>> } | null)?.stages;
  for (const { stage: of, name, files } of sections) {
    const entry = stages?.[of];
    if (typeof entry === 'object' && entry !== null) entry[name] = files;
  }
  return content;
}

/** The files from a line on, up to a line that is indented less. Null when a line has another form. */
function filesFrom(lines: readonly string[], from: number): { files: Record<string, LockedFile>; end: number } | null {
  const files: Record<string, LockedFile> = {};
  let at = from;
  for (; (lines[at] ?? '').startsWith('      '); at += 3) {
    const key = (lines[at] ?? '').slice(6);
    const [, content] = hash.exec(lines[at + 1] ?? '') ?? [];
    const [, size] = bytes.exec(lines[at + 2] ?? '') ?? [];
    const path = key.slice(0, -1);
    if (!plain.test(key) || content === undefined || size === undefined || Object.hasOwn(files, path)) return null;
    files[path] = { hash: content, bytes: Number(size) };
  }
  // An empty section, a comment or a blank line is left to the parser.
  return at === from || !/^(?: {0,4}\S|$)/.test(lines[at] ?? '') ? null : { files, end: at };
}
