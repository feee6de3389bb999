import assert from 'node:assert/strict';
import { commands, TabInputWebview, window, workspace, ConfigurationTarget } from 'vscode';
import type { CodeLens } from 'vscode';
import { commandIds, viewIds } from '../../../client/commandIds.ts';
import { activated, fileUri, picture, root, until } from './inside.ts';

function webviewTabs(): string[] {
  return window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.input instanceof TabInputWebview)
    .map((tab) => tab.label);
}

suite('views', () => {
  test('the explorer lists what the engine knows', async () => {
    const { trees } = await activated();
    await commands.executeCommand(`${viewIds.lifeCycle}.focus`);
    const experiments = await trees.experiments.getChildren();
    assert.deepEqual(experiments.map((row) => row.label).toSorted(), ['default', 'slower']);
    const [first] = experiments;
    assert.ok(first);
    const runs = await trees.experiments.getChildren(first);
    assert.ok(runs.length > 0);
    assert.equal((await trees.datasets.getChildren())[0]?.label, 'visits');
    await commands.executeCommand('vscode.open', fileUri('loopwright.yaml'));
    await picture('explorer-small');
  });

  test('the run history opens once and asks the engine', async () => {
    const { panels } = await activated();
    await commands.executeCommand(commandIds.openRunHistory, { project: root() });
    await until('the tab', () => webviewTabs().some((label) => label.startsWith('Runs')));
    await commands.executeCommand(commandIds.openRunHistory, { project: root() });
    assert.equal(panels.count, 1);
    await picture('runHistory-small');
  });

  test('the labelling view opens on a project without a task, where it says how to get one', async () => {
    await activated();
    await commands.executeCommand(commandIds.openLabelling, { project: root() });
    await until('the tab', () => webviewTabs().some((label) => label.startsWith('Label')));
    await picture('labelling-small');
  });

  test('a setting takes effect at once', async () => {
    const settings = workspace.getConfiguration('loopwright');
    const lenses = () =>
      commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', fileUri('loopwright.yaml'), 10);
    await settings.update('codeLens.enabled', false, ConfigurationTarget.Workspace);
    await until('no lens', async () =>
      (await lenses()).every((lens) => !lens.command?.command.startsWith('loopwright.')),
    );
    await settings.update('codeLens.enabled', undefined, ConfigurationTarget.Workspace);
    await until('lenses', async () => (await lenses()).some((lens) => lens.command?.command.startsWith('loopwright.')));
  });

  test('an engine that dies is started again and the last answer stays', async () => {
    const { projects } = await activated();
    const [project] = projects.all;
    assert.ok(project);
    const pid = await until('the engine', () => project.engine.pid);
    process.kill(pid, 'SIGKILL');
    await until('another engine', () => project.engine.pid !== undefined && project.engine.pid !== pid, 15_000);
    assert.ok(project.overview);
    await until('its answer', () => project.error === undefined);
  });
});
