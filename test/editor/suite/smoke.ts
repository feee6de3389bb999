import assert from 'node:assert/strict';
import { commands, languages, tasks, workspace } from 'vscode';
import { commandIds } from '../../../client/commandIds.ts';
import { activated, fileUri, root, until } from './inside.ts';

suite('the extension', () => {
  test('activates without a long pause and starts no engine by that', async () => {
    const api = await activated();
    // Some 30 ms where nothing else runs; a second is what heavy work at the start would take even there.
    assert.ok(api.activationMs < 1000, `${api.activationMs} ms`);
  });

  test('registers every command', async () => {
    const known = await commands.getCommands(true);
    assert.deepEqual(
      Object.values(commandIds).filter((id) => !known.includes(id)),
      [],
    );
  });

  test('finds the project and shows its life', async () => {
    const { projects, trees } = await activated();
    const [project] = await until('the project', () => projects.all.length > 0 && projects.all);
    assert.ok(project);
    await project.need();
    assert.equal(project.error, undefined);
    const rows = await trees.lifeCycle.getChildren();
    assert.equal(rows.length, 8, rows.map((row) => row.label).join(', '));
    assert.ok(rows.every((row) => trees.lifeCycle.getTreeItem(row).accessibilityInformation?.label));
  });

  // The whole suite runs stages in tests of its own.
  if (process.env['LOOPWRIGHT_SUITE'] === 'smoke')
    test('runs a stage and reads the store with the natives it brought', async () => {
      const { projects } = await activated();
      const ended = new Promise<number | undefined>((resolve) =>
        tasks.onDidEndTaskProcess((event) => resolve(event.exitCode)),
      );
      await commands.executeCommand(commandIds.runStage, { project: root(), stage: 'train' });
      assert.equal(await ended, 0);
      const page = await projects.all[0]?.engine.request('runs/list', {});
      assert.equal(page?.runs[0]?.metrics['accuracy'], 1);
    });

  test('knows the three languages', async () => {
    const all = await languages.getLanguages();
    for (const id of ['loopwright-project', 'loopwright-experiment', 'loopwright-dataset'])
      assert.ok(all.includes(id), id);
    assert.equal((await workspace.openTextDocument(fileUri('loopwright.yaml'))).languageId, 'loopwright-project');
  });
});
