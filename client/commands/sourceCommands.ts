import { ProgressLocation, window } from 'vscode';
import { commandIds } from '../commandIds.ts';
import { sourceTestText, testOf } from '../lenses/sourceTests.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, overviewOf, pickDeclared, projectOf } from './ask.ts';
import type { CommandContext } from './context.ts';
import { openFile } from './openFile.ts';
import { choice } from './pick.ts';

type Handler = (given?: RowSubject) => Promise<void>;

/** The commands about the source of a collect stage. Both connect to it, so only a person calls them. */
export function sourceCommands(context: CommandContext): Record<string, Handler> {
  const about =
    (work: (project: Project, stage: string) => Promise<void> | void): Handler =>
    async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const stage = given?.stage ?? (await pickCollect(project));
      if (stage !== undefined) await work(project, stage);
    };
  return {
    [commandIds.previewSource]: about((project, stage) => context.panels.show('sourcePreview', project, { stage })),
    [commandIds.testSource]: about((project, stage) => testSource(context, project, stage)),
  };
}

async function pickCollect(project: Project): Promise<string | undefined> {
  const { stages } = await overviewOf(project);
  return pickDeclared(
    project,
    'The source of which stage?',
    stages.filter(({ kind }) => kind === 'collect').map(({ name }) => choice(name, name, '', 'database')),
    { text: 'This project has no collect stage.', part: 'collect' },
  );
}

/** Reads one row of a source, and tells the outcome above its stage; a failure also in a message. */
async function testSource({ sourceTests, log }: CommandContext, project: Project, stage: string): Promise<void> {
  const { root, engine } = project;
  if (sourceTests.get(root, stage)?.state === 'testing') return;
  sourceTests.set(root, stage, { state: 'testing' });
  let cancelled = false;
  try {
    const answer = await window.withProgress(
      { location: ProgressLocation.Window, title: `Testing the source of ${stage}`, cancellable: true },
      (_, token) => {
        token.onCancellationRequested(() => {
          cancelled = true;
          void engine.request('sources/stop', { stage });
        });
        return engine.request('sources/preview', { stage, rows: 1, all: true, runs: false });
      },
    );
    const { preview, problem } = answer;
    const test = testOf(preview, problem ?? { stage, message: 'The engine did not say why.', place: null });
    sourceTests.set(root, stage, test);
    log.info(`source of ${stage}: ${sourceTestText(test).replaceAll(/\$\([^)]*\) /g, '')}`);
    if (!problem) return;
    const show = 'Show source';
    const given = await window.showErrorMessage(`${stage}: ${problem.message}`, show);
    if (given === show) await openFile(project, problem.place?.file ?? project.file, problem.place?.line ?? null);
  } catch (error) {
    sourceTests.set(root, stage, undefined);
    if (!cancelled) throw error;
  }
}
