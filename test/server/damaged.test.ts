import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CallHierarchyItem } from 'vscode-languageserver';
import { seededRandom } from '../../engine/statistics/random.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const texts: Record<string, string> = {
  'loopwright.yaml': `${ordersYaml}# region all\n# endregion\n`.replace(
    '  collect:\n',
    '  other:\n    cmd: |\n      loopwright run train ${params.epochs}\n    timeout: 90m\n    outs: [data/*.csv]\n  collect:\n',
  ),
  'schemas/orders.dataset.yaml': `${ordersSchema}foreignKeys: [{ fields: id, reference: { resource: labels, fields: [id] } }]\n`,
  'experiments/longer.experiment.yaml':
    'describe: ${params.epochs}\nparams: { epochs: 5 }\nstages: { train: { with: { l2: 0.1 } } }\nsweep:\n  method: grid\n  objective: { maximize: roc_auc }\n  params: { epochs: { choice: [1, 2] } }\n',
};
for (const [path, text] of Object.entries(texts)) server.open(uriOf(join(root, path)), text);

const pieces = [
  '',
  '',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '\n',
  '\n  ',
  ': ',
  ':',
  '|\n',
  '- ',
  ' # x',
  '*x',
  '&x ',
  '<<: *x',
  ',',
  '\t',
  '\r\n',
  '? ',
  '${',
  '}',
  '\ud800',
  '\u00a0',
  '[x]',
  '@champion',
];

test('whatever is half written, every request answers and none fails (random)', { timeout: 120_000 }, async () => {
  const random = seededRandom(8);
  for (let i = 0; i < 180; i++) {
    const [path, text] = Object.entries(texts)[i % 3] ?? ['', ''];
    const at = random.integer(text.length);
    const damaged =
      text.slice(0, at) + (pieces[random.integer(pieces.length)] ?? '') + text.slice(at + random.integer(6));
    const textDocument = { uri: uriOf(join(root, path)) };
    server.change(textDocument.uri, damaged);
    const line = damaged.slice(0, random.integer(damaged.length)).split('\n').length - 1;
    const position = { line, character: random.integer(40) };
    const range = { start: { line: Math.max(0, line - 3), character: 0 }, end: { line: line + 3, character: 0 } };
    const options = { tabSize: 2, insertSpaces: true };
    const ask = <R>(method: string, params: object) =>
      server.connection.sendRequest<R>(`textDocument/${method}`, { textDocument, ...params });
    const [items] = await Promise.all([
      ask<CallHierarchyItem[]>('prepareCallHierarchy', { position }),
      ask('semanticTokens/full', {}),
      ask('semanticTokens/range', { range }),
      ask('foldingRange', {}),
      ask('selectionRange', { positions: [position] }),
      ask('inlayHint', { range }),
      ask('documentLink', {}),
      ask('formatting', { options }),
      ask('rangeFormatting', { range, options }),
      ask('onTypeFormatting', { position, ch: '\n', options }),
      ask('references', { position, context: { includeDeclaration: true } }),
      ask('definition', { position }),
      ask('prepareRename', { position }),
      ask('codeAction', {
        range: { start: position, end: position },
        context: { diagnostics: [], only: ['refactor'] },
      }),
      server.connection.sendRequest('workspace/symbol', { query: 'a' }),
    ]);
    for (const item of items)
      await Promise.all([
        server.connection.sendRequest('callHierarchy/incomingCalls', { item }),
        server.connection.sendRequest('callHierarchy/outgoingCalls', { item }),
      ]);
    server.change(textDocument.uri, text);
  }
  assert.deepEqual(server.logged, []);
});
