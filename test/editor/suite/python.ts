import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, extensions, tasks, window } from 'vscode';
import { commandIds } from '../../../client/commandIds.ts';
import { pythonText } from '../../../client/status/statusText.ts';
import { activated, fileUri, root, until, withFile } from './inside.ts';

/** The part of the Python extension's public API by which another extension selects an environment. */
interface PythonExtension {
  environments: { updateActiveEnvironmentPath(path: string): Promise<void> };
}

suite('Python', () => {
  test('another selected environment is followed without a reload: status bar, tasks and terminals', async () => {
    const { projects } = await activated();
    const project = await until('the project', () => projects.byRoot(root()));
    await project.need();
    const python = extensions.getExtension<PythonExtension>('ms-python.python');
    assert.ok(python);
    const { environments } = await until('the Python extension to be started', () => python.isActive && python.exports);
    const shown = () => pythonText(project, true);
    const before = await until('a Python in the status bar', shown);
    for (const name of ['first', 'second']) {
      execFileSync('python3', ['-m', 'venv', '--without-pip', join(root(), name)]);
      await environments.updateActiveEnvironmentPath(join(root(), name, 'bin/python'));
      await until('the status bar to follow', () => shown()?.text === `$(snake) ${name}`);
      assert.equal(shown()?.tooltip, `Loopwright uses the Python ${name}/bin/python (selected in the editor)`);
      const text = readFileSync(fileUri('loopwright.yaml').fsPath, 'utf8');
      const stage = `  ${name}: { cmd: 'python -c "import sys; print(sys.prefix)" > ${name}.txt', outs: [${name}.txt] }\n`;
      await withFile('loopwright.yaml', text.replace('stages:\n', `stages:\n${stage}`), async () => {
        await until('the stage', () => project.overview?.stages.some((one) => one.name === name));
        const ended = new Promise<number | undefined>((resolve) => {
          const watch = tasks.onDidEndTaskProcess((event) => {
            if (event.execution.task.name !== `run ${name}`) return;
            watch.dispose();
            resolve(event.exitCode);
          });
        });
        await commands.executeCommand(commandIds.runStage, { project: root(), stage: name });
        assert.equal(await ended, 0);
        assert.equal(readFileSync(fileUri(`${name}.txt`).fsPath, 'utf8').trim(), join(root(), name));
      });
      const inTerminal = await until('a terminal with the selection', () => terminalPython(`${name}-terminal.txt`));
      assert.equal(inTerminal, join(root(), name, 'bin/python'));
    }
    await environments.updateActiveEnvironmentPath('python');
    await until('the Python of the folder', () => shown()?.text === before.text);
  });
});

/** The selected Python as a new terminal has it. */
async function terminalPython(file: string): Promise<string> {
  const terminal = window.createTerminal({ name: 'python' });
  try {
    terminal.sendText(`printf '%s\\n' "$LOOPWRIGHT_EDITOR_PYTHON" > '${fileUri(file).fsPath}'`);
    const line = () => /^(.*)\n$/.exec(readFileSync(fileUri(file).fsPath, 'utf8'))?.[1];
    return await until('a whole line in the file', line, 8000);
  } finally {
    terminal.dispose();
  }
}
