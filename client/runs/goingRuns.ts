import {
  ProcessExecution,
  ProgressLocation,
  Task,
  TaskPanelKind,
  TaskRevealKind,
  TaskScope,
  Uri,
  tasks,
  window,
  workspace,
} from 'vscode';
import type { GoingRun } from '../../protocol/runs.ts';
import { taskType } from '../commandIds.ts';
import { choice, pick } from '../commands/pick.ts';
import { nodeProgram } from '../node.ts';
import type { Project } from '../projects/project.ts';
import { timeText } from '../../words/times.ts';

/** The runs of a project that are going, whichever window or terminal started them; none when the engine cannot say. */
export async function goingRuns(project: Project): Promise<GoingRun[]> {
  return project.engine.request('runs/going', {}).catch(() => []);
}

/** The run that is meant: that of a row, or the only one; a person is asked where there are several. */
export async function chooseGoing(
  project: Project,
  runId: string | undefined,
  title: string,
): Promise<GoingRun | undefined> {
  // Asked by a person, who is told when the engine cannot say.
  const going = await project.engine.request('runs/going', {});
  const named = going.find((run) => run.runId === runId);
  if (named || going.length === 1) return named ?? going[0];
  if (going.length === 0) {
    await project.refresh();
    void window.showInformationMessage('Nothing is running in this project.');
    return undefined;
  }
  const chosen = await pick(
    title,
    going.map((run, i) => choice(String(i), run.name, goingText(run), 'sync')),
  );
  return chosen === undefined ? undefined : going[Number(chosen)];
}

/** `train, started 5 minutes ago, process 4711`; of another machine `process 4711 on laptop-7`. */
export function goingText({ stage, startedAt, pid, host }: GoingRun): string {
  const where = `process ${pid}${host === null ? '' : ` on ${host}`}`;
  return [stage, startedAt === null ? null : `started ${timeText(startedAt)}`, where]
    .filter((part) => part !== null)
    .join(', ');
}

/** Stops a run with all that it started. What it did so far is kept, and it is marked as cancelled. */
export async function stopGoing(project: Project, run: GoingRun): Promise<void> {
  await window.withProgress({ location: ProgressLocation.Notification, title: `Stopping ${run.name} …` }, async () => {
    await project.engine.request('runs/stop', { pid: run.pid, host: run.host });
    await project.refresh();
  });
}

/**
 * Follows what a run prints, in the terminal of a task: unlike another terminal, it stays when the run has ended. Closing
 * it leaves the run going.
 */
export function showOutput(cli: string, project: Project, run: GoingRun): void {
  const name = `Output of ${run.name}`;
  if (tasks.taskExecutions.some(({ task }) => task.name === name)) {
    window.terminals.find((terminal) => terminal.name.includes(name))?.show();
    return;
  }
  const node = nodeProgram();
  const folder = workspace.getWorkspaceFolder(Uri.file(project.root));
  const task = new Task(
    { type: taskType, command: 'attach', run: run.runId ?? String(run.pid) },
    folder ?? TaskScope.Workspace,
    name,
    taskType,
    new ProcessExecution(node.path, [cli, 'attach', run.runId ?? String(run.pid), '--project', project.root], {
      cwd: folder?.uri.fsPath ?? project.root,
      env: node.env,
    }),
  );
  task.presentationOptions = {
    panel: TaskPanelKind.Dedicated,
    reveal: TaskRevealKind.Always,
    clear: true,
    showReuseMessage: false,
  };
  void tasks.executeTask(task);
}

/**
 * Tells that a run is going, and offers its output and to stop it. Resolves with true once nothing is in the way any
 * more.
 */
export async function offerGoing(cli: string, project: Project, run: GoingRun, what: string): Promise<boolean> {
  const [output, stop] = ['Show output', `Stop ${run.name}`];
  const answer = await window.showWarningMessage(`${what}: ${run.name} is running (${goingText(run)}).`, output, stop);
  if (answer === output) showOutput(cli, project, run);
  if (answer !== stop) return false;
  await stopGoing(project, run);
  return true;
}
