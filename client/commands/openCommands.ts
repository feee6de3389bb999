import { commands, env, window } from 'vscode';
import { commandIds, viewIds } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { lifeLook } from '../views/stateIcons.ts';
import { plural } from '../../words/numbers.ts';
import { addSectionCommand } from './addSection.ts';
import { mayRun, overviewOf, pickModel, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import { chooseProject } from './chooseProject.ts';
import { compareRuns, pickRun } from './compareRuns.ts';
import type { CommandContext } from './context.ts';
import { inferSchemaCommand } from './inferSchema.ts';
import { openLabelling } from './labellingCommand.ts';
import { openFile } from './openFile.ts';
import { openProfile } from './profileCommand.ts';
import { pickMonitor } from './runCommands.ts';
import { trackPrograms } from './trackPrograms.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Everything that shows something. */
export function openCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  const about =
    (open: (project: Project, subject: RowSubject) => Promise<void> | void): Handler =>
    async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (project) await open(project, { ...given, project });
    };
  return {
    [commandIds.openRunHistory]: about((project, subject) =>
      context.panels.show('runHistory', project, {
        experiment: subject.experiment ?? null,
        runId: subject.runId ?? null,
      }),
    ),
    [commandIds.compareRuns]: compareRuns(context),
    [commandIds.openModelCard]: about(async (project, subject) => {
      const several = (project.overview?.modelNames.length ?? 0) > 1;
      const name = subject.model ?? (several ? await pickModel(project) : null);
      if (name !== undefined) context.panels.show('modelCard', project, { name, version: subject.version ?? 'latest' });
    }),
    [commandIds.openDrift]: about(async (project, subject) => {
      const monitor = subject.monitor ?? (await pickMonitor(subject));
      if (monitor !== undefined) context.panels.show('drift', project, { monitor });
    }),
    [commandIds.openProfile]: openProfile(context),
    [commandIds.openLabelling]: openLabelling(context),
    [commandIds.addSection]: addSectionCommand(context),
    [commandIds.inferSchema]: inferSchemaCommand(context),
    [commandIds.trackPrograms]: trackPrograms(context),
    [commandIds.openStage]: async (given) => {
      const project = await projectOf(context, given);
      if (!project) return;
      const stage = project.overview?.stages.find((one) => one.name === given?.stage);
      await openFile(project, project.file, stage?.line ?? null);
    },
    [commandIds.openFile]: async (given) => {
      const project = await projectOf(context, given);
      if (project) await openFile(project, given?.file ?? project.file, given?.line ?? null);
    },
    [commandIds.overview]: async (given) => {
      const project = await projectOf(context, given);
      if (!project) return;
      await commands.executeCommand(`${viewIds.lifeCycle}.focus`);
      if (!(await mayRun())) return;
      const { life, project: name, pull } = await overviewOf(project);
      const lines = life.map((line) =>
        choice<CommandId | ''>(
          '',
          line.label,
          [lifeLook[line.state].word, line.detail].filter(Boolean).join(' · '),
          lifeLook[line.state].icon,
        ),
      );
      const doable = [
        ...(pull === undefined
          ? []
          : [choice<CommandId | ''>(commandIds.pullData, 'Pull missing data with DVC', pull, 'cloud-download')]),
        choice<CommandId | ''>(commandIds.runAll, 'Run all stale stages', '', 'run-all'),
        choice<CommandId | ''>(commandIds.openRunHistory, 'Open run history', '', 'history'),
      ];
      const chosen = await pick(name, [...lines, ...doable]);
      if (chosen) await commands.executeCommand(chosen, { project });
    },
    [commandIds.chooseProject]: chooseProject(context),
    [commandIds.starRun]: about((project, subject) => star(project, subject, true)),
    [commandIds.unstarRun]: about((project, subject) => star(project, subject, false)),
    [commandIds.copyText]: async (given) => {
      if (given?.text === undefined)
        return void window.showInformationMessage(
          'Select a run, a data version or a deployment in a Loopwright view to copy from it.',
        );
      await env.clipboard.writeText(given.text);
      window.setStatusBarMessage('$(check) Copied', saidFor);
    },
    [commandIds.refresh]: async () => {
      await context.projects.find();
      const read = context.projects.all.filter((project) => project.isAsked || project === context.projects.shown);
      await Promise.all(read.map((project) => project.refresh()));
      window.setStatusBarMessage(`$(check) Loopwright: ${plural(read.length, 'project')} read again`, saidFor);
    },
    [commandIds.showLog]: async () => context.log.show(),
    [commandIds.restartEngine]: about(async (project) => {
      project.engine.restart();
      await project.refresh();
      await overviewOf(project);
      void window.showInformationMessage(`Restarted the engine of ${project.name}.`);
    }),
  };
}

/** How long the status bar says that something was done, in milliseconds. */
const saidFor = 4000;

async function star(project: Project, { runId }: RowSubject, starred: boolean): Promise<void> {
  const run = runId ?? (await pickRun(project, starred ? 'Star which run?' : 'Remove the star of which run?', null));
  if (run === undefined) return;
  await project.engine.request('runs/update', { changes: [{ runId: run, change: { starred } }] });
  await project.refresh();
}
