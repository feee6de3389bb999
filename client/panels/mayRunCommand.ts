import { window } from 'vscode';

/** Asks a person whether a command of a source may be run; returns the answer. */
export async function mayRunCommand(stage: string): Promise<boolean> {
  const run = 'Run command';
  const given = await window.showWarningMessage(
    `Run the command of the source of ${stage} to preview its rows?`,
    { modal: true, detail: 'It is run in the project folder as collect runs it, with whatever it does there.' },
    run,
  );
  return given === run;
}
