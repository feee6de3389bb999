import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Problem } from '../../protocol/problem.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { stateFolder } from '../store/store.ts';
import { entryOf } from './located.ts';
import { loadProject, type Project } from './loadProject.ts';
import { blankOut } from './yamlLines.ts';

/** A project for what is told of it, whatever state its file is in. */
export interface ShownProject {
  /** As it is written; while that cannot be used, as it last could be. Its config can be had. */
  project: Project;
  /** As it is written. */
  current: Project;
  /** Why `project` is not `current`; null when it is. */
  problem: Problem | null;
}

const savedName = 'last-good.json';

/**
 * Texts of projects that were good, by their folder: of those that were never run there is no state to keep them in.
 */
const remembered = new Map<string, string>();

/**
 * The project to show, and why it is not the one that is written. A good one is kept for later, also beyond this
 * process once the project has a state folder. `modelName` gives the name of the newest model, for a file that has lost
 * its own.
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

/** Keeps the text of a project that can be used, for when it cannot. */
export function rememberGood({ root, file }: Project): void {
  const { text } = file.parsed;
  if (remembered.get(root) === text && isSaved(root)) return;
  remembered.set(root, text);
  // A project that was never run gets no state folder only because somebody looks at it.
  if (
    !statSync(join(root, stateFolder), { throwIfNoEntry: false })?.isDirectory() ||
    savedText(root, file.path) === withoutPasswords(text)
  )
    return;
  try {
    // A password in an address is only for the file that a person wrote it into.
    writeAtomic(join(root, stateFolder, savedName), JSON.stringify({ file: file.path, text: withoutPasswords(text) }));
  } catch {
    // A folder that may not be written to has its good state while this process lives.
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
    const saved: unknown = JSON.parse(readFileSync(join(root, stateFolder, savedName), 'utf8'));
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

/** The problem that makes a project unusable: the first of its text, else the first of its shape. */
function unusable({ file, resolved }: Project): Problem | null {
  // A variable that is not set here stops stages, and hides nothing.
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

/** The same project with another text of its file. */
function withText({ root, files, file, env }: Project, text: string): Project {
  return loadProject(
    root,
    {
      ...files,
      read: (path) => (path === file.path ? text : files.read(path)),
      exists: (path) => path === file.path || files.exists(path),
      glob: (pattern) => files.glob(pattern),
    },
    env,
  );
}

/**
 * The text without the entries that cannot be understood, and with the name that the project has had; null when little
 * is left.
 */
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

/** The name that the models of the project have, else that of its folder. */
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
