import assert from 'node:assert/strict';
import { commands, tasks, window, workspace } from 'vscode';
import { commandIds, viewIds } from '../../../client/commandIds.ts';
import { whatEachCommandShows } from './everyCommand.ts';
import { activated, breakType, fileUri, picture, root, until } from './inside.ts';

suite('an untrusted folder', () => {
  test('is not trusted here', () => {
    assert.equal(workspace.isTrusted, false);
  });

  test('starts no engine and offers no task', async () => {
    const { panels, projects, trees } = await activated();
    const [project] = await until('the project', () => projects.all.length > 0 && projects.all);
    assert.deepEqual(await trees.lifeCycle.getChildren(), []);
    await commands.executeCommand(`${viewIds.lifeCycle}.focus`);
    void commands.executeCommand(commandIds.runStage, { project: root(), stage: 'train' });
    void commands.executeCommand(commandIds.openProfile, { project: root(), dataset: 'visits' });
    void commands.executeCommand(commandIds.openLabelling, { project: root() });
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(tasks.taskExecutions.length, 0);
    assert.equal(panels.count, 0);
    await assert.rejects(async () => project?.engine.request('project/overview', {}), /not trusted/);
    assert.equal(project?.engine.pid, undefined);
    await picture('untrusted');
  });

  test('says of every command that needs trust that it does', async () => {
    const shown = await whatEachCommandShows();
    for (const id of [
      commandIds.runAll,
      commandIds.promote,
      commandIds.validateModel,
      commandIds.inspectModel,
      commandIds.serveVersion,
      commandIds.importRuns,
      commandIds.whyStale,
      commandIds.stopDeployment,
      commandIds.starRun,
    ])
      assert.match(shown.get(id) ?? '', /not trusted/, id);
  });

  test('still checks files', async () => {
    const document = await workspace.openTextDocument(fileUri('schemas/visits.dataset.yaml'));
    await window.showTextDocument(document);
    await breakType(document);
    await commands.executeCommand('workbench.action.files.revert');
  });
});
