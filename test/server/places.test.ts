import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver';
import { editorUri, LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersFiles, ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { until } from '../helpers/until.ts';

test('every project of every folder is judged at the start, its files closed', async () => {
  const one = ordersProject({ yaml: ordersYaml.replace('slices: [country]', 'slices: [contry]') });
  const parts = (name: string, files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]));
  const two = makeProject({
    ...parts('a/b', ordersFiles({ yaml: ordersYaml.replace('port: 18080', 'port: x') })),
    ...parts('node_modules/c', ordersFiles({ yaml: 'version: 2\n' })),
  });
  const server = await new LspClient({ folders: [one, two] }).start();
  await server.codes(uriOf(join(one, 'loopwright.yaml')), ['LW301']);
  await server.codes(uriOf(join(two, 'a/b/loopwright.yaml')), ['LW104']);
  assert.equal(
    server.published.has(uriOf(join(two, 'node_modules/c/loopwright.yaml'))),
    false,
    'what is installed is passed over',
  );
  const three = ordersProject({ yaml: ordersYaml.replace('seed: 3', 'seed: x') });
  await server.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
    event: { added: [{ uri: uriOf(three), name: 'three' }], removed: [] },
  });
  await server.codes(uriOf(join(three, 'loopwright.yaml')), ['LW104']);
});

test('a text that has no place yet is judged by its language', async () => {
  const server = await new LspClient().start();
  const uri = 'untitled:Untitled-1';
  server.open(uri, 'version: 1\nproject: p\nstagse: {}\n');
  await server.codes(uri, ['LW102', 'LW103']);
  assert.ok((await server.complete(uri, { line: 2, character: 0 })).some(({ label }) => label === 'stages'));
  server.change(uri, 'version: 1\nproject: p\nstages: { s: { cmd: x } }\n');
  await server.codes(uri, []);
  server.close(uri);
});

test('a virtual file system: what needs no data works on the files that the client reads', async () => {
  const files = ordersFiles();
  const folder = 'vscode-vfs://github/someone/orders';
  const texts = Object.fromEntries(Object.entries(files).filter(([name]) => /\.(yaml|sql)$/.test(name)));
  const server = await new LspClient({
    data: true,
    virtualFiles: (uri) => (uri.startsWith(folder) ? { folder, texts, names: Object.keys(files) } : null),
  }).start();
  const uri = `${folder}/loopwright.yaml`;
  server.open(uri, ordersYaml.replace('slices: [country]', 'slices: [contry]'));
  await server.codes(uri, ['LW301']);
  server.change(uri, ordersYaml);
  await server.codes(uri, []);
  const line = ordersYaml.split('\n').findIndex((text) => text.includes('slices: [country]'));
  const character = ordersYaml.split('\n')[line]?.indexOf('country') ?? 0;
  const definition = await server.connection.sendRequest<{ uri: string } | null>('textDocument/definition', {
    textDocument: { uri },
    position: { line, character },
  });
  assert.equal(definition?.uri, `${folder}/schemas/orders.dataset.yaml`);
  const schema = `${folder}/schemas/orders.dataset.yaml`;
  server.open(schema, (texts['schemas/orders.dataset.yaml'] ?? '').replace('name: country', 'name: land'));
  await server.codes(uri, ['LW301', 'LW301']);
  assert.deepEqual(server.logged, []);
});

test('a name is renamed in a folder whose name the editor writes otherwise, and where the SQL cannot be read', async () => {
  const root = makeProject(
    Object.fromEntries(Object.entries(ordersFiles()).map(([file, text]) => [`örders (1)/${file}`, text])),
  );
  rmSync(join(root, 'örders (1)/sql/features.sql'));
  mkdirSync(join(root, 'örders (1)/sql/features.sql'));
  const uri = editorUri(join(root, 'örders (1)/loopwright.yaml'));
  const server = await new LspClient().start();
  server.open(uri, ordersYaml);
  const ask = <R>(method: string, more = {}) =>
    server.connection.sendRequest<R>(`textDocument/${method}`, {
      textDocument: { uri },
      position: { line: ordersYaml.split('\n').findIndex((line) => line.startsWith('  orders:')), character: 3 },
      ...more,
    });
  assert.equal((await ask<{ placeholder: string } | null>('prepareRename'))?.placeholder, 'orders');
  assert.deepEqual(Object.keys((await ask<{ changes: object }>('rename', { newName: 'sales' })).changes), [uri]);
  assert.deepEqual(server.logged, []);
});

test('what is mended is what stands there now: actions wait for no diagnostics', async () => {
  const uri = uriOf(join(ordersProject(), 'loopwright.yaml'));
  const server = await new LspClient().start();
  server.open(uri, ordersYaml);
  server.change(uri, `# moved\n${ordersYaml.replace('slices: [country]', 'slices: [contry]')}`);
  const line = ordersYaml.split('\n').findIndex((text) => text.includes('slices:')) + 1;
  const range = { start: { line, character: 0 }, end: { line, character: 90 } };
  const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range,
    context: { diagnostics: [] },
  });
  assert.deepEqual(
    actions.map(({ title }) => title).filter((title) => title.startsWith('Change')),
    ['Change to country'],
  );
});

test('the server asks to be told of changes to the data', async () => {
  const root = ordersProject();
  const server = await new LspClient({ folders: [root] }).start();
  await until('the data is watched', () =>
    server.watched.some(
      ({ globPattern }) =>
        typeof globPattern === 'object' && /[{,]data\/orders\/\*\.parquet[,}]/.test(globPattern.pattern),
    ),
  );
  assert.ok(server.watched.some(({ globPattern }) => typeof globPattern === 'string' && globPattern.includes('*.sql')));
});

test('findings in the data come after those in the text, are marked, and go when the data changes', async () => {
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\n',
    't.dataset.yaml': 'fields:\n  - { name: a, type: integer, constraints: { minimum: 0 } }\n',
    'data/t.csv': 'a\n1\n-2\n',
  });
  const server = await new LspClient({ data: true }).start();
  const [uri, schema, data] = [
    uriOf(join(root, 'loopwright.yaml')),
    uriOf(join(root, 't.dataset.yaml')),
    join(root, 'data/t.csv'),
  ];
  server.open(
    uri,
    'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\n',
  );
  const [found] = await server.codes(schema, ['LW314']);
  assert.deepEqual([found?.source, found?.codeDescription?.href.endsWith('LW314.md')], ['loopwright · data', true]);
  server.open(schema, 'fields:\n  - { name: a, type: integer, constraints: { minimum: -2 } }\n');
  await server.codes(schema, []);
  server.change(schema, 'fields:\n  - { name: a, type: integer, constraints: { minimum: 0 } }\n');
  await server.codes(schema, ['LW314']);
  writeFileSync(data, 'a\n1\n2\n');
  server.changedOnDisk(uriOf(data));
  await server.codes(schema, []);
  writeFileSync(data, 'a\nx\n2\n');
  server.changedOnDisk(uriOf(data));
  await server.codes(schema, ['LW312']);
  await server.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: { loopwright: { checks: { data: true, severity: { LW312: 'error' } } } },
  });
  await until(
    'it is an error now',
    () => server.published.get(schema)?.some(({ code, severity }) => code === 'LW312' && severity === 1) === true,
  );
  await server.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: { loopwright: { checks: { data: false } } },
  });
  await server.codes(schema, []);
  assert.deepEqual(server.logged, []);
});

test('findings of SQL stand in the SQL, as it is typed', async () => {
  const root = ordersProject({ rows: 20 });
  const server = await new LspClient({ data: true }).start();
  const [uri, sql] = [uriOf(join(root, 'loopwright.yaml')), uriOf(join(root, 'sql/features.sql'))];
  server.open(uri, ordersYaml);
  server.open(sql, 'SELECT id, "at", amuont AS amount, hour, country, late\nFROM orders\n');
  const [found] = await server.codes(sql, ['LW325']);
  assert.deepEqual(found?.range, { start: { line: 0, character: 17 }, end: { line: 0, character: 23 } });
  server.change(sql, 'SELECT id, "at", amount, hour, country, late\nFROM orders\n');
  await server.codes(sql, []);
});

test('when the process that reads data dies, another one takes its place', async (t) => {
  if (process.platform !== 'linux') return t.skip('children are found under /proc');
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\n',
    't.dataset.yaml': 'fields:\n  - { name: a, type: integer }\n',
    'data/t.csv': 'a\n1\n',
  });
  const server = await new LspClient({ data: true }).start();
  const [uri, schema, data] = [
    uriOf(join(root, 'loopwright.yaml')),
    uriOf(join(root, 't.dataset.yaml')),
    join(root, 'data/t.csv'),
  ];
  server.open(uri, readFileSync(join(root, 'loopwright.yaml'), 'utf8'));
  const children = () =>
    readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  await until('it was started', () => children().length === 1);
  writeFileSync(data, 'a\nx\n');
  server.changedOnDisk(uriOf(data));
  await server.codes(schema, ['LW312']);
  const [first = 0] = children();
  process.kill(first, 'SIGKILL');
  await until('it is gone', () => !children().includes(first));
  writeFileSync(data, 'a\n2\n');
  server.changedOnDisk(uriOf(data));
  await server.codes(schema, []);
  assert.match(server.logged.join('\n'), /The process that reads data ended \(SIGKILL\)/);
  return undefined;
});

test('a client that can do next to nothing is served all the same', async () => {
  const root = ordersProject({ yaml: ordersYaml.replace('slices: [country]', 'slices: [contry]') });
  const server = new LspClient({ refuses: true });
  await server.connection.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    workspaceFolders: [{ uri: uriOf(root), name: 'x' }],
    capabilities: { workspace: { workspaceFolders: true } },
  });
  await server.connection.sendNotification('initialized', {});
  await server.codes(uriOf(join(root, 'loopwright.yaml')), ['LW301']);
  const bare = new LspClient({ refuses: true });
  await bare.connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await bare.connection.sendNotification('initialized', {});
  bare.open(uriOf(join(root, 'loopwright.yaml')), 'version: 2\n');
  await until('it is judged', () => (bare.published.get(uriOf(join(root, 'loopwright.yaml'))) ?? []).length > 0);
});
