import assert from 'node:assert/strict';
import { commands, window, workspace } from 'vscode';
import { commandIds, viewIds } from '../../../client/commandIds.ts';
import { activated, fileUri, picture, root, until } from './inside.ts';

// The example with its real runs, for eyes: no view may show a problem.
suite('pictures of the example', () => {
  test('the explorer beside the project file', async () => {
    const { projects, trees } = await activated();
    const [project] = await until('the project', () => projects.all.length > 0 && projects.all);
    await project?.need();
    assert.equal(project?.error, undefined);
    await window.showTextDocument(await workspace.openTextDocument(fileUri('loopwright.yaml')));
    await commands.executeCommand(`${viewIds.lifeCycle}.focus`);
    assert.ok((await trees.models.getChildren()).length > 0, 'the example was not run');
    await picture('editor-explorer');
  });

  test('the run history', async () => {
    await commands.executeCommand(commandIds.openRunHistory, { project: root() });
    await picture('editor-runHistory');
  });

  test('the model card', async () => {
    await commands.executeCommand(commandIds.openModelCard, { project: root() });
    await picture('editor-modelCard');
  });

  test('the drift view', async () => {
    const { projects } = await activated();
    const monitor = projects.all[0]?.overview?.monitors[0];
    assert.ok(monitor);
    await commands.executeCommand(commandIds.openDrift, { project: root(), monitor });
    await picture('editor-drift');
  });
});
