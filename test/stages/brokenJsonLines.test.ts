import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newestSnapshot } from '../../engine/tracking/snapshots.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const schema = `fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: n, type: integer, constraints: { minimum: 0 } }
`;

function newProject(files: Record<string, string | Uint8Array>, invalid?: string, withSchema = true) {
  return runIn(
    makeProject({
      'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: data/items.parquet${withSchema ? ', schema: items.dataset.yaml' : ''} } }\nstages:\n  collect: { uses: collect, with: { dataset: items, from: { files: in/* }${invalid ? `, invalid: ${invalid}` : ''} } }\n`,
      'items.dataset.yaml': schema,
      ...files,
    }),
  );
}

const row = (id: string, n: unknown = 1) => `{"id":"${id}","n":${JSON.stringify(n)}}`;

// Tried: cut at the end, words between, an array and a number as a line, a key twice (also nested), a byte order mark,
// blank lines, CRLF, NaN, a packed file, two files, a line that breaks a rule behind a broken one.
test('broken lines of JSON are quarantined with their file and number, the others are kept', async () => {
  const lines = ['\ufeff{"id":"a","n":1}', '', 'nope', row('b'), '[1]', '7', '{"id":"c","id":"d","n":1}', row('e', -1)];
  const project = newProject({
    'in/1.jsonl': [...lines, '{ "id": "f",\t"n": 2 }', '{"id":"g","n":'].join('\r\n'),
    'in/2.jsonl.gz': gzipSync(
      `${row('h', 3)}\n{"id":"i","n":NaN}\n{"id":"j","n":1,"o":{"a":1,"a":2}}\n{"id":"\\ud83d"}\n`,
    ),
  });
  const outcome = await project.run();
  assert.equal(outcome.error, null, outcome.error?.message);
  const kept = await project.rows('data/items.parquet');
  assert.deepEqual(kept.map(({ id, n }) => [id, n]).toSorted(), [
    ['a', 1],
    ['b', 1],
    ['f', 2],
    ['h', 3],
    ['i', null],
  ]);
  const snapshot = newestSnapshot(project.store, 'items');
  assert.equal(snapshot?.quarantined, 8);
  const bad = await project.rows(snapshot?.detail.quarantineFile ?? '');
  assert.deepEqual(
    bad
      .map((one) => [String(one['_file']).split('/').at(-1), Number(one['_row'])])
      .toSorted(([a, x], [b, y]) => (a === b ? Number(x) - Number(y) : String(a).localeCompare(String(b)))),
    [
      ['1.jsonl', 3],
      ['1.jsonl', 5],
      ['1.jsonl', 6],
      ['1.jsonl', 7],
      ['1.jsonl', 8],
      ['1.jsonl', 10],
      ['2.jsonl.gz', 3],
      ['2.jsonl.gz', 4],
    ],
  );
  assert.match(
    String(bad.find((one) => Number(one['_row']) === 3)?.['_reasons']),
    /not in the format JSON Lines: nope/,
  );
  assert.deepEqual(
    readdirSync(join(project.root, '.loopwright')).includes('downloads')
      ? readdirSync(join(project.root, '.loopwright/downloads')).filter((name) => name.startsWith('json-'))
      : [],
    [],
    'the copies are removed',
  );
});

test('broken lines fail the stage with `invalid: fail`, in an array, and when no line is sound', async () => {
  const failing = await newProject({ 'in/x.jsonl': `${row('a')}\nnope\n` }, 'fail').run();
  assert.match(failing.error?.message ?? '', /x\.jsonl, line 2: not valid JSON/);
  const array = await newProject({ 'in/x.json': `[${row('a')},\n{"id":\n` }).run();
  assert.match(array.error?.message ?? '', /x\.json, line/);
  const none = await newProject({ 'in/x.jsonl': 'nope\nno\n' }).run();
  assert.match(none.error?.message ?? '', /x\.jsonl, line 1: /);
});

test('broken lines are set aside without a schema too', async () => {
  const project = newProject({ 'in/x.jsonl': `${row('a')}\nnope\n${row('b', 2)}\n` }, undefined, false);
  const outcome = await project.run();
  assert.equal(outcome.error, null, outcome.error?.message);
  assert.deepEqual(
    (await project.rows('data/items.parquet')).map(({ id, n }) => [id, n]),
    [
      ['a', 1],
      ['b', 2],
    ],
  );
  assert.equal(newestSnapshot(project.store, 'items')?.quarantined, 1);
});
