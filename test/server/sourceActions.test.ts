import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CodeAction, CodeActionContext, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { until } from '../helpers/until.ts';

const server = await new LspClient({ data: true }).start();

async function actions(
  uri: string,
  marked: string,
  context: Partial<CodeActionContext> = {},
): Promise<{ found: CodeAction[]; text: string }> {
  const { text, position } = withCursor(marked);
  server.change(uri, text);
  const found = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: position, end: position },
    context: { diagnostics: [], ...context },
  });
  return { found, text };
}

/** A text after edits of it, made from the last to the first. */
function edited(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: { line: number; character: number }) =>
    lines.slice(0, line).reduce((sum, part) => sum + part.length + 1, character);
  let result = text;
  for (const { range, newText } of edits.toSorted((a, b) => offset(b.range.start) - offset(a.range.start)))
    result = result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end));
  return result;
}

test('a schema is inferred from the data of a dataset that has none', async () => {
  const yaml =
    'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\n';
  const root = makeProject({
    'loopwright.yaml': yaml,
    'data/t.csv': `id,at,colour,n\n${Array.from({ length: 40 }, (_, i) => `k${i},2026-01-01T00:00:${String(i).padStart(2, '0')}Z,${i % 2 ? 'red' : 'dark blue'},${i % 5 ? i : ''}`).join('\n')}\n`,
  });
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, yaml);
  let action: CodeAction | undefined;
  await until(
    'the action is there',
    async () => {
      action = (await actions(uri, yaml.replace('  t: {', '  █t: {'))).found.find(({ title }) =>
        title.startsWith('Infer'),
      );
      return action !== undefined;
    },
    10_000,
  );
  assert.equal(action?.title, 'Infer schema from data into schemas/t.dataset.yaml');
  const [create, schema, main] = action?.edit?.documentChanges ?? [];
  assert.deepEqual(create, {
    kind: 'create',
    uri: uriOf(join(root, 'schemas/t.dataset.yaml')),
    options: { ignoreIfExists: true },
  });
  assert.equal(
    (schema as TextDocumentEdit).edits.map((edit) => (edit as TextEdit).newText).join(''),
    `# Inferred from 40 rows. Bounds, units and further roles (feature, target, protected) are for you to set.
fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: colour, type: string, constraints: { required: true }, categories: ["dark blue", red] }
  - { name: "n", type: integer }
primaryKey: id
`,
  );
  assert.match(
    edited(yaml, (main as TextDocumentEdit).edits as TextEdit[]),
    /t: \{ path: data\/\*\.csv, schema: schemas\/t\.dataset\.yaml \}/,
  );
});

test('a fairness gate for an attribute that has none', async () => {
  const uri = uriOf(join(ordersProject({ rows: 20 }), 'loopwright.yaml'));
  server.open(uri, ordersYaml);
  const { found, text } = await actions(uri, ordersYaml.replace('  validate:\n', '  vali█date:\n'));
  const action = found.find(({ title }) => title === 'Add a fairness gate for country');
  assert.match(
    edited(text, action?.edit?.changes?.[uri] ?? []),
    /pr_auc@champion: \{ min: -0\.2 \}\n {6}equal_opportunity_difference\[country\]: \{ max: 0\.1 \}\n/,
  );
  const gated = ordersYaml.replace(
    '    gates:\n',
    '    gates:\n      demographic_parity_difference[country]: { max: 0.2 }\n',
  );
  assert.ok(
    !(await actions(uri, gated.replace('  validate:\n', '  vali█date:\n'))).found.some(({ title }) =>
      title.includes('fairness'),
    ),
  );
});

test('a download is pinned to the file that was fetched last', async () => {
  const url = 'https://example.org/data/orders.csv';
  const yaml = `version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/t.csv }\nstages:\n  get: { uses: collect, with: { dataset: t, from: { url: "${url}" } } }\n`;
  const folder = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const root = makeProject({ 'loopwright.yaml': yaml, [`.loopwright/downloads/${folder}/orders.csv`]: 'id\n1\n' });
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, yaml);
  const { found, text } = await actions(uri, yaml.replace('  get:', '  g█et:'));
  const action = found.find(({ title }) => title.startsWith('Pin data snapshot'));
  assert.ok(action && action.edit === undefined, 'the file is read when the action is chosen');
  const resolved = await server.connection.sendRequest<CodeAction>('codeAction/resolve', action);
  assert.ok(
    edited(text, resolved.edit?.changes?.[uri] ?? []).includes(
      `from: { url: "${url}", sha256: ${createHash('sha256').update('id\n1\n').digest('hex')} }`,
    ),
  );
});

test('quick fixes, a comment that silences, and all certain fixes at once', async () => {
  const uri = uriOf(join(ordersProject({ rows: 20 }), 'loopwright.yaml'));
  const bad = ordersYaml
    .replace('slices: [country]', 'slices: [contry]')
    .replace('model: train, data', 'model: trian, data')
    .replace('seed: 3\n', '');
  server.open(uri, bad);
  await until(
    'the findings are there',
    () =>
      (server.published.get(uri) ?? []).filter(({ code }) => ['LW301', 'LW202', 'LW701'].includes(String(code)))
        .length === 3,
  );
  const diagnostics = server.published.get(uri) ?? [];
  const at = diagnostics.find(({ code }) => code === 'LW701');
  assert.ok(at);
  const seed = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: at.range,
    context: { diagnostics: [at] },
  });
  assert.deepEqual(seed.map(({ title }) => title).slice(-1), ['Ignore LW701 here']);
  assert.deepEqual(
    seed[0]?.diagnostics?.map(({ code }) => code),
    ['LW701'],
  );
  const silenced = edited(bad, seed.at(-1)?.edit?.changes?.[uri] ?? []);
  assert.match(silenced, /# loopwright-ignore LW701\n/);
  const all = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: at.range,
    context: { diagnostics, only: ['source.fixAll'] },
  });
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['source.fixAll.loopwright'],
  );
  const mended = edited(bad, all[0]?.edit?.changes?.[uri] ?? []);
  server.change(uri, mended);
  await until(
    'nothing certain is left',
    () => !(server.published.get(uri) ?? []).some(({ code }) => ['LW301', 'LW202', 'LW701'].includes(String(code))),
  );
  assert.ok(
    mended.includes('slices: [country]') && mended.includes('model: train, data') && /^seed: \d+$/m.test(mended),
  );
});

test('files that are renamed are renamed where they are named', async () => {
  const root = ordersProject({ rows: 20 });
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, ordersYaml);
  const rename = (from: string, to: string) =>
    server.connection.sendRequest<WorkspaceEdit | null>('workspace/willRenameFiles', {
      files: [{ oldUri: uriOf(join(root, from)), newUri: uriOf(join(root, to)) }],
    });
  const file = edited(
    ordersYaml,
    (await rename('schemas/orders.dataset.yaml', 'schemas/order.dataset.yaml'))?.changes?.[uri] ?? [],
  );
  assert.equal(file.split('schemas/order.dataset.yaml').length, 3);
  const folder = edited(ordersYaml, (await rename('schemas', 'tables'))?.changes?.[uri] ?? []);
  assert.deepEqual([folder.includes('tables/labels.dataset.yaml'), folder.includes('schemas/')], [true, false]);
  assert.equal(await rename('unrelated.txt', 'other.txt'), null);
  assert.deepEqual(server.logged, []);
});
