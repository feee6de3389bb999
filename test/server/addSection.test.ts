import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { LanguageRequests } from '../../protocol/languageServer.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';

const server = await new LspClient().start();
const text = `version: 1
project: small

datasets:
  events: { path: data/events.csv }

stages:
  train: { cmd: "true" }   # any program
`;
const root = makeProject({ 'loopwright.yaml': text, 'data/events.csv': 'id\n1\n' });
const uri = uriOf(join(root, 'loopwright.yaml'));
server.open(uri, text);

type Added = LanguageRequests['loopwright/addSection']['result'];
const add = (part: string) => server.connection.sendRequest<Added>('loopwright/addSection', { uri, part });
const applied = (
  of: string,
  changes: {
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
    newText: string;
  }[],
) => TextDocument.applyEdits(TextDocument.create('x', 'x', 1, of), changes);

test('a section is made for the text as it is open, with a port that is free', async () => {
  const busy = createServer().listen(8080, '127.0.0.1');
  // Somebody else may hold it; then it is taken all the same.
  await Promise.race([once(busy, 'listening'), once(busy, 'error')]);
  const unsaved = `# not saved yet\n${text}`;
  server.change(uri, unsaved);
  const made = await add('deploy');
  busy.close();
  assert.ok('changes' in made);
  const result = applied(unsaved, made.changes);
  assert.match(
    result,
    /# any program\n\ndeployments:\n {2}production: \{ model: champion, as: api, port: (?!8080)\d+ \}\n$/,
  );
  assert.match(result.split('\n')[made.line] ?? '', /^ {2}production:/);
  server.change(uri, text);
});

test('files that it needs come along, and what is missing is told', async () => {
  const made = await add('prepare');
  assert.ok('changes' in made);
  assert.deepEqual(Object.keys(made.files), [join(root, 'sql/features.sql')]);
  assert.match(Object.values(made.files)[0] ?? '', /FROM events\n$/);
  const refused = await add('validate');
  assert.ok('refusal' in refused && /stage that makes a model|dataset whose schema has a target/.test(refused.refusal));
});

test('a schema is named in the dataset that has none', async () => {
  const declare = (dataset: string, path: string) =>
    server.connection.sendRequest<LanguageRequests['loopwright/declareSchema']['result']>('loopwright/declareSchema', {
      uri,
      dataset,
      path,
    });
  const change = await declare('events', 'schemas/events.dataset.yaml');
  assert.ok(change);
  assert.match(
    applied(text, [change]),
    /events: \{ path: data\/events\.csv, schema: schemas\/events\.dataset\.yaml \}/,
  );
  assert.equal(await declare('nothing', 'x.dataset.yaml'), null);
  assert.deepEqual(server.logged, []);
});
