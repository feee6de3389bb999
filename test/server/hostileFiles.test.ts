import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

// A hostile folder in a real language server, trusted and not. Tried as `schema`, as an experiment, as SQL, in
// `env_file` and as the project itself: devices, pipes, folders, files of 60 MB, and private files of others by their
// path, by `..`, by a link, by a link to their folder and by links to links. No text of a private file is in any answer.

const skip = process.platform === 'win32';
const secret = 'hunter2-of-somebody-else';
const others = skip
  ? ''
  : makeProject({
      'secret.yaml': `${secret}\n`,
      'map.yaml': `${secret}: 1\n`,
      'broken.yaml': `{ ${secret}: [ *${secret} \n`,
      '.env': `${secret}\n`,
      'select.sql': `${secret.replaceAll('-', '_')}\n`,
    });

function hostileProject(): string {
  const root = makeProject({
    'shared.dataset.yaml': 'fields:\n  - { name: x, type: nothing }\n',
    'p/data/a.csv': 'x\n1\n',
    'p/experiments/good.experiment.yaml': 'describe: x\n',
  });
  const project = join(root, 'p');
  const at = (path: string) => join(project, path);
  execFileSync('mkfifo', [at('pipe.yaml')]);
  symlinkSync('pipe.yaml', at('to-pipe.yaml'));
  symlinkSync('/dev/zero', at('zero.yaml'));
  symlinkSync(join(others, 'secret.yaml'), at('link.yaml'));
  symlinkSync('link.yaml', at('link-of-link.yaml'));
  symlinkSync(others, at('folder'));
  mkdirSync(at('plain-folder'));
  writeFileSync(at('large.yaml'), '');
  truncateSync(at('large.yaml'), 60 << 20);
  for (const name of ['secret', 'map', 'broken'])
    symlinkSync(join(others, `${name}.yaml`), at(`experiments/${name}.experiment.yaml`));
  return project;
}

/** Schemas, with what is said of each in a folder that is trusted. While it is not, places outside are not looked at. */
const schemas: [path: string, says: RegExp][] = [
  ['/dev/zero', /is a device, not a file/],
  ['zero.yaml', /is a device, not a file/],
  ['pipe.yaml', /is a pipe, not a file/],
  ['to-pipe.yaml', /is a pipe, not a file/],
  ['plain-folder', /is a folder, not a file/],
  ['large.yaml', /has 60 MB/],
  ['link.yaml', /leads out of the project, to a file that is not a dataset schema/],
  ['link-of-link.yaml', /leads out of the project/],
  ['folder/secret.yaml', /leads out of the project/],
  ['folder/map.yaml', /leads out of the project/],
  ['folder/broken.yaml', /leads out of the project/],
  [`${others}/secret.yaml`, /leads out of the project/],
  [`${others}/broken.yaml`, /leads out of the project/],
];
const isInside = /^(pipe|to-pipe|plain-folder|large)/;
const text = `version: 1
project: p
env_file: [folder/.env, pipe.yaml, zero.yaml]
datasets:
${schemas.map(([path], i) => `  d${i}: { path: data/a.csv, schema: ${JSON.stringify(path)} }\n`).join('')}  shared: { path: data/a.csv, schema: ../shared.dataset.yaml }
  made: { path: made.parquet }
stages:
  make: { uses: prepare, with: { sql: folder/select.sql, output: made } }
`;

test('a hostile folder gets nothing out of the language server', { skip, timeout: 60_000 }, async () => {
  const project = hostileProject();
  writeFileSync(join(project, 'loopwright.yaml'), text);
  const server = await new LspClient({ data: false, folders: [project] }).start();
  const uri = uriOf(join(project, 'loopwright.yaml'));
  const shared = uriOf(join(project, '../shared.dataset.yaml'));
  server.open(uri, text);
  for (const trusted of [false, true]) {
    if (trusted)
      await server.connection.sendNotification('workspace/didChangeConfiguration', {
        settings: { loopwright: { checks: { data: true, severity: {} }, trusted, exclude: [] } },
      });
    const at = (line: number) =>
      (server.published.get(uri) ?? []).filter(({ code, range }) => code === 'LW204' && range.start.line === line);
    await until('the schema outside is judged', () => at(4 + schemas.length).length === (trusted ? 0 : 1));
    for (const [i, [path, says]] of schemas.entries()) {
      const messages = at(4 + i).map(({ message }) => String(message));
      const expected = trusted || isInside.test(path) ? says : /is outside the folder, which is not trusted/;
      assert.ok(messages.length === 1 && expected.test(messages[0] ?? ''), `${path}: ${messages.join(' | ')}`);
    }
    assert.equal((server.published.get(shared) ?? []).length, trusted ? 1 : 0, 'a schema that projects share');
    const textDocument = { uri };
    const answers = [
      ...(await Promise.all(
        text.split('\n').map((line, i) => server.hover(uri, { line: i, character: Math.max(0, line.length - 8) })),
      )),
      await server.complete(uri, { line: 5, character: 30 }),
      await server.connection.sendRequest('workspace/symbol', { query: '' }),
      await server.connection.sendRequest('textDocument/documentLink', { textDocument }),
      await server.connection.sendRequest('textDocument/inlayHint', {
        textDocument,
        range: { start: { line: 0, character: 0 }, end: { line: 30, character: 0 } },
      }),
    ];
    const told = JSON.stringify([[...server.published], answers, server.logged]);
    assert.ok(!told.includes('hunter2'), `private text is answered: ${/.{200}hunter2.*/.exec(told)?.[0]}`);
    if (!trusted)
      assert.deepEqual(
        [...server.published.keys()].filter((file) => !file.includes('/p/')),
        [],
      );
  }
});
