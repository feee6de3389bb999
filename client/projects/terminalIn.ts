import { window } from 'vscode';

/** Runs a command in a terminal of its own, in the folder of a project, where the person sees it. */
export function terminalIn(root: string, command: string, name = 'Loopwright: install'): void {
  const terminal = window.createTerminal({ name, cwd: root });
  terminal.show();
  terminal.sendText(command);
}
