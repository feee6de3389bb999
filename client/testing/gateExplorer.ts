import { join } from 'node:path';
import { Location, TestMessage, TestRunProfileKind, TestRunRequest, Uri, tests, window, workspace } from 'vscode';
import type { CancellationToken, Disposable, TestController, TestItem, TestRun } from 'vscode';
import { taskType } from '../commandIds.ts';
import { messageOf } from '../host/engineError.ts';
import { latest } from '../latest.ts';
import { mayRun } from '../commands/ask.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import type { LoopwrightTasks } from '../tasks/loopwrightTasks.ts';
import { drawProject, rangeOf, type GateItem } from './gateItems.ts';
import { fileCoverage, SliceFileCoverage } from './sliceCoverage.ts';

const quietMs = 400;
/** Tested by the menus of package.json. */
export const failedGate = 'loopwright.failedGate';

/**
 * Gates as tests: in the Test Explorer and beside their lines, with the outcome of the newest run, whoever started it.
 * Nothing is asked of an engine before somebody looks: the Test Explorer, or the file of a project.
 */
export class GateExplorer implements Disposable {
  readonly controller: TestController = tests.createTestController('loopwright.gates', 'Loopwright gates');
  readonly #projects: Projects;
  readonly #tasks: LoopwrightTasks;
  readonly #parts: Disposable[];
  readonly #refresh = latest(() => this.#load(), quietMs);
  /** By the id of their item. */
  readonly #gates = new Map<string, GateItem>();
  /** The run and outcome that each item shows. */
  readonly #shown = new Map<string, string>();
  #isLookedAt = false;

  constructor(projects: Projects, tasks: LoopwrightTasks) {
    this.#projects = projects;
    this.#tasks = tasks;
    const run = (request: TestRunRequest, token: CancellationToken) => this.#run(request, token);
    const { controller } = this;
    controller.resolveHandler = (item) => (item ? undefined : this.#look());
    controller.refreshHandler = () => this.#look();
    controller.createRunProfile('Run', TestRunProfileKind.Run, run, true, undefined, true);
    const coverage = controller.createRunProfile('Slices tested', TestRunProfileKind.Coverage, run, true);
    coverage.loadDetailedCoverage = (_run, file) =>
      Promise.resolve(file instanceof SliceFileCoverage ? file.details : []);
    this.#parts = [
      controller,
      projects.onChange(() => this.#ask()),
      window.onDidChangeActiveTextEditor(() => this.#ask()),
    ];
  }

  /** The gate of an item; for the tests of the extension. */
  gate(stage: string, name: string): GateItem | undefined {
    return [...this.#gates.values()].find(({ test }) => test.stage === stage && test.gate === name);
  }

  dispose(): void {
    this.#refresh.dispose();
    for (const part of this.#parts) part.dispose();
  }

  async #look(): Promise<void> {
    this.#isLookedAt = true;
    await this.#projects.known;
    await this.#refresh.now();
  }

  #ask(): void {
    if (this.#isLookedAt || this.#visible().length > 0) this.#refresh.ask();
  }

  /** Projects whose file is open before the person. */
  #visible(): Project[] {
    const open = new Set(window.visibleTextEditors.map(({ document }) => document.uri.fsPath));
    return this.#projects.all.filter((project) => open.has(join(project.root, project.file)));
  }

  async #load(): Promise<void> {
    if (!workspace.isTrusted) return;
    for (const project of this.#isLookedAt ? this.#projects.all : this.#visible()) await this.#loadProject(project);
    for (const [id, { project }] of this.#gates)
      if (!this.#projects.all.includes(project)) {
        this.#gates.delete(id);
        this.controller.items.delete(id);
      }
  }

  async #loadProject(project: Project): Promise<GateItem[]> {
    const found = await project.engine.request('gates/list', {}).catch(() => null);
    // An engine that cannot answer now is told elsewhere, and the items stay.
    if (!found) return [];
    const items = drawProject(this.controller, project, found, this.#projects.all.length === 1);
    for (const [id, gate] of this.#gates) if (gate.project === project) this.#gates.delete(id);
    for (const gate of items) this.#gates.set(gate.item.id, gate);
    this.#publish(items);
    return items;
  }

  /** Shows outcomes that no test run has told yet: of runs by tasks, terminals, the loop or another window. */
  #publish(items: readonly GateItem[]): void {
    const news = items.filter(
      ({ item, test }) => test.history.length > 0 && this.#shown.get(item.id) !== stateOf(test),
    );
    if (news.length === 0) return;
    const run = this.controller.createTestRun(new TestRunRequest(news.map(({ item }) => item)), undefined, false);
    for (const gate of news) this.#tell(run, gate);
    run.end();
    const outdated = news.filter(({ test }) => test.outcome === 'outdated').map(({ item }) => item);
    if (outdated.length > 0) this.controller.invalidateTestResults(outdated);
  }

  #tell(run: TestRun, { item, test, project }: GateItem): void {
    this.#shown.set(item.id, stateOf(test));
    const judged = test.history[0]?.result;
    const outcome = test.outcome === 'outdated' && judged ? (judged.passed ? 'passed' : 'failed') : test.outcome;
    if (outcome === 'passed') return run.passed(item);
    const message = TestMessage.diff(test.message, test.expected, test.actual || 'no value');
    message.location = new Location(Uri.file(join(project.root, test.place.file)), rangeOf(test.place));
    message.contextValue = failedGate;
    if (outcome === 'failed') run.failed(item, message);
    else run.errored(item, message);
  }

  async #run(request: TestRunRequest, token: CancellationToken): Promise<void> {
    if (!(await mayRun())) return;
    if (this.#gates.size === 0) await this.#look();
    const wanted = this.#wanted(request);
    if (!request.continuous) return this.#judge(request, wanted, token);
    // Watching: once now, then whenever a file of the project is saved.
    let work = this.#judge(request, wanted, token);
    const watch = workspace.onDidSaveTextDocument(({ uri }) => {
      const touched = new Set(
        wanted.map(({ project }) => project).filter((project) => this.#projects.of(uri.fsPath) === project),
      );
      const again = this.#wanted(request).filter(({ project }) => touched.has(project));
      if (again.length > 0) work = work.then(() => this.#judge(request, again, token));
    });
    token.onCancellationRequested(() => watch.dispose());
  }

  #wanted({ include, exclude }: TestRunRequest): GateItem[] {
    const isIn = (item: TestItem | undefined, list: readonly TestItem[]): boolean =>
      item !== undefined && (list.includes(item) || isIn(item.parent, list));
    return [...this.#gates.values()].filter(
      ({ item }) => (!include || isIn(item, include)) && !isIn(item, exclude ?? []),
    );
  }

  /** Brings the stages of gates up to date, and tells what their gates came to. */
  async #judge(request: TestRunRequest, wanted: readonly GateItem[], token: CancellationToken): Promise<void> {
    if (wanted.length === 0 || token.isCancellationRequested) return;
    const run = this.controller.createTestRun(request);
    for (const { item } of wanted) run.started(item);
    const stages = new Map<string, GateItem[]>();
    for (const gate of wanted) {
      const key = `${gate.project.root}\n${gate.test.stage}`;
      stages.set(key, [...(stages.get(key) ?? []), gate]);
    }
    try {
      for (const own of stages.values()) await this.#judgeStage(run, own, token);
      if (request.profile?.kind === TestRunProfileKind.Coverage)
        for (const project of new Set(wanted.map((gate) => gate.project)))
          for (const file of await project.engine.request('gates/coverage', {}))
            run.addCoverage(fileCoverage(project.root, file));
    } catch (error) {
      for (const { item } of wanted) run.errored(item, new TestMessage(messageOf(error)));
    } finally {
      run.end();
    }
  }

  async #judgeStage(run: TestRun, own: readonly GateItem[], token: CancellationToken): Promise<void> {
    const [first] = own;
    if (!first || token.isCancellationRequested || run.token.isCancellationRequested) {
      for (const { item } of own) run.skipped(item);
      return;
    }
    const { project, test } = first;
    const definition = { type: taskType, stage: test.stage } as const;
    const stop = () => this.#tasks.running(project, definition)?.terminate();
    const parts = [token.onCancellationRequested(stop), run.token.onCancellationRequested(stop)];
    run.appendOutput(`loopwright run ${test.stage}\r\n`);
    const code = await this.#tasks.finish(project, definition);
    for (const part of parts) part.dispose();
    run.appendOutput(code === undefined ? 'stopped\r\n' : `ended with exit code ${code}\r\n`);
    const now = await this.#loadProject(project);
    for (const { item } of own) {
      const judged = now.find((one) => one.item === item || one.item.id === item.id);
      if (!judged) run.skipped(item);
      else if (judged.test.outcome === 'missing' || judged.test.outcome === 'outdated')
        run.errored(item, messageAt(judged, code));
      else this.#tell(run, judged);
    }
  }
}

/** The stage ended before it judged the gate. */
function messageAt({ project, test }: GateItem, code: number | undefined): TestMessage {
  const text =
    code === undefined
      ? 'The stage was stopped before it judged the gate.'
      : `The stage ended before it judged the gate; its output in the terminal says why. ${test.message}`;
  const message = new TestMessage(text);
  message.location = new Location(Uri.file(join(project.root, test.place.file)), rangeOf(test.place));
  return message;
}

function stateOf({ history, outcome }: GateItem['test']): string {
  return `${history[0]?.runId ?? ''} ${outcome}`;
}
