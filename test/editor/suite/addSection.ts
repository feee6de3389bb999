import assert from 'node:assert/strict';
import { commands, languages, DiagnosticSeverity, window, workspace } from 'vscode';
import { commandIds } from '../../../client/commandIds.ts';
import { activated, fileUri, root, until } from './inside.ts';

suite('a part that the project lacks', () => {
  test('is written into the file at its place, with the cursor on it, and undo takes it back', async () => {
    const { projects, trees } = await activated();
    await until('the project', () => projects.all.length > 0);
    const row = await until('the row', async () =>
      (await trees.lifeCycle.getChildren()).find(({ id }) => id.endsWith('life/deploy')),
    );
    assert.match(row.context ?? '', /\baddable\b/);
    assert.equal(row.open?.id, commandIds.addSection);
    const document = await workspace.openTextDocument(fileUri('loopwright.yaml'));
    const before = document.getText();
    await commands.executeCommand(commandIds.addSection, { project: root(), part: 'deploy' });
    const editor = await until(
      'the section',
      () =>
        window.activeTextEditor?.document === document &&
        /\n\ndeployments:\n {2}production: \{ model: champion, as: api, port: \d+ \}\n/.test(document.getText()) &&
        window.activeTextEditor,
    );
    assert.match(
      document.lineAt(editor.selection.active.line).text.slice(editor.selection.active.character),
      /^production: /,
    );
    assert.equal(document.isDirty, true);
    await until('no mistake', () =>
      languages.getDiagnostics(document.uri).every(({ severity }) => severity !== DiagnosticSeverity.Error),
    );
    await commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await commands.executeCommand('workbench.action.files.revert');
  });

  test('says what has to be there first', async () => {
    const shown: string[] = [];
    const original = window.showWarningMessage;
    Object.assign(window, {
      showWarningMessage: (text: string) => {
        shown.push(text);
        return Promise.resolve(undefined);
      },
    });
    try {
      await commands.executeCommand(commandIds.addSection, { project: root(), part: 'monitor' });
      assert.match(shown.join(), /uses: validate/);
    } finally {
      Object.assign(window, { showWarningMessage: original });
    }
  });
});
