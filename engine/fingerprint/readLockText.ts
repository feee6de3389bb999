import { plainYaml } from '../base/plainYaml.ts';
import { readLockedPath } from './lockedPath.ts';

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

/** A file; the hash has a letter that makes it no number. */
const file = / {6}(\S.*):\n {8}hash: (?=\d*[a-f])(?!\d+e\d+\n)([0-9a-f]{64})\n {8}bytes: (\d{1,15})(?:\n|$)/y;

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
    const read = stage !== null && (name === 'deps' || name === 'outs') ? filesFrom(text, at) : null;
    rest.push(read === null ? line : `${line} {}`);
    if (read === null || stage === null || (name !== 'deps' && name !== 'outs')) continue;
    sections.push({ stage, name, files: read.files });
    at = read.end;
  }
  const content = plainYaml(`${rest.join('\n')}${text.endsWith('\n') ? '\n' : ''}`);
  const stages = (content as { stages?: Record<string, Record<string, unknown>> } | null)?.stages;
  for (const { stage: of, name, files } of sections) {
    const entry = stages?.[of];
    if (typeof entry === 'object' && entry !== null) entry[name] = files;
  }
  return content;
}

/**
 * The files from a position in the text on, up to a line that is indented less. Null when a line has another form: an
 * empty section, a comment or a blank line is left to the parser.
 */
function filesFrom(text: string, from: number): { files: Record<string, LockedFile>; end: number } | null {
  const files: Record<string, LockedFile> = {};
  let end = from;
  for (file.lastIndex = from; ; end = file.lastIndex) {
    const [, key, hash, bytes] = file.exec(text) ?? [];
    if (key === undefined || hash === undefined) break;
    const path = readLockedPath(key);
    if (path === null || Object.hasOwn(files, path)) return null;
    files[path] = { hash, bytes: Number(bytes) };
  }
  const isWhole = end === text.length || / {0,4}\S/y.test(text.slice(end, end + 6));
  return end > from && isWhole ? { files, end } : null;
}
