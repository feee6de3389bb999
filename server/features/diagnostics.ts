import { join } from 'node:path';
import { DiagnosticSeverity, type Diagnostic, type PublishDiagnosticsParams } from 'vscode-languageserver';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { loadConfigFile } from '../../engine/project/loadProject.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Workspace } from '../workspace.ts';

const severities = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, info: DiagnosticSeverity.Information } as const;
/** Keystrokes that follow each other this fast are judged together. */
const pauseMs = 40;

/** Judges a project after each change and publishes what changed for every file of it, open or closed. */
export class Diagnostics {
  readonly #workspace: Workspace;
  readonly #publish: (params: PublishDiagnosticsParams) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What was published last, by project and file. */
  readonly #published = new Map<string, Map<string, string>>();

  constructor(workspace: Workspace, publish: (params: PublishDiagnosticsParams) => void) {
    this.#workspace = workspace;
    this.#publish = publish;
  }

  soon(uri: string): void {
    this.#forgetGone();
    const group = this.#group(uri);
    if (group === null) return;
    clearTimeout(this.#timers.get(group));
    this.#timers.set(group, setTimeout(() => this.now(uri), pauseMs));
  }

  now(uri: string): void {
    const group = this.#group(uri);
    if (group === null) return;
    clearTimeout(this.#timers.get(group));
    this.#timers.delete(group);
    const root = this.#workspace.rootOf(uri);
    this.#send(group, root === null ? this.#alone(uri) : this.#inProject(root));
  }

  /** The findings of a project, and those of open files of ours that it does not name. */
  #inProject(root: string): Map<string, Problem[]> {
    const project = this.#workspace.project(root);
    const named = new Set([project.file.path, ...project.schemas.keys(), ...[...project.experiments.values()].map((file) => file.path)].map((path) => this.#workspace.uriOf(join(root, path))));
    const found = byFile(checkProject(project), (path) => this.#workspace.uriOf(join(root, path)));
    for (const uri of this.#workspace.openIn(root)) if (!named.has(uri)) for (const [key, problems] of this.#alone(uri)) found.set(key, problems);
    return found;
  }

  closed(uri: string): void {
    this.#forgetGone();
    if (this.#workspace.rootOf(uri) === null) this.#send(uri, new Map());
    else this.soon(uri);
  }

  /** Projects whose file vanished take their diagnostics along. */
  #forgetGone(): void {
    for (const group of this.#published.keys()) if (!group.startsWith('file:') && !this.#workspace.isProject(group)) this.#send(group, new Map());
  }

  #group(uri: string): string | null {
    return this.#workspace.rootOf(uri) ?? (this.#workspace.kindOf(uri) === null ? null : uri);
  }

  /** A file of ours outside any project is checked for its shape. */
  #alone(uri: string): Map<string, Problem[]> {
    const kind = this.#workspace.kindOf(uri);
    const text = this.#workspace.document(uri)?.getText();
    return new Map(kind === null || text === undefined ? [] : [[uri, loadConfigFile(kind, parseYaml(uri, text)).problems]]);
  }

  #send(group: string, found: Map<string, Problem[]>): void {
    const before = this.#published.get(group) ?? new Map<string, string>();
    const after = new Map<string, string>();
    for (const uri of new Set([...before.keys(), ...found.keys()])) {
      const diagnostics = (found.get(uri) ?? []).map(toDiagnostic);
      const text = JSON.stringify(diagnostics);
      if (found.has(uri)) after.set(uri, text);
      if (before.get(uri) !== text) this.#publish({ uri, diagnostics });
    }
    this.#published.set(group, after);
  }
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

function toDiagnostic(problem: Problem): Diagnostic {
  return {
    range: { start: { line: problem.line - 1, character: problem.column - 1 }, end: { line: problem.endLine - 1, character: problem.endColumn - 1 } },
    severity: severities[problem.severity], code: problem.code, source: 'loopwright', message: problem.message,
  };
}
