import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

// Waiting times in the editor when a schema has thousands of fields, spoken to over LSP: the first and the
// second of each question, in milliseconds. Usage: node bench/wideServer.ts [fields, default 10000]
const fields = Number(process.argv[2] ?? 10_000);
const root = mkdtempSync(join(tmpdir(), 'loopwright-bench-wide-server-'));
const lines = Array.from(
  { length: fields },
  (_, i) =>
    `  - { name: c${i}, type: number, constraints: { required: true, minimum: 0, maximum: 1000 }, loopwright: { role: ${i === 0 ? 'target' : 'feature'} } }`,
);
const schema = `fields:\n${lines.join('\n')}\n`;
const names = Array.from({ length: fields - 1 }, (_, i) => `c${i + 1}`);
const project = `version: 1\nproject: wide\ndatasets:\n  wide: { path: data.parquet, schema: wide.dataset.yaml }\nstages:\n  train:\n    uses: train\n    with: { data: wide, model: linear, target: c0, features: [${names.join(', ')}] }\n`;
const paths = { schema: join(root, 'wide.dataset.yaml'), project: join(root, 'loopwright.yaml') };
writeFileSync(paths.schema, schema);
writeFileSync(paths.project, project);
const uris = { schema: pathToFileURL(paths.schema).href, project: pathToFileURL(paths.project).href };

const child = spawn(process.execPath, [join(import.meta.dirname, '../server/main.ts'), '--stdio'], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: { ...process.env, XDG_CACHE_HOME: root },
});
const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
const waiting = new Map<string, () => void>();
connection.onNotification('textDocument/publishDiagnostics', ({ uri }: { uri: string }) => waiting.get(uri)?.());
connection.onRequest('client/registerCapability', () => null);
connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null));
connection.listen();

const published = (uri: string) => new Promise<void>((resolve) => waiting.set(uri, resolve));

async function timed(what: string, ...asks: (() => Promise<unknown>)[]): Promise<void> {
  const times: string[] = [];
  for (const ask of asks) {
    const start = performance.now();
    await ask();
    times.push(`${(performance.now() - start).toFixed(0)} ms`);
  }
  console.log(`| ${what} | ${times.join(' | ')} |`);
}

try {
  console.log(
    `${fields.toLocaleString('en-US')} fields, schema ${(schema.length / 1e6).toFixed(2)} MB, load ${loadavg()[0]?.toFixed(1)}\n\n| what | first | second |\n|---|---|---|`,
  );
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    workspaceFolders: [{ uri: pathToFileURL(root).href, name: 'wide' }],
    capabilities: { workspace: { configuration: true }, textDocument: { publishDiagnostics: {} } },
    initializationOptions: { checks: { data: false } },
  });
  await connection.sendNotification('initialized', {});
  let version = 1;
  const open = async (uri: string, languageId: string, text: string) => {
    const done = published(uri);
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: version++, text },
    });
    await done;
  };
  const change = async (uri: string, text: string) => {
    const done = published(uri);
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: version++ },
      contentChanges: [{ text }],
    });
    await done;
  };
  // A file without findings that never had one is not published, so each begins with one.
  const brokenSchema = schema.replace('{ name: c7,', '{ nam: c7,');
  const brokenProject = project.replace('model: linear', 'model: linera');
  await timed('schema opened, to its findings', () => open(uris.schema, 'loopwright-dataset', brokenSchema));
  await timed(
    'a change in the schema, to its findings',
    () => change(uris.schema, schema),
    () => change(uris.schema, brokenSchema),
  );
  await change(uris.schema, schema);
  await timed('project opened, to its findings', () => open(uris.project, 'loopwright-project', brokenProject));
  await timed(
    'a change in the project, to its findings',
    () => change(uris.project, project),
    () => change(uris.project, brokenProject),
  );
  await change(uris.project, project);
  const middle = Math.floor(fields / 2);
  const inSchema = { line: 1 + middle, character: (lines[middle] ?? '').indexOf('number') + 2 };
  const nameInSchema = { line: 1 + middle, character: (lines[middle] ?? '').indexOf('name: c') + 7 };
  const featureLine = project.split('\n').findIndex((line) => line.includes('features'));
  const inFeatures = {
    line: featureLine,
    character: (project.split('\n')[featureLine] ?? '').indexOf(`c${middle},`) + 1,
  };
  const twice = (what: string, method: string, params: object) => {
    const ask = () => connection.sendRequest(method, params);
    return timed(what, ask, ask);
  };
  const at = (uri: string, position: object) => ({ textDocument: { uri }, position });
  await twice('completion of a type in the schema', 'textDocument/completion', at(uris.schema, inSchema));
  await twice('completion of a column in the project', 'textDocument/completion', at(uris.project, inFeatures));
  await twice('hover over a field', 'textDocument/hover', at(uris.schema, nameInSchema));
  await twice('hover over a feature', 'textDocument/hover', at(uris.project, inFeatures));
  await twice('definition of a feature', 'textDocument/definition', at(uris.project, inFeatures));
  await twice('references of a field', 'textDocument/references', {
    ...at(uris.schema, nameInSchema),
    context: { includeDeclaration: true },
  });
  await twice('rename of a field', 'textDocument/rename', { ...at(uris.schema, nameInSchema), newName: 'other' });
  for (const uri of [uris.schema, uris.project]) {
    const which = uri === uris.schema ? 'schema' : 'project';
    const textDocument = { uri };
    await twice(`symbols of the ${which}`, 'textDocument/documentSymbol', { textDocument });
    await twice(`colours of the ${which}`, 'textDocument/semanticTokens/full', { textDocument });
    await twice(`folding of the ${which}`, 'textDocument/foldingRange', { textDocument });
    await twice(`links of the ${which}`, 'textDocument/documentLink', { textDocument });
    await twice(`selection in the ${which}`, 'textDocument/selectionRange', {
      textDocument,
      positions: [uri === uris.schema ? nameInSchema : inFeatures],
    });
    await twice(`hints of the ${which}`, 'textDocument/inlayHint', {
      textDocument,
      range: { start: { line: 0, character: 0 }, end: { line: 80, character: 0 } },
    });
    await twice(`actions of the ${which}`, 'textDocument/codeAction', {
      textDocument,
      range: { start: { line: 3, character: 4 }, end: { line: 3, character: 8 } },
      context: { diagnostics: [] },
    });
    await twice(`formatting of the ${which}`, 'textDocument/formatting', {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    });
  }
  await twice('symbols of the workspace', 'workspace/symbol', { query: 'c99' });
} finally {
  connection.dispose();
  child.kill();
  rmSync(root, { recursive: true, force: true });
}
