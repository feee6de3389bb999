import { statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { exitCodes } from '../protocol/problem.ts';
import type { Problem } from '../protocol/problem.ts';
import { CancelledError, NoProjectError, ProjectError, WorkError, messageOf } from '../engine/base/errors.ts';
import { findProjects, nearestProject, projectFileIn } from '../engine/project/findProjects.ts';
import { configFor, loadProject, projectFileName, type Project } from '../engine/project/loadProject.ts';
import type { ProjectConfig } from '../engine/project/schema/projectSchema.ts';
import { withDrive } from '../engine/base/projectPath.ts';
import { openStore } from '../engine/tracking/openStore.ts';
import { hasStore, type Store } from '../engine/store/store.ts';
import { jsonText } from './safeText.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { isInside, projectPath } from '../engine/base/projectPath.ts';

const mostNamed = 5;
/** Longest time that an error message waits for the search of projects below. */
const searchMs = 1000;

/** The context that every command receives. */
export interface CommandContext {
  terminal: Terminal;
  json: boolean;
  signal: AbortSignal;
  /** The project in `--project` or around the working folder. Throws a ProjectError if there is none. */
  project(): Project;
  config(): ProjectConfig;
  store(): Store;
  /** The store, or null before the first run. */
  storeIfAny(): Store | null;
  /** Prints the one JSON document of `--json`. */
  printJson(value: unknown): void;
}

export interface GlobalOptions {
  project?: string;
  json?: boolean;
}

/** The folder of the project: the given one, or the nearest above with a loopwright.yaml, or with a dvc.yaml. */
export function findRoot(given: string | undefined): string {
  if (given !== undefined) {
    const folder = withDrive(resolve(given));
    const root = statSync(folder, { throwIfNoEntry: false })?.isFile() ? dirname(folder) : folder;
    if (projectFileIn(root) === null)
      throw new NoProjectError(
        root,
        `There is no ${projectFileName} in ${root}. Run \`loopwright init\` to create one.`,
      );
    return root;
  }
  const root = nearestProject(withDrive(process.cwd()));
  if (root === null)
    throw new NoProjectError(
      process.cwd(),
      `There is no ${projectFileName} here or above. Run \`loopwright init\` to create one, or use \`--project DIR\` for another folder.`,
    );
  return root;
}

/** Runs a command with its context and turns an error into a message and an exit code. */
export async function runWithContext(
  options: GlobalOptions,
  work: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const terminal = openTerminal();
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) process.exit(exitCodes.cancelled);
    terminal.note('stopping …');
    abort.abort();
  };
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  let project: Project | undefined;
  let store: Store | undefined;
  const context: CommandContext = {
    terminal,
    json: options.json ?? false,
    signal: abort.signal,
    project: () => (project ??= loadProject(findRoot(options.project))),
    config: () => configFor(context.project(), 'default'),
    store: () => {
      if (store) return store;
      store = openStore(context.project().root);
      if (store.isReadOnly)
        terminal.note('This folder cannot be written: stored runs are shown, and nothing is recorded.');
      return store;
    },
    storeIfAny: () => store ?? (hasStore(context.project().root) ? context.store() : null),
    printJson: (value) => terminal.line(jsonText(value, 2)),
  };
  try {
    return await work(context);
  } catch (error) {
    return report(error instanceof NoProjectError ? await withProjectsBelow(error) : error, context, project);
  } finally {
    terminal.progress(null);
    store?.sql.close();
    for (const signal of signals) process.removeListener(signal, stop);
  }
}

/** Adds the names of the projects below, for a user at the top of a monorepo. */
async function withProjectsBelow({ folder, message }: NoProjectError): Promise<ProjectError> {
  const { roots, isCut } = await findProjects(folder, { most: mostNamed, signal: AbortSignal.timeout(searchMs) });
  const names = roots.map((root) => `\`${relative(process.cwd(), root)}\``).join(', ');
  return new ProjectError(
    roots.length === 0
      ? message
      : `${message} Projects below it: ${names}${isCut ? ' and more' : ''}. Choose one with \`--project\`.`,
  );
}

const longestMessage = 4000;

/** A message may hold what a model or a server said: no control characters reach the terminal, and it is cut. */
function printable(message: string): string {
  const plain = stripVTControlCharacters(message).replaceAll(/[^\P{Cc}\n\t]/gu, '');
  return plain.length > longestMessage ? `${plain.slice(0, longestMessage)} …` : plain;
}

function report(error: unknown, { terminal, json }: CommandContext, project: Project | undefined): number {
  const code =
    error instanceof CancelledError
      ? exitCodes.cancelled
      : error instanceof ProjectError
        ? exitCodes.wrongUse
        : exitCodes.failed;
  const problems = error instanceof ProjectError ? error.problems : [];
  const place = error instanceof WorkError ? error.place : null;
  const root = project?.root ?? process.cwd();
  if (json) {
    terminal.line(jsonText({ error: { message: messageOf(error), ...place, problems } }, 2));
    return code;
  }
  if (error instanceof CancelledError) terminal.note('cancelled');
  else if (error instanceof ProjectError || error instanceof WorkError) {
    for (const problem of problems) terminal.note(problemLine(problem, root));
    terminal.note(`${placeText(place, root, project?.file.path)}error: ${printable(error.message)}`);
  } else
    terminal.note(
      `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nThis is a bug in Loopwright. Please report it with the lines above.`,
    );
  return code;
}

/** `file:line:column: error: message [CODE]`, which the problem matcher of the editor reads. */
export function problemLine(problem: Problem, root: string): string {
  return `${pathFromHere(root, problem.file)}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message} [${problem.code}]`;
}

/** The same for a place. Stages use the usual name of the project file, even if it has another name here. */
export function placeText(
  place: { file?: string; line?: number; column?: number } | null,
  root: string,
  projectFile: string = projectFileName,
): string {
  if (!place?.file) return '';
  return `${pathFromHere(root, place.file === projectFileName ? projectFile : place.file)}:${place.line ?? 1}:${place.column ?? 1}: `;
}

/**
 * A path of the project relative to the working folder, so that it can be opened from there; the absolute path if the
 * project is elsewhere.
 */
function pathFromHere(root: string, file: string): string {
  const path = relative(process.cwd(), projectPath(root, file));
  const isNear = isInside(process.cwd(), root) || isInside(root, process.cwd());
  return isNear ? path : projectPath(root, file);
}
