import {
  ProcessExecution,
  Task,
  TaskGroup,
  TaskPanelKind,
  TaskRevealKind,
  TaskScope,
  Uri,
  tasks,
  window,
  workspace,
} from 'vscode';
import type { Disposable, TaskExecution, TaskProvider, WorkspaceFolder } from 'vscode';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { problemMatcher, taskType } from '../commandIds.ts';
import { nodeProgram } from '../node.ts';
import { goingRuns, offerGoing } from '../runs/goingRuns.ts';
import { awaitPythonExtension, pythonVariables } from '../projects/pythonChoice.ts';
import { nearestRoot } from '../projects/nearestRoot.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import { argumentsOf, nameOf, readDefinition, sameTask, titleOf } from './taskDefinition.ts';
import type { LoopwrightTask } from './taskDefinition.ts';
import { taskProjectOf, taskRoot } from './taskProject.ts';

/** Offers a task for every stage and starts, finds and stops them. */
export class LoopwrightTasks implements TaskProvider, Disposable {
  readonly #projects: Projects;
  readonly #cli: string;
  readonly #parts: Disposable[];

  constructor(projects: Projects, cli: string) {
    this.#projects = projects;
    this.#cli = cli;
    this.#parts = [
      tasks.registerTaskProvider(taskType, this),
      tasks.onDidEndTaskProcess((event) => void this.#ended(event.execution, event.exitCode)),
    ];
  }

  async provideTasks(): Promise<Task[]> {
    if (!workspace.isTrusted) return [];
    const found: Task[] = [];
    await this.#projects.known;
    const summaries = await this.#projects.summaries();
    for (const project of this.#projects.all) {
      const summary = summaries.find(({ root }) => root === project.root);
      const offer = (more: Omit<LoopwrightTask, 'type'>): number =>
        found.push(this.create(project, { type: taskType, ...more }));
      offer({});
      for (const stage of summary?.stages ?? []) offer({ stage });
      for (const experiment of summary?.experiments ?? []) offer({ experiment });
      for (const deployment of summary?.deployments ?? []) offer({ command: 'serve', deployment });
      for (const monitor of summary?.monitors ?? []) offer({ command: 'monitor', monitor });
      offer({ command: 'loop' });
      offer({ command: 'retrain' });
      offer({ command: 'check' });
    }
    return found;
  }

  resolveTask(task: Task): Task | undefined {
    const definition = readDefinition(task.definition);
    const project = definition ? this.#projectOf(task, definition) : undefined;
    if (!definition || !project) return undefined;
    // The definition must stay the very object that tasks.json gave, or VS Code does not recognise the answer.
    return this.create(project, definition, task);
  }

  create(project: Project, definition: LoopwrightTask, original?: Task): Task {
    const node = nodeProgram();
    // Findings are printed from the folder of the window, where the problem matcher looks for the files.
    const folder = folderOf(project);
    const execution = new ProcessExecution(node.path, [this.#cli, ...argumentsOf(definition, project.root)], {
      cwd: folder?.uri.fsPath ?? project.root,
      env: { ...node.env, ...pythonVariables(project.root) },
    });
    const place = taskProjectOf(folder?.uri.fsPath ?? project.root, project.root);
    const whole: LoopwrightTask = { ...definition, ...(place === '' ? {} : { project: place }) };
    const task = new Task(
      original?.definition ?? whole,
      folder ?? TaskScope.Workspace,
      original?.name ?? titleOf(whole),
      taskType,
      execution,
      problemMatcher,
    );
    task.presentationOptions = {
      panel: TaskPanelKind.Dedicated,
      reveal: TaskRevealKind.Always,
      focus: false,
      clear: true,
      showReuseMessage: false,
    };
    if ((definition.command ?? 'run') === 'run') task.group = TaskGroup.Build;
    if (definition.command === 'serve' || definition.command === 'loop') task.isBackground = true;
    return task;
  }

  running(project: Project, definition: LoopwrightTask): TaskExecution | undefined {
    return tasks.taskExecutions.find((execution) => {
      const other = readDefinition(execution.task.definition);
      return other !== null && sameTask(other, definition) && this.#projectOf(execution.task, other) === project;
    });
  }

  /** Starts the task, or offers to stop the one that already runs. */
  async start(project: Project, definition: LoopwrightTask): Promise<void> {
    const already = this.running(project, definition);
    if (!already) {
      // A run of another window, or one that outlived its window, holds the project.
      const [going] = runsStages(definition) ? await goingRuns(project) : [];
      if (going && !(await offerGoing(this.#cli, project, going, `"${nameOf(definition)}" is waiting`))) return;
      await awaitPythonExtension();
      await tasks.executeTask(this.create(project, definition));
      return;
    }
    const stop = 'Stop it';
    const answer = await window.showInformationMessage(`"${nameOf(definition)}" is already running.`, stop);
    if (answer === stop) already.terminate();
  }

  /** Starts the task and waits for its end; undefined when it was stopped. */
  async finish(project: Project, definition: LoopwrightTask): Promise<number | undefined> {
    const task = this.create(project, definition);
    // Listening before it starts: a quick program may end before executeTask has answered.
    const ended = new Promise<number | undefined>((resolve) => {
      const watch = tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== task.name) return;
        watch.dispose();
        resolve(exitCode);
      });
    });
    await tasks.executeTask(task);
    return ended;
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  #projectOf({ scope }: Task, { project }: LoopwrightTask): Project | undefined {
    const folder = typeof scope === 'object' ? scope.uri.fsPath : undefined;
    const root = taskRoot(
      this.#projects.all.map((one) => one.root),
      { folder, project, shown: this.#projects.shown?.root },
    );
    return root === undefined ? undefined : this.#projects.byRoot(root);
  }

  async #ended(execution: TaskExecution, exitCode: number | undefined): Promise<void> {
    const definition = readDefinition(execution.task.definition);
    if (!definition) return;
    const project = this.#projectOf(execution.task, definition);
    await project?.refresh();
    // 130 and no code at all are a person's own Stop.
    if (exitCode === undefined || exitCode === 0 || exitCode === 130) return;
    const [going] = project && exitCode === exitCodes.failed && runsStages(definition) ? await goingRuns(project) : [];
    if (project && going) {
      await offerGoing(this.#cli, project, going, `"${execution.task.name}" was not started`);
      return;
    }
    const terminal = window.terminals.find((one) => one.name.includes(execution.task.name));
    const show = 'Show terminal';
    const refused =
      (definition.command ?? 'run') === 'run' && exitCode === exitCodes.failed ? lastRefused(project) : undefined;
    const text = refused
      ? `"${execution.task.name}" finished and failed its gates: ${refused.reasons[0] ?? 'see the terminal'}.`
      : `"${execution.task.name}" failed with exit code ${exitCode}.`;
    const tell = refused ? window.showWarningMessage : window.showErrorMessage;
    const answer = await (terminal ? tell(text, show) : tell(text));
    if (answer === show) terminal?.show();
  }
}

/** The stage that ran last, when its gates refused what it made. */
function lastRefused(project: Project | undefined): StageStatus | undefined {
  const [last] = (project?.overview?.stages ?? []).toSorted(
    (a, b) => (b.last?.startedAt ?? 0) - (a.last?.startedAt ?? 0),
  );
  return last?.state === 'refused' ? last : undefined;
}

/** The folder of the window around a project, or one inside it. */
function folderOf(project: Project): WorkspaceFolder | undefined {
  return (
    workspace.getWorkspaceFolder(Uri.file(project.root)) ??
    workspace.workspaceFolders?.find(({ uri }) => nearestRoot([project.root], uri.fsPath) !== undefined)
  );
}

/** Tasks that write the outputs of stages, of which one runs at a time. */
function runsStages({ command = 'run' }: LoopwrightTask): boolean {
  return command === 'run' || command === 'validate' || command === 'retrain' || command === 'loop';
}
