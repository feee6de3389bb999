import assert from 'node:assert/strict';
import {
  commands,
  Disposable,
  EventEmitter,
  FileSystemError,
  FileType,
  languages,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { CompletionList, FileChangeEvent, FileStat, FileSystemProvider } from 'vscode';
import { until } from './inside.ts';

const project =
  'version: 1\nproject: far\nseed: 1\ndatasets:\n  features: { path: data/features.parquet, schema: schemas/f.dataset.yaml }\nstages:\n  prepare: { uses: prepare, with: { sql: sql/f.sql, output: features, split: { by: time, column: when, train: 0.7, validation: 0.1, test: 0.2 } } }\n';
const files: Record<string, string> = {
  '/far/loopwright.yaml': project,
  '/far/sql/f.sql': 'SELECT * FROM features_raw\n',
  '/far/schemas/f.dataset.yaml': 'fields:\n  - { name: at, type: datetime, loopwright: { role: timestamp } }\n',
};

/** Files that are in memory alone, as those of a repository that was opened without a clone. */
class MemoryFiles implements FileSystemProvider {
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;

  watch(): Disposable {
    return new Disposable(() => {});
  }

  stat({ path }: Uri): FileStat {
    const text = files[path];
    if (text !== undefined) return { type: FileType.File, ctime: 0, mtime: 0, size: text.length };
    if (Object.keys(files).some((file) => file.startsWith(`${path}/`)))
      return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    throw FileSystemError.FileNotFound(path);
  }

  readDirectory({ path }: Uri): [string, FileType][] {
    const names = new Map<string, FileType>();
    for (const file of Object.keys(files).filter((one) => one.startsWith(`${path}/`))) {
      const [name = '', ...below] = file.slice(path.length + 1).split('/');
      names.set(name, below.length > 0 ? FileType.Directory : FileType.File);
    }
    return [...names];
  }

  readFile({ path }: Uri): Uint8Array {
    const text = files[path];
    if (text === undefined) throw FileSystemError.FileNotFound(path);
    return new TextEncoder().encode(text);
  }

  createDirectory(): void {
    throw FileSystemError.NoPermissions();
  }
  writeFile(): void {
    throw FileSystemError.NoPermissions();
  }
  delete(): void {
    throw FileSystemError.NoPermissions();
  }
  rename(): void {
    throw FileSystemError.NoPermissions();
  }
}

suite('files that are on no disk', () => {
  test('are checked and completed with those beside them', async () => {
    const provider = workspace.registerFileSystemProvider('memfs', new MemoryFiles(), { isReadonly: true });
    try {
      const document = await workspace.openTextDocument(Uri.parse('memfs:/far/loopwright.yaml'));
      await window.showTextDocument(document);
      const found = await until('the wrong column', () =>
        languages.getDiagnostics(document.uri).find(({ message }) => message.includes('no column `when`')),
      );
      assert.equal(document.getText(found.range), 'when');
      const at = document.positionAt(document.getText().indexOf('when'));
      const list = await until('the column of the schema', async () => {
        const items = await commands.executeCommand<CompletionList>(
          'vscode.executeCompletionItemProvider',
          document.uri,
          at,
        );
        return items.items.some(({ label }) => (typeof label === 'string' ? label : label.label) === 'at') && items;
      });
      assert.ok(list.items.length > 0);
      await commands.executeCommand('workbench.action.closeActiveEditor');
    } finally {
      provider.dispose();
    }
  });
});
