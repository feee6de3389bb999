import { DiagnosticSeverity, type Diagnostic, type PublishDiagnosticsParams } from 'vscode-languageserver';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { judge } from '../../engine/checks/severities.ts';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { loadConfigFile, resolveProjectFile, type Project } from '../../engine/project/loadProject.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import type { Problem, Severities } from '../../protocol/problem.ts';
import { pathInProject, type Workspace } from '../workspace.ts';
import { placeIn } from '../places.ts';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;
/** The delay after a keystroke; longer for larger projects. */
const pauses = { least: 5, most: 40 };
/** The maximum that VS Code shows per file. */
const mostInFile = 1000;
/** The `source` of the diagnostics, which the editor shows beside the message. */
export const sources = { text: 'loopwright', data: 'loopwright · data' } as const;

export interface DiagnosticsOptions {
  workspace: Workspace;
  publish: (params: PublishDiagnosticsParams) => void;
  /** The current facts about the data. */
  facts: (project: Project) => Facts;
  /** The documentation page of a check. */
  docsOf: (code: string) => string;
  log: (text: string) => void;
  /** A project was checked; the workspace reports the files that the result depends on. */
  judged?: () => void;
}

/** Checks a project after each change and publishes the diagnostics of all its files, open or closed. */
export class Diagnostics {
  readonly #options: DiagnosticsOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** The last published diagnostics, by project and file. */
  readonly #published = new Map<string, Map<string, { text: string; problems: Problem[] }>>();
  readonly #cost = new Map<string, number>();
  severities: Severities = {};

  constructor(options: DiagnosticsOptions) {
    this.#options = options;
  }

  soon(uri: string): void {
    this.#forgetGone();
    const group = this.#group(uri);
    if (group === null) return;
    clearTimeout(this.#timers.get(group));
    const pause = Math.min(pauses.most, Math.max(pauses.least, this.#cost.get(group) ?? 0));
    this.#timers.set(
      group,
      setTimeout(() => this.now(uri), pause),
    );
  }

  now(uri: string): void {
    const group = this.#group(uri);
    if (group === null) return;
    const root = this.#options.workspace.rootOf(uri);
    if (root !== null) return this.project(root);
    // A project that no longer exists must withdraw its diagnostics before the file is checked alone.
    this.#forgetGone();
    return this.#judge(group, () => this.#alone(uri));
  }

  /** Checks a project immediately, whether or not its files are open. */
  project(root: string): void {
    this.#adopt(root);
    this.#judge(root, () => this.#inProject(root));
    this.#options.judged?.();
  }

  /** The problems of a file for its current text. */
  problemsOf(uri: string): Problem[] {
    const group = this.#group(uri);
    if (group !== null && this.#timers.has(group)) this.now(uri);
    for (const files of this.#published.values()) {
      const found = files.get(uri);
      if (found) return found.problems;
    }
    return [];
  }

  closed(uri: string): void {
    this.#forgetGone();
    if (this.#options.workspace.rootOf(uri) === null) this.#send(uri, new Map());
    else this.soon(uri);
  }

  /** Files that were checked alone before they belonged to a project: the project withdraws their diagnostics. */
  #adopt(root: string): void {
    for (const [group, files] of this.#published) {
      if (!isAlone(group) || this.#options.workspace.isProject(group) || this.#options.workspace.rootOf(group) !== root)
        continue;
      this.#published.delete(group);
      const known = this.#published.get(root) ?? new Map<string, { text: string; problems: Problem[] }>();
      this.#published.set(root, new Map([...known, ...files]));
    }
  }

  #judge(group: string, find: () => Map<string, Problem[]>): void {
    clearTimeout(this.#timers.get(group));
    this.#timers.delete(group);
    const start = performance.now();
    try {
      this.#send(group, find());
    } catch (error) {
      this.#options.log(`diagnostics: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    this.#cost.set(group, performance.now() - start);
  }

  /** The findings of a project, and those of open Loopwright files that the project does not refer to. */
  #inProject(root: string): Map<string, Problem[]> {
    const { workspace, facts } = this.#options;
    workspace.startAsking(root);
    const project = workspace.project(root);
    const named = new Set(
      [project.file.path, ...project.schemas.keys(), ...[...project.experiments.values()].map((file) => file.path)].map(
        (path) => workspace.uriOf(placeIn(root, path)),
      ),
    );
    const known = project.readable?.config ? facts(project) : noFacts;
    const found = byFile(checkProject(project, { facts: known, severities: this.severities }), (path) =>
      workspace.uriOf(placeIn(root, path)),
    );
    for (const uri of workspace.openIn(root))
      if (!named.has(uri))
        for (const [key, problems] of this.#alone(uri)) found.set(key, [...(found.get(key) ?? []), ...problems]);
    return found;
  }

  /** Withdraws the diagnostics of a project that is no longer in the window. */
  forget(root: string): void {
    this.#send(root, new Map());
    this.#published.delete(root);
  }

  /**
   * Withdraws the diagnostics of projects whose file was deleted; their open files are checked alone, or by the
   * enclosing project.
   */
  #forgetGone(): void {
    const { workspace } = this.#options;
    // Checking adds groups during this loop.
    const groups = [...this.#published.keys()];
    for (const group of groups) {
      if (isAlone(group) || workspace.isProject(group)) continue;
      this.#send(group, new Map());
      this.#published.delete(group);
      for (const uri of workspace.openBelow(group)) this.now(uri);
    }
  }

  #group(uri: string): string | null {
    return this.#options.workspace.rootOf(uri) ?? (this.#options.workspace.kindOf(uri) === null ? null : uri);
  }

  /** Checks the shape of a Loopwright file outside any project. */
  #alone(uri: string): Map<string, Problem[]> {
    const kind = this.#options.workspace.kindOf(uri);
    const text = this.#options.workspace.document(uri)?.getText();
    if (kind === null || text === undefined) return new Map();
    const root = this.#options.workspace.rootOf(uri);
    const name = root === null ? uri : pathInProject(root, uri);
    const parsed = parseYaml(name, text);
    const { problems } =
      kind === 'project' ? resolveProjectFile(parsed, process.env).file : loadConfigFile(kind, parsed);
    return new Map([[uri, judge(problems, () => text, this.severities)]]);
  }

  #send(group: string, found: Map<string, Problem[]>): void {
    const before = this.#published.get(group) ?? new Map<string, { text: string; problems: Problem[] }>();
    const after = new Map<string, { text: string; problems: Problem[] }>();
    for (const uri of new Set([...before.keys(), ...found.keys()])) {
      const problems = (found.get(uri) ?? []).slice(0, mostInFile);
      const diagnostics = problems.map((problem) => this.#toDiagnostic(problem, group));
      const text = JSON.stringify(diagnostics);
      if (found.has(uri)) after.set(uri, { text, problems });
      if (before.get(uri)?.text !== text) this.#options.publish({ uri, diagnostics });
    }
    this.#published.set(group, after);
  }

  #toDiagnostic(problem: Problem, root: string): Diagnostic {
    return {
      range: rangeOf(problem),
      severity: severities[problem.severity],
      code: problem.code,
      codeDescription: { href: this.#options.docsOf(problem.code) },
      source: problem.fromData ? sources.data : sources.text,
      message: problem.message,
      ...(problem.related
        ? {
            relatedInformation: problem.related.map((place) => ({
              location: { uri: this.#options.workspace.uriOf(placeIn(root, place.file)), range: rangeOf(place) },
              message: place.message,
            })),
          }
        : {}),
      ...(problem.code === 'LW110'
        ? { tags: [2] }
        : ['LW214', 'LW215', 'LW707'].includes(problem.code)
          ? { tags: [1] }
          : {}),
    };
  }
}

/** The range of a place in the editor's coordinates. */
export function rangeOf(place: {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}): Diagnostic['range'] {
  return {
    start: { line: place.line - 1, character: place.column - 1 },
    end: { line: place.endLine - 1, character: place.endColumn - 1 },
  };
}

function byFile(problems: Problem[], uriOf: (path: string) => string): Map<string, Problem[]> {
  const result = new Map<string, Problem[]>();
  for (const problem of problems) {
    const uri = uriOf(problem.file);
    const list = result.get(uri) ?? [];
    list.push(problem);
    result.set(uri, list);
  }
  return result;
}

/** True for the address of a file that is checked alone, false for a project folder. */
function isAlone(group: string): boolean {
  return group.includes(':/') || group.startsWith('untitled:');
}
