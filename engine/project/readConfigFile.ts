import { leadsOut } from '../base/projectPath.ts';
import { whyUnread } from '../base/readRegularFile.ts';
import { entryOf } from './located.ts';
import { parseYaml, type Parsed } from './parseYaml.ts';
import type { ProjectFiles } from './projectFiles.ts';
import { shapes, type FileKind } from './shape.ts';

/** Parses a file of the project. A caching implementation returns the same object for the same text. */
export type Parse = (path: string, content: string | Uint8Array) => Parsed;

const kinds: Record<FileKind, string> = {
  project: 'a project',
  experiment: 'an experiment',
  dataset: 'a dataset schema',
};

/**
 * Reads and parses a file. Where it cannot be read, `why` is a sentence and the parsed text is empty; also for a file
 * outside the project that is nothing of ours, such as `/etc/passwd` behind a link, since findings quote the text.
 */
export function readConfigFile(
  kind: FileKind,
  path: string,
  files: ProjectFiles,
  parse: Parse,
): { parsed: Parsed; why: string | null } {
  const unread = (why: string) => ({ parsed: parseYaml(path, ''), why });
  try {
    const content = files.read(path);
    if (content === null) return unread(`There is no file \`${path}\`.`);
    const parsed = parse(path, content);
    const { required, properties = {} } = shapes[kind];
    const isOurs = (required ?? Object.keys(properties)).some((key) => entryOf(parsed.root ?? undefined, key));
    if (isOurs || !isElsewhere(files, path)) return { parsed, why: null };
    return unread(`\`${path}\` leads out of the project, to a file that is not ${kinds[kind]}.`);
  } catch (error) {
    return unread(`${whyUnread(path, error)}.`);
  }
}

/** True for a file outside the project, by its path or by a link on the way. */
export function isElsewhere(files: ProjectFiles, path: string): boolean {
  return files.isElsewhere?.(path) ?? leadsOut(path);
}
