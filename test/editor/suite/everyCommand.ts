import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { commands, tasks, window } from 'vscode';
import type { TaskExecution } from 'vscode';
import { commandIds, type CommandId } from '../../../client/commandIds.ts';
import { activated, fileUri, until, withFile } from './inside.ts';

/**
 * What a command may show; each is noted and none of it is carried out, so that the next command finds the window as
 * it was.
 */
const shows = [
  'showInformationMessage',
  'showWarningMessage',
  'showErrorMessage',
  'showQuickPick',
  'showInputBox',
  'showOpenDialog',
  'showSaveDialog',
  'setStatusBarMessage',
  'showTextDocument',
  'createTerminal',
  'createWebviewPanel',
] as const;

/** The log is shown by VS Code itself, where no test can see it. */
const unseen: readonly CommandId[] = [commandIds.showLog];

type Patched = Record<string, (...given: unknown[]) => unknown>;

/** Runs each command without a subject, as from the palette or a shortcut, and gives what it showed. */
export async function whatEachCommandShows(): Promise<Map<CommandId, string>> {
  const seen: string[] = [];
  const undo: (() => void)[] = [];
  const patch = (
    owner: object,
    name: string,
    instead: (original: (...given: unknown[]) => unknown) => (...given: unknown[]) => unknown,
  ): void => {
    const functions = owner as Patched;
    const original = functions[name];
    if (!original) return;
    functions[name] = instead(original.bind(owner));
    undo.push(() => {
      functions[name] = original;
    });
  };
  const note = (what: string, ...given: unknown[]): void =>
    void seen.push(`${what} ${given.map((one) => (typeof one === 'string' ? one : '')).join(' ')}`.trim());
  for (const name of shows)
    patch(window, name, () => (...given) => {
      const [first, second] = given;
      const title = typeof second === 'object' && second !== null && 'title' in second ? String(second.title) : '';
      if (name === 'showQuickPick' && Array.isArray(first) && first.length === 0) return Promise.resolve(undefined);
      note(name, typeof first === 'string' ? first : title);
      if (name === 'createTerminal') return { show() {} };
      if (name === 'createWebviewPanel') throw new Error('A panel is not opened in this test.');
      return name === 'setStatusBarMessage' ? { dispose() {} } : Promise.resolve(undefined);
    });
  patch(tasks, 'executeTask', () => (task) => {
    note('task', (task as TaskExecution['task']).name);
    return new Promise(() => {});
  });
  patch(commands, 'executeCommand', (original) => (id, ...given) => {
    if (typeof id === 'string' && /^(workbench|vscode|revealInExplorer)\b|\.focus$/.test(id)) {
      note('command', id);
      return Promise.resolve(undefined);
    }
    return original(id, ...given);
  });
  const shown = new Map<CommandId, string>();
  try {
    for (const id of Object.values(commandIds).filter((one) => !unseen.includes(one))) {
      seen.length = 0;
      void commands.executeCommand(id);
      await until(`something to be seen of ${id}`, () => seen.length > 0, 15_000);
      shown.set(id, seen.join('; '));
    }
  } finally {
    for (const back of undo.toReversed()) back();
  }
  return shown;
}

/** Commands that are of no use without a project say so. */
const needProject: readonly CommandId[] = [
  commandIds.runStage,
  commandIds.runAll,
  commandIds.runExperiment,
  commandIds.openRunHistory,
  commandIds.openModelCard,
  commandIds.importRuns,
  commandIds.exportRuns,
  commandIds.reproduceRun,
  commandIds.trackPrograms,
  commandIds.addSection,
  commandIds.validateModel,
  commandIds.inspectModel,
  commandIds.serveVersion,
  commandIds.promote,
  commandIds.rollBack,
  commandIds.deployVersion,
  commandIds.startDeployment,
  commandIds.monitorNow,
  commandIds.retrain,
  commandIds.checkProject,
];

export function everyCommandSuite(): void {
  suite('every command does something or says why not', () => {
    test('in a project without a run', async () => {
      const { projects } = await activated();
      await until('the project', () => projects.all.length > 0);
      const shown = await whatEachCommandShows();
      assert.match(shown.get(commandIds.promote) ?? '', /no model version/);
      assert.match(shown.get(commandIds.rollBack) ?? '', /no champion/);
      assert.match(shown.get(commandIds.exportRuns) ?? '', /no run to export yet/);
      assert.match(shown.get(commandIds.importRuns) ?? '', /Import runs/);
      assert.match(shown.get(commandIds.addSection) ?? '', /What do you want to add to the life cycle/);
      assert.match(shown.get(commandIds.inferSchema) ?? '', /Infer the schema of which data/);
      assert.match(shown.get(commandIds.trackPrograms) ?? '', /log into .* at http:\/\/127\.0\.0\.1:\d+/);
    });

    test('in a project whose file is broken', async () => {
      const { projects } = await activated();
      const [project] = projects.all;
      await withFile('loopwright.yaml', 'version: 1\nproject: broken\nstages: [\n', async () => {
        await until('the mistake', () => (project?.overview?.problems.length ?? 0) > 0);
        const shown = await whatEachCommandShows();
        // The stages of the last good state can still be chosen; what it never had leads to the mistake.
        for (const id of [commandIds.openDrift, commandIds.startDeployment, commandIds.stopDeployment])
          assert.match(shown.get(id) ?? '', /cannot be read: .*loopwright\.yaml:\d+/, id);
        for (const id of [commandIds.runStage, commandIds.whyStale])
          assert.match(shown.get(id) ?? '', /cannot be read: |which stage/i, id);
        assert.match(shown.get(commandIds.addSection) ?? '', /What do you want to add|mistakes/);
      });
      await until('the project to be whole again', () => project?.overview?.problems.length === 0);
    });

    test('while the engine does not start', async () => {
      const { projects } = await activated();
      const [project] = projects.all;
      assert.ok(project);
      const { engine } = project;
      const gone = 'The engine stopped too often. Run "Loopwright: Restart engine" to try again.';
      const request = engine.request.bind(engine);
      engine.request = () => Promise.reject(new Error(gone));
      try {
        const shown = await whatEachCommandShows();
        for (const id of [commandIds.importRuns, commandIds.runAll])
          assert.match(shown.get(id) ?? '', /Import runs|task run all/, id);
        for (const id of [
          commandIds.exportRuns,
          commandIds.reproduceRun,
          commandIds.trackPrograms,
          commandIds.compareRuns,
        ])
          assert.match(shown.get(id) ?? '', /Restart engine/, id);
      } finally {
        engine.request = request;
        await project.refresh();
      }
    });

    test('in a folder without a project', async () => {
      const { projects } = await activated();
      const file = fileUri('loopwright.yaml').fsPath;
      renameSync(file, `${file}.away`);
      try {
        await projects.find();
        await until('no project', () => projects.all.length === 0);
        const shown = await whatEachCommandShows();
        for (const id of needProject) assert.match(shown.get(id) ?? '', /no loopwright\.yaml/, id);
      } finally {
        renameSync(`${file}.away`, file);
        await projects.find();
        await until('the project', () => projects.all.length > 0);
      }
    });
  });
}
