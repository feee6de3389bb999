import { ProcessExecution, Task, TaskGroup, TaskPanelKind, TaskRevealKind, TaskScope, Uri, tasks, window, workspace } from 'vscode';
import type { Disposable, TaskExecution, TaskProvider } from 'vscode';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { problemMatcher, taskType } from '../commandIds.ts';
import { nodeProgram } from '../node.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import { argumentsOf, nameOf, readDefinition, sameTask } from './taskDefinition.ts';
import type { LoopwrightTask } from './taskDefinition.ts';

/** Offers a task for every stage and starts, finds and stops them. */
export class LoopwrightTasks implements TaskProvider, Disposable {
  readonly #projects: Projects;
  readonly #cli: string;
  readonly #parts: Disposable[];

  constructor(projects: Projects, cli: string) {
    this.#projects = projects;
    this.#cli = cli;
    this.#parts = [tasks.registerTaskProvider(taskType, this), tasks.onDidEndTaskProcess((event) => void this.#ended(event.execution, event.exitCode))];
  }

  async provideTasks(): Promise<Task[]> {
    if (!workspace.isTrusted) return [];
    const found: Task[] = [];
    for (const project of this.#projects.all) {
      await project.need();
      const offer = (more: Omit<LoopwrightTask, 'type'>): number => found.push(this.create(project, { type: taskType, ...more }));
      offer({});
      for (const stage of project.overview?.stages ?? []) offer({ stage: stage.name });
      for (const experiment of project.overview?.experiments ?? []) if (experiment.file !== null) offer({ experiment: experiment.name });
      for (const deployment of project.overview?.deployments ?? []) if (deployment.as === 'api') offer({ command: 'serve', deployment: deployment.name });
      for (const monitor of project.overview?.monitors ?? []) offer({ command: 'monitor', monitor });
      offer({ command: 'loop' });
      offer({ command: 'retrain' });
      offer({ command: 'check' });
    }
    return found;
  }

  resolveTask(task: Task): Task | undefined {
    const definition = readDefinition(task.definition);
    const folder = typeof task.scope === 'object' ? task.scope.uri.fsPath : undefined;
    const project = folder === undefined ? this.#projects.all[0] : this.#projects.byRoot(folder);
    if (!definition || !project) return undefined;
    // The definition must stay the very object that tasks.json gave, or VS Code does not recognise the answer.
    return this.create(project, definition, task);
  }

  create(project: Project, definition: LoopwrightTask, original?: Task): Task {
    const node = nodeProgram();
    const execution = new ProcessExecution(node.path, [this.#cli, ...argumentsOf(definition, project.root)], { cwd: project.root, env: node.env });
    const scope = workspace.getWorkspaceFolder(Uri.file(project.root)) ?? TaskScope.Workspace;
    const task = new Task(original?.definition ?? { ...definition }, scope, original?.name ?? nameOf(definition), taskType, execution, problemMatcher);
    task.presentationOptions = { panel: TaskPanelKind.Dedicated, reveal: TaskRevealKind.Always, focus: false, clear: true, showReuseMessage: false };
    if ((definition.command ?? 'run') === 'run') task.group = TaskGroup.Build;
    if (definition.command === 'serve' || definition.command === 'loop') task.isBackground = true;
    return task;
  }

  running(project: Project, definition: LoopwrightTask): TaskExecution | undefined {
    return tasks.taskExecutions.find((execution) => {
      const other = readDefinition(execution.task.definition);
      return other !== null && sameTask(other, definition) && projectRootOf(execution) === project.root;
    });
  }

  /** Starts the task, or offers to stop the one that already runs. */
  async start(project: Project, definition: LoopwrightTask): Promise<void> {
    const already = this.running(project, definition);
    if (!already) {
      await tasks.executeTask(this.create(project, definition));
      return;
    }
    const stop = 'Stop it';
    const answer = await window.showInformationMessage(`"${nameOf(definition)}" is running already.`, stop);
    if (answer === stop) already.terminate();
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  async #ended(execution: TaskExecution, exitCode: number | undefined): Promise<void> {
    const definition = readDefinition(execution.task.definition);
    if (!definition) return;
    const project = this.#projects.byRoot(projectRootOf(execution) ?? '');
    await project?.refresh();
    // 130 and no code at all are a person's own Stop.
    if (exitCode === undefined || exitCode === 0 || exitCode === 130) return;
    const terminal = window.terminals.find((one) => one.name.includes(execution.task.name));
    const show = 'Show terminal';
    const refused = (definition.command ?? 'run') === 'run' && exitCode === exitCodes.failed ? lastRefused(project) : undefined;
    const text = refused ? `"${execution.task.name}" ran to its end and was refused: ${refused.reasons[0] ?? 'its gates failed'}.` : `"${execution.task.name}" failed with exit code ${exitCode}.`;
    const tell = refused ? window.showWarningMessage : window.showErrorMessage;
    const answer = await (terminal ? tell(text, show) : tell(text));
    if (answer === show) terminal?.show();
  }
}

/** The stage that ran last, when its gates refused what it made. */
function lastRefused(project: Project | undefined): StageStatus | undefined {
  const [last] = (project?.overview?.stages ?? []).toSorted((a, b) => (b.last?.startedAt ?? 0) - (a.last?.startedAt ?? 0));
  return last?.state === 'refused' ? last : undefined;
}

function projectRootOf(execution: TaskExecution): string | undefined {
  const { scope } = execution.task;
  return typeof scope === 'object' ? scope.uri.fsPath : undefined;
}
