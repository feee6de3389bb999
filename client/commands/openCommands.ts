import { isAbsolute, join } from 'node:path';
import { commands, env, Position, Range, Selection, TextEditorRevealType, Uri, window } from 'vscode';
import { commandIds, viewIds } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { projectFile } from '../projects/projects.ts';
import type { RowSubject } from '../views/row.ts';
import { lifeLook } from '../views/stateIcons.ts';
import { choice, mayRun, overviewOf, pick, projectOf } from './ask.ts';
import { chooseProject } from './chooseProject.ts';
import { compareRuns } from './compareRuns.ts';
import type { CommandContext } from './context.ts';
import { openLabelling } from './labellingCommand.ts';
import { openProfile } from './profileCommand.ts';
import { pickMonitor } from './runCommands.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Everything that shows something. */
export function openCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  const about = (open: (project: Project, subject: RowSubject) => Promise<void> | void): Handler => async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (project) await open(project, { ...given, project });
  };
  return {
    [commandIds.openRunHistory]: about((project, subject) =>
      context.panels.show('runHistory', project, { experiment: subject.experiment ?? null, runId: subject.runId ?? null })),
    [commandIds.compareRuns]: compareRuns(context),
    [commandIds.openModelCard]: about((project, subject) => context.panels.show('modelCard', project, { version: subject.version ?? 'latest' })),
    [commandIds.openDrift]: about(async (project, subject) => {
      const monitor = subject.monitor ?? (await pickMonitor(subject));
      if (monitor !== undefined) context.panels.show('drift', project, { monitor });
    }),
    [commandIds.openProfile]: openProfile(context),
    [commandIds.openLabelling]: openLabelling(context),
    [commandIds.openStage]: async (given) => {
      const project = await projectOf(context, given);
      if (!project) return;
      const stage = project.overview?.stages.find((one) => one.name === given?.stage);
      await openFile(project, project.file, stage?.line ?? null);
    },
    [commandIds.openFile]: async (given) => {
      const project = await projectOf(context, given);
      if (project && given?.file !== undefined) await openFile(project, given.file, given.line ?? null);
    },
    [commandIds.overview]: async (given) => {
      const project = await projectOf(context, given);
      if (!project) return;
      await commands.executeCommand(`${viewIds.lifeCycle}.focus`);
      if (!project.overview) return;
      const lines = project.overview.life.map((line) => choice<CommandId | ''>('', line.label, [lifeLook[line.state].word, line.detail].filter(Boolean).join(' · '), lifeLook[line.state].icon));
      const doable = [choice<CommandId | ''>(commandIds.runAll, 'Run everything that is stale', '', 'run-all'), choice<CommandId | ''>(commandIds.openRunHistory, 'Open run history', '', 'history')];
      const chosen = await pick(project.overview.project, [...lines, ...doable]);
      if (chosen) await commands.executeCommand(chosen, { project });
    },
    [commandIds.chooseProject]: chooseProject(context),
    [commandIds.starRun]: star(true),
    [commandIds.unstarRun]: star(false),
    [commandIds.copyText]: async (given) => {
      if (given?.text !== undefined) await env.clipboard.writeText(given.text);
    },
    [commandIds.refresh]: async () => {
      await context.projects.find();
      await Promise.all(context.projects.all.map((project) => project.refresh()));
    },
    [commandIds.showLog]: async () => context.log.show(),
    [commandIds.restartEngine]: about(async (project) => {
      project.engine.restart();
      await project.refresh();
      await overviewOf(project);
      void window.showInformationMessage(`The engine of ${project.name} was started again.`);
    }),
  };
}

function star(starred: boolean): Handler {
  return async (given) => {
    if (given?.runId === undefined) return;
    await given.project.engine.request('runs/update', { changes: [{ runId: given.runId, change: { starred } }] });
    await given.project.refresh();
  };
}

/** Opens a file of the project, at a 1-based line when one is given. */
export async function openFile(project: Project, path: string, line: number | null): Promise<void> {
  // Views call the file of the project by its usual name.
  const uri = Uri.file(isAbsolute(path) ? path : join(project.root, path === projectFile ? project.file : path));
  const at = new Position(Math.max(0, (line ?? 1) - 1), 0);
  if (!/\.(ya?ml|json|sql|py|md|txt|csv|tsv|log|ts|js|toml|sh)$/.test(path)) return void (await commands.executeCommand('vscode.open', uri));
  const editor = await window.showTextDocument(uri);
  if (line === null) return;
  editor.selection = new Selection(at, at);
  editor.revealRange(new Range(at, at), TextEditorRevealType.InCenterIfOutsideViewport);
}
