import assert from 'node:assert/strict';
import { commands, languages, Position, Range, window, workspace, WorkspaceEdit } from 'vscode';
import type { CodeLens, CompletionList, Hover, TextDocument } from 'vscode';
import { breakType, fileUri, until, withFile } from './inside.ts';

async function open(path: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(fileUri(path));
  await window.showTextDocument(document);
  return document;
}

function positionOf(document: TextDocument, text: string): Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `no "${text}" in the file`);
  return document.positionAt(at + 1);
}

suite('the language', () => {
  test('marks a mistake where it stands, while it is typed', async () => {
    const document = await open('loopwright.yaml');
    await until('no diagnostics first', () => languages.getDiagnostics(document.uri).length === 0);
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(document.lineCount, 0), '\nstagess:\n  x: { cmd: echo }\n');
    await workspace.applyEdit(edit);
    try {
      const [first] = await until('a diagnostic', () => {
        const found = languages.getDiagnostics(document.uri);
        return found.length > 0 && found;
      });
      assert.match(document.getText(first?.range ?? new Range(0, 0, 0, 0)), /stagess/);
    } finally {
      await commands.executeCommand('workbench.action.files.revert');
    }
    await until('the diagnostics to go', () => languages.getDiagnostics(document.uri).length === 0);
  });

  test('completes keys and names of the project', async () => {
    const document = await open('loopwright.yaml');
    const list = await until('completions', async () => {
      const found = await commands.executeCommand<CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        positionOf(document, 'seed'),
      );
      return found.items.length > 0 && found;
    });
    const labels = list.items.map((item) => (typeof item.label === 'string' ? item.label : item.label.label));
    assert.ok(
      labels.some((label) => /stages|deployments|monitors|retraining|seed/.test(label)),
      labels.slice(0, 20).join(', '),
    );
  });

  test('explains a key on hover', async () => {
    const document = await open('loopwright.yaml');
    await until('a hover', async () => {
      const found = await commands.executeCommand<Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        positionOf(document, 'stages:'),
      );
      return found.length > 0 && found;
    });
  });

  test('shows above each stage how it stands', async () => {
    const document = await open('loopwright.yaml');
    const titles = await until('lenses with a state', async () => {
      const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
      const found = lenses.map((lens) => lens.command?.title ?? '');
      return found.some((title) => /never ran|fresh|stale|failed/.test(title)) && found;
    });
    assert.ok(titles.filter((title) => title === '$(play) Run').length >= 2, titles.join(' | '));
  });

  test('checks a schema that no project names, by its shape', async () => {
    await withFile('schemas/nobody.dataset.yaml', 'fields:\n  - { name: a, type: nmber }\n', async () => {
      const document = await open('schemas/nobody.dataset.yaml');
      await until('a diagnostic', () =>
        languages.getDiagnostics(document.uri).some((one) => document.getText(one.range).includes('nmber')),
      );
      await commands.executeCommand('workbench.action.closeActiveEditor');
    });
  });

  test('checks a dataset schema while it is typed', async () => {
    const document = await open('schemas/visits.dataset.yaml');
    assert.equal(document.languageId, 'loopwright-dataset');
    await breakType(document);
    await commands.executeCommand('workbench.action.files.revert');
  });
});
