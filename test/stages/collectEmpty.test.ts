import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

// Tried: every row of a CSV, of JSON Lines and of a single row; a key that is always empty; lines that are all ragged;
// a schema that was right before; one good row among bad ones; `invalid: warn`, `fail`; a source without rows.

const project = (files: Record<string, string>, more = '') =>
  runIn(
    makeProject({
      'loopwright.yaml': `version: 1\nproject: p\ndatasets: { ids: { path: data/ids.parquet, schema: ids.dataset.yaml } }\nstages:\n  get: { uses: collect, with: { dataset: ids, from: { files: "${Object.keys(files)[0]}" }${more} } }\n`,
      'ids.dataset.yaml': 'fields:\n  - { name: id, type: integer }\n  - { name: x, type: string }\nprimaryKey: id\n',
      ...files,
    }),
  );

test('a collect whose rows are all quarantined fails, says why and where they are', async () => {
  const sources: Record<string, [string, RegExp]> = {
    'a.csv': ['id,x\nu1,a\nu2,b\n', /^All 2 rows of `ids` would be quarantined, so nothing was written\. First: .*id/],
    'a.jsonl': ['{"id":"u","x":"a"}\n{"id":"v","x":"b"}\n', /All 2 rows/],
    'one.csv': ['id,x\n1.5,a\n', /The only row/],
    'key.csv': ['id,x\n,a\n,b\n,c\n', /All 3 rows/],
    'ragged.csv': ['id,x\n1,a,b\n2,c,d\n', /All 2 rows/],
  };
  for (const [name, [content, wanted]] of Object.entries(sources)) {
    const run = project({ [name]: content });
    const { error } = await run.run();
    assert.match(error?.message ?? '', wanted, name);
    const file = /in (\.loopwright\/\S+\.csv)\./.exec(error?.message ?? '')?.[1] ?? '';
    assert.ok(readFileSync(join(run.root, file), 'utf8').includes('_reasons'), name);
    assert.ok(!existsSync(join(run.root, 'data/ids.parquet')), name);
  }
});

test('the rows there were stay; one good row, a warning and an empty source pass', async () => {
  const run = project({ 'a.csv': 'id,x\n1,a\n' });
  assert.equal((await run.run()).error, null);
  writeFiles(run.root, { 'a.csv': 'id,x\nu1,a\n' });
  assert.match((await run.run()).error?.message ?? '', /The only row/);
  assert.deepEqual(await run.rows('data/ids.parquet'), [{ id: 1, x: 'a' }]);
  assert.equal((await project({ 'a.csv': 'id,x\nu1,a\n2,b\n' }).run()).stages[0]?.summary, '1 rows · 1 quarantined');
  assert.equal((await project({ 'a.csv': 'id,x\nu1,a\n' }, ', invalid: warn').run()).error, null);
  assert.match(
    (await project({ 'a.csv': 'id,x\nu1,a\n' }, ', invalid: fail').run()).error?.message ?? '',
    /do not fit/,
  );
  assert.equal((await project({ 'a.csv': 'id,x\n' }).run()).stages[0]?.summary, '0 rows');
});
