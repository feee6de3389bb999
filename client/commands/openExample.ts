import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands, ProcessExecution, Uri, window, workspace } from 'vscode';
import { commandIds } from '../commandIds.ts';
import { nodeProgram } from '../node.ts';
import { projectFile } from '../projects/projects.ts';
import { mayRun } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';
import { finished } from './finished.ts';

interface Example {
  folder: string;
  label: string;
  size: string;
  about: string;
  firstStep: string;
}

/** The examples in the package, the one with the whole life first. */
const examples: Example[] = [
  {
    folder: 'fraud',
    label: 'Card fraud',
    size: '210,000 synthetic transactions, 23 MB · first run about 20 s',
    about: 'The full loop: invalid rows, late labels, gates, an API, drift, retraining.',
    firstStep:
      'Run all stages: data is collected and checked, a model is trained and tested. Then promote it and start the deployment.',
  },
  {
    folder: 'bikes',
    label: 'Bike rentals, in Python',
    size: '5,800 real hours of 2011 and 2012, 600 KB · needs Python with scikit-learn and MLflow',
    about: 'Your own train.py: a scikit-learn pipeline that is validated, served, monitored and retrained.',
    firstStep:
      'Create `.venv` and install requirements.txt, then run all stages: train.py trains a pipeline that is tested like any model.',
  },
  {
    folder: 'penguins',
    label: 'Penguins',
    size: '344 real penguins, 60 KB · first run a few seconds',
    about: 'The smallest complete project: three classes, missing values, SQL, gates.',
    firstStep: 'Run all stages: in a few seconds you have a tested model to look at.',
  },
  {
    folder: 'flights',
    label: 'Late flights',
    size: '966,000 real flights of January and February 2001, 4.5 MB · first run about 15 s',
    about: 'Real data that drifts: Parquet, SQL window functions, modest performance.',
    firstStep: 'Run all stages: SQL prepares one flight in ten, and a model predicts which will be late.',
  },
];

/**
 * Written before a window opens and taken by that window: what VS Code keeps for extensions may reach the next window
 * too late.
 */
const noteName = 'openedExample.json';

/**
 * Copies an example where the person says, makes its data and opens it; the new window shows its file and the first
 * step.
 */
export function openExample(context: CommandContext): () => Promise<void> {
  return async () => {
    if (!(await mayRun())) return;
    const example = await pick(
      'Open which example?',
      examples.map((one) => ({ ...choice(one, one.label, one.size, 'beaker'), detail: one.about })),
    );
    if (!example) return;
    const [parent] =
      (await window.showOpenDialog({
        canSelectFolders: true,
        canSelectFiles: false,
        openLabel: 'Copy example here',
        title: 'Where should the example project go?',
      })) ?? [];
    if (!parent) return;
    const target = join(parent.fsPath, `loopwright-${example.folder}`);
    if (existsSync(target)) {
      const open = 'Open it';
      const answer = await window.showWarningMessage(
        `${target} already exists. Open it, or choose another folder.`,
        open,
      );
      if (answer === open) await openFolder(context, target, example);
      return;
    }
    const node = nodeProgram();
    const code = await finished(
      context,
      `make ${example.label}`,
      new ProcessExecution(node.path, [context.cli, 'init', target, '--example', example.folder, '--yes'], {
        env: node.env,
      }),
    );
    if (code !== 0) return;
    await openFolder(context, target, example);
  };
}

async function openFolder(context: CommandContext, target: string, { folder }: Example): Promise<void> {
  await workspace.fs.createDirectory(context.storage);
  await workspace.fs.writeFile(
    Uri.joinPath(context.storage, noteName),
    Buffer.from(JSON.stringify({ target, folder })),
  );
  await commands.executeCommand('vscode.openFolder', Uri.file(target), {
    forceNewWindow: (workspace.workspaceFolders?.length ?? 0) > 0,
  });
}

/** In the window of an example that was just opened: its file, and the first step as a button. */
export async function welcomeToExample(context: CommandContext): Promise<void> {
  const opened = await readNote(context);
  const root = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const example = examples.find(({ folder }) => folder === opened?.folder);
  if (!opened || !example || root !== opened.target) return;
  await workspace.fs.delete(Uri.joinPath(context.storage, noteName));
  // A slow editor does not hold the message up.
  void window.showTextDocument(Uri.file(join(root, projectFile)));
  const run = 'Run all stages';
  const tour = 'Get started';
  const answer = await window.showInformationMessage(`${example.label}: ${example.firstStep}`, run, tour);
  if (answer === run) await commands.executeCommand(commandIds.runAll, { project: root });
  if (answer === tour) await commands.executeCommand(commandIds.getStarted);
}

async function readNote({ storage }: CommandContext): Promise<{ target: string; folder: string } | null> {
  try {
    return JSON.parse(Buffer.from(await workspace.fs.readFile(Uri.joinPath(storage, noteName))).toString('utf8')) as {
      target: string;
      folder: string;
    };
  } catch {
    return null;
  }
}
