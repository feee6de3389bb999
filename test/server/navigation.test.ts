import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { CodeAction, Diagnostic, DocumentLink, DocumentSymbol, Location } from 'vscode-languageserver';

const root = join(import.meta.dirname, '..', '..');

describe('finding the way in a project, over LSP', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'loopwright-way-')));
  const uriOf = (path: string) => pathToFileURL(join(folder, path)).href;
  let child: ChildProcess;
  let connection: MessageConnection;
  const diagnostics = new Map<string, Diagnostic[]>();
  let published: (() => void) | null = null;
  const texts = new Map<string, string>();

  before(async () => {
    cpSync(join(root, 'examples', 'fraud'), folder, {
      recursive: true,
      filter: (path) => !/[\\/](incoming|data|\.loopwright)$/.test(path),
    });
    child = spawn(process.execPath, [join(root, 'server', 'main.ts'), '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    assert.ok(child.stdout && child.stdin);
    connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    connection.onNotification(
      'textDocument/publishDiagnostics',
      (params: { uri: string; diagnostics: Diagnostic[] }) => {
        diagnostics.set(params.uri, params.diagnostics);
        published?.();
      },
    );
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: uriOf(''), capabilities: {} });
    await connection.sendNotification('initialized', {});
    for (const path of ['loopwright.yaml', 'experiments/rates.experiment.yaml', 'schemas/features.dataset.yaml']) {
      const text = readFileSync(join(folder, path), 'utf8');
      texts.set(path, text);
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: uriOf(path), languageId: 'yaml', version: 1, text },
      });
    }
  });
  after(() => {
    connection.dispose();
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The position of the n-th occurrence of a text, a few characters into it. */
  function at(path: string, text: string, n = 1): { line: number; character: number } {
    const whole = texts.get(path) ?? '';
    let offset = -1;
    for (let i = 0; i < n; i++) offset = whole.indexOf(text, offset + 1);
    assert.notEqual(offset, -1, `${text} is not in ${path}`);
    const before_ = whole.slice(0, offset + 1);
    return { line: before_.split('\n').length - 1, character: offset + 1 - (before_.lastIndexOf('\n') + 1) };
  }
  const definition = async (path: string, text: string, n = 1) =>
    connection.sendRequest<Location | null>('textDocument/definition', {
      textDocument: { uri: uriOf(path) },
      position: at(path, text, n),
    });
  const wordAt = (location: Location | null) => {
    const path = [...texts.keys()].find((key) => uriOf(key) === location?.uri) ?? '';
    const line = (texts.get(path) ?? '').split('\n')[location?.range.start.line ?? 0] ?? '';
    return `${path}: ${line.slice(location?.range.start.character, location?.range.end.character)}`;
  };

  it('leads from a reference to what it names', async () => {
    assert.equal(
      wordAt(await definition('loopwright.yaml', 'features\n      model: mlp')),
      'loopwright.yaml: features',
    );
    assert.equal(wordAt(await definition('loopwright.yaml', 'params.epochs')), 'loopwright.yaml: epochs');
    assert.equal(wordAt(await definition('loopwright.yaml', 'train\n      data')), 'loopwright.yaml: train');
    assert.equal(
      wordAt(await definition('loopwright.yaml', 'production\n    reference')),
      'loopwright.yaml: production',
    );
    assert.equal(
      wordAt(await definition('loopwright.yaml', 'age_group] }')),
      'schemas/features.dataset.yaml: age_group',
    );
    assert.equal(
      wordAt(await definition('experiments/rates.experiment.yaml', 'learning_rate:')),
      'loopwright.yaml: learning_rate',
    );
    assert.equal((await definition('loopwright.yaml', 'sql/features.sql'))?.uri, uriOf('sql/features.sql'));
    assert.equal(await definition('loopwright.yaml', 'card-fraud'), null);
  });

  it('finds every place of a name, in experiments and SQL too', async () => {
    const where = async (path: string, text: string, n = 1) =>
      (
        await connection.sendRequest<Location[]>('textDocument/references', {
          textDocument: { uri: uriOf(path) },
          position: at(path, text, n),
          context: { includeDeclaration: true },
        })
      ).map(
        (place) =>
          `${place.uri.slice(uriOf('').length + (uriOf('').endsWith('/') ? 0 : 1))}:${place.range.start.line + 1}`,
      );
    assert.deepEqual(await where('loopwright.yaml', 'learning_rate: 0.003'), [
      'loopwright.yaml:7',
      'loopwright.yaml:33',
      'experiments/rates.experiment.yaml:7',
    ]);
    assert.deepEqual(await where('loopwright.yaml', 'train\n      data'), [
      'loopwright.yaml:27',
      'loopwright.yaml:40',
      'loopwright.yaml:71',
      'experiments/wider.experiment.yaml:3',
    ]);
    const transactions = await where('loopwright.yaml', 'transactions: {');
    assert.ok(
      transactions.includes('loopwright.yaml:19') &&
        transactions.some((place) => place.startsWith('sql/features.sql:')),
      transactions.join(' '),
    );
  });

  it('renames in all of them, and says why it will not', async () => {
    const rename = (newName: string) =>
      connection.sendRequest<{ changes: Record<string, { newText: string }[]> }>('textDocument/rename', {
        textDocument: { uri: uriOf('loopwright.yaml') },
        position: at('loopwright.yaml', 'epochs: 60'),
        newName,
      });
    const { changes } = await rename('rounds');
    assert.deepEqual(
      Object.fromEntries(Object.entries(changes).map(([uri, edits]) => [uri.split('/').at(-1), edits.length])),
      { 'loopwright.yaml': 2, 'rates.experiment.yaml': 1 },
    );
    await assert.rejects(rename('hidden'), /already declared under `params`/);
    await assert.rejects(rename('two words'), /cannot be a name/);
  });

  it('lists stages, params and columns as symbols', async () => {
    const symbols = await connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri: uriOf('loopwright.yaml') },
    });
    const stages = symbols.find((symbol) => symbol.name === 'stages')?.children ?? [];
    assert.deepEqual(
      stages.map((stage) => `${stage.name} ${stage.detail}`),
      ['collect collect', 'prepare prepare', 'train train', 'validate validate'],
    );
    assert.ok(stages.at(-1)?.children?.some((gate) => gate.name === 'pr_auc@champion'));
    const columns = await connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri: uriOf('schemas/features.dataset.yaml') },
    });
    assert.ok(
      columns
        .find((symbol) => symbol.name === 'fields')
        ?.children?.some((column) => column.name === 'amount' && column.detail === 'number'),
    );
  });

  it('links paths of files that are there', async () => {
    const links = await connection.sendRequest<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri: uriOf('loopwright.yaml') },
    });
    assert.deepEqual(
      links.map((link) => link.target).toSorted(),
      [
        'schemas/features.dataset.yaml',
        'schemas/labels.dataset.yaml',
        'schemas/transactions.dataset.yaml',
        'sql/features.sql',
      ].map(uriOf),
    );
  });

  it('offers the name that was meant, inside a reference too', async () => {
    const uri = uriOf('loopwright.yaml');
    const broken = (texts.get('loopwright.yaml') ?? '')
      .replace('uses: train', 'uses: trian')
      .replace('${params.epochs}', '${params.epoch}')
      .replace('data: features\n      slices', 'data: featurs\n      slices');
    const arrived = new Promise<void>((resolve) => {
      published = () => {
        if ((diagnostics.get(uri) ?? []).length >= 2) resolve();
      };
    });
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: broken }],
    });
    await arrived;
    const found = diagnostics.get(uri) ?? [];
    const actions = await connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
      context: { diagnostics: found },
    });
    const edits = actions.map((action) => action.edit?.changes?.[uri]?.[0]?.newText);
    assert.ok(edits.includes('train'), edits.join(', '));
    assert.ok(edits.includes('${params.epochs}'), edits.join(', '));
  });
});
