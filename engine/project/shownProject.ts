import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import type { Problem } from '../../protocol/problem.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { stateFolder } from '../store/store.ts';
import { entryOf } from './located.ts';
import { hasMatch } from './projectFiles.ts';
import { isElsewhere } from './readConfigFile.ts';
import { loadProject, type Project } from './loadProject.ts';
import { blankOut } from './yamlLines.ts';

/** A project to display, whatever the state of its file. */
export interface ShownProject {
  /** The current project, or its last usable version while the file has errors. Its config is always available. */
  project: Project;
  /** The project as in its file. */
  current: Project;
  /** Reason why `project` is not `current`; null when it is. */
  problem: Problem | null;
}

const savedName = 'last-good.json';

/** Last usable texts by project folder. Projects that were never run have no state folder to store them in. */
const remembered = new Map<string, string>();

/**
 * Returns the project to display, and why it is not the current one. A usable project is remembered, also beyond this
 * process once the project has a state folder. `modelName` returns the name of the newest model, for a file without its
 * project name.
 */
export function shownProject(current: Project, modelName: () => string | null): ShownProject {
  const problem = unusable(current);
  if (!problem) {
    rememberGood(current);
    return { project: current, current, problem: null };
  }
  const { path } = current.file;
  const good = remembered.get(current.root) ?? savedText(current.root, path);
  for (const text of [good, readablePart(current, modelName)]) {
    const project = text === null || text === undefined ? null : withText(current, text);
    if (project && !unusable(project)) return { project, current, problem };
  }
  return {
    project: withText(current, `version: 1\nproject: ${nameOf(current, modelName)}\nstages: {}\n`),
    current,
    problem,
  };
}

/** Stores the text of a usable project. */
export function rememberGood({ root, file }: Project): void {
  const { text } = file.parsed;
  if (remembered.get(root) === text && isSaved(root)) return;
  remembered.set(root, text);
  // Viewing a project that was never run must not create its state folder.
  if (
    !statSync(join(root, stateFolder), { throwIfNoEntry: false })?.isDirectory() ||
    savedText(root, file.path) === withoutPasswords(text)
  )
    return;
  try {
    // Passwords in addresses must stay in the user's own file.
    writeAtomic(join(root, stateFolder, savedName), JSON.stringify({ file: file.path, text: withoutPasswords(text) }));
  } catch {
    // Without write permission, the text is only remembered by this process.
  }
}

function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/\/[^\s/:@'"`]*:)[^\s/@'"`]+@/g, '$1***@');
}

function isSaved(root: string): boolean {
  return (
    !statSync(join(root, stateFolder), { throwIfNoEntry: false }) ||
    statSync(join(root, stateFolder, savedName), { throwIfNoEntry: false }) !== undefined
  );
}

function savedText(root: string, path: string): string | null {
  try {
    const saved: unknown = JSON.parse(readRegularFile(join(root, stateFolder, savedName)).toString());
    return typeof saved === 'object' &&
      saved !== null &&
      'file' in saved &&
      saved.file === path &&
      'text' in saved &&
      typeof saved.text === 'string'
      ? saved.text
      : null;
  } catch {
    return null;
  }
}

/** Returns the problem that makes a project unusable: the first syntax error, otherwise the first shape error. */
function unusable({ file, resolved }: Project): Problem | null {
  // A variable that is not set only stops stages. The project can still be displayed.
  const errors = file.problems.filter(
    (one) => one.severity === 'error' && one.file === file.path && one.code !== 'LW208',
  );
  if (resolved.config && errors.length === 0) return null;
  const fallback: Problem = {
    file: file.path,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    code: 'LW103',
    severity: 'error',
    message: 'The file cannot be read as a project.',
  };
  return errors.find(({ code }) => code === 'LW100') ?? errors[0] ?? fallback;
}

/** Returns the same project with another text of its file. */
function withText({ root, files, file, env }: Project, text: string): Project {
  return loadProject(
    root,
    {
      ...files,
      read: (path) => (path === file.path ? text : files.read(path)),
      exists: (path) => path === file.path || files.exists(path),
      glob: (pattern) => files.glob(pattern),
      hasMatch: (pattern) => hasMatch(files, pattern),
      isElsewhere: (path) => isElsewhere(files, path),
    },
    env,
  );
}

/** Returns the text without invalid entries and with the last known name; null when little is left. */
function readablePart(current: Project, modelName: () => string | null): string | null {
  const { readable, file } = current;
  if (!readable) return null;
  let { text } = file.parsed;
  for (const range of readable.unsure) text = blankOut(text, range);
  const root = loadedRoot(current, text);
  const missing = (key: string, value: string) => (entryOf(root, key) ? '' : `${key}: ${value}\n`);
  return `${text}${text.endsWith('\n') ? '' : '\n'}${missing('version', '1')}${missing('project', nameOf(current, modelName))}`;
}

function loadedRoot(current: Project, text: string) {
  return withText(current, text).file.parsed.root ?? undefined;
}

/** Returns the name of the project's models, otherwise of its folder. */
function nameOf(current: Project, modelName: () => string | null): string {
  const written = entryOf(current.file.parsed.root ?? undefined, 'project')?.value;
  if (written?.kind === 'scalar' && typeof written.value === 'string' && /^[a-z][a-z0-9_-]*$/.test(written.value))
    return written.value;
  return (
    modelName() ??
    (basename(current.root)
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replace(/^[^a-z]+/, '') ||
      'project')
  );
}
