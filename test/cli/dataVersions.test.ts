import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

interface Version {
  id: string;
  dataset: string;
  rows: number;
  rowsChange: number | null;
  kept: boolean;
  parent: string | null;
  source: string;
  columnChanges: { added: unknown[] } | null;
}
interface Log {
  total: number;
  versions: Version[];
}

const odd = 'a"b\'; DROP TABLE x; -- 😀';
const schema = `primaryKey: id\nfields:\n  - { name: id, type: integer }\n  - { name: n, type: number }\n  - { name: ${JSON.stringify(odd)}, type: string }\n`;

function project(keep = '') {
  const cwd = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets:\n  items: { path: data/items.parquet, schema: items.dataset.yaml${keep} }\nstages:\n  collect: { uses: collect, with: { dataset: items, from: { files: in.csv } } }\n`,
    'items.dataset.yaml': schema,
    'in.csv': `id,n,"${odd.replace('"', '""')}"\n1,1.5,x\n2,2.5,y\n3,3.5,z\n`,
  });
  const put = async (text: string) => {
    writeFiles(cwd, { 'in.csv': text });
    const result = await runCli(['run'], { cwd });
    assert.equal(result.code, 0, result.err);
  };
  const log = async () => (await runJson<Log>(['data', 'log', 'items'], { cwd })).json.versions;
  return {
    cwd,
    put,
    log,
    cli: (...args: string[]) => runCli(['data', ...args], { cwd }),
    json: <T>(...args: string[]) => runJson<T>(['data', ...args], { cwd }),
  };
}

const head = `id,n,"${odd.replace('"', '""')}"\n`;
const first = `${head}1,1.5,x\n2,2.5,y\n3,3.5,z\n`;
const second = `${head}1,1.5,X\n2,2.5,y\n4,4.5,w\n5,5.5,v\n`;

test('versions are listed, shown and compared; unchanged data makes none', async () => {
  const p = project();
  assert.match((await p.cli('log')).out, /No version of any dataset/);
  await p.put(first);
  await p.put(second);
  await p.put(`${second}\n`);
  const versions = await p.log();
  assert.deepEqual(
    versions.map(({ rows, rowsChange, kept }) => [rows, rowsChange, kept]),
    [
      [4, 1, true],
      [3, null, true],
    ],
  );
  assert.equal(versions[0]?.parent, versions[1]?.id);
  const listed = (await p.cli('log', 'items')).out;
  assert.match(listed, new RegExp(`^${versions[0]?.id.slice(0, 8)} +just now +4 +\\+1 `, 'm'));
  const shown = (await p.cli('show', 'items')).out;
  assert.match(shown, /items@[0-9a-f]{16}.*\n +rows +4\n/);
  assert.match(shown, /source +in\.csv/);
  assert.match(shown, /^n +DOUBLE +0\.0 % +4 +1\.5 +3\.5 +5\.5 +3\.5/m);
  const whole = (await p.json<{ schemaText: string; profile: { name: string }[]; files: unknown[] }>('show', 'items~1'))
    .json;
  assert.deepEqual(
    [whole.schemaText, whole.profile.map(({ name }) => name), whole.files.length],
    [schema, ['id', 'n', odd], 1],
  );
  const diff = (
    await p.json<{ rows: unknown; key: string[]; changedColumns: unknown; distributions: { name: string }[] }>(
      'diff',
      'items',
    )
  ).json;
  assert.deepEqual(
    [diff.rows, diff.key, diff.changedColumns],
    [{ before: 3, after: 4, added: 2, removed: 1, changed: 1 }, ['id'], [{ name: odd, rows: 1 }]],
  );
  const text = (await p.cli('diff', 'items~1', 'items@latest')).out;
  assert.match(text, /rows +3 → 4 \(\+1\): 2 added, 1 removed, 1 changed by id/);
  assert.ok(text.includes(`~ id 1: ${odd} x → X`), text);
  assert.match((await p.cli('diff', 'items~1', 'in.csv', '--key', odd)).out, /changed by a"b'/);
  assert.match((await p.cli('diff', 'in.csv', 'in.csv')).out, /0 added, 0 removed, whole rows compared|0 changed/);
});

test('restoring puts a version back, keeps what it replaces, and is not undone by the next run', async () => {
  const p = project();
  await p.put(first);
  const bytes = readFileSync(join(p.cwd, 'data/items.parquet'));
  await p.put(second);
  const [newest, oldest] = await p.log();
  const done = await p.cli('restore', 'items', '~1');
  assert.equal(done.code, 0, done.err);
  assert.match(
    done.out,
    new RegExp(
      `data/items\\.parquet now has the content of items@${oldest?.id.slice(0, 8)}: 3 rows\\.\nThe replaced data is kept as items@${newest?.id.slice(0, 8)} \\(4 rows\\)\\.`,
    ),
  );
  assert.deepEqual(readFileSync(join(p.cwd, 'data/items.parquet')), bytes);
  assert.match((await runCli(['run'], { cwd: p.cwd })).out, /Everything is fresh/);
  // A file that is broken is what one restores from; it is not thrown away.
  writeFiles(p.cwd, { 'data/items.parquet': 'broken by hand' });
  const mended = await p.cli('restore', 'items', newest?.id ?? '');
  assert.equal(mended.code, 0, mended.err);
  const aside = /is not a readable table; it was moved to (\S+)\./.exec(mended.out)?.[1] ?? '';
  assert.equal(readFileSync(join(p.cwd, aside, 'data/items.parquet'), 'utf8'), 'broken by hand');
  await p.put(`${first}9,9,i\n`);
  assert.equal((await p.cli('restore', 'items', newest?.id ?? '')).code, 0);
  const versions = await p.log();
  assert.deepEqual(
    versions.map(({ rows }) => rows),
    [4, 4, 4, 3, 4, 3],
  );
  assert.match(versions[0]?.source ?? '', /^restored from [0-9a-f]{8}: in\.csv$/);
});

test('only the newest versions keep their data, and what that means is said', async () => {
  const p = project(', snapshots: { keep: 2 }');
  for (const n of [1, 2, 3, 4]) await p.put(`${head}${Array.from({ length: n }, (_, i) => `${i},1,x\n`).join('')}`);
  const versions = await p.log();
  assert.deepEqual(
    versions.map(({ rows, kept }) => [rows, kept]),
    [
      [4, true],
      [3, true],
      [2, false],
      [1, false],
    ],
  );
  assert.equal(readdirSync(join(p.cwd, '.loopwright/snapshots')).length, 2);
  assert.match((await p.cli('log', 'items')).out, /○ the data itself is no longer kept/);
  const gone = await p.cli('restore', 'items', versions[2]?.id ?? '');
  assert.deepEqual([gone.code, /is no longer kept; only its record is/.test(gone.err)], [1, true]);
  assert.match(
    (await p.cli('diff', 'items~3', 'items')).out,
    /1 → 4 rows \(\+3\)\n.*no longer kept, so rows cannot be compared/s,
  );
  assert.equal((await p.cli('show', 'items~3')).code, 0);
});

test('restoring waits for no run, and refuses while one goes', async () => {
  const p = project();
  await p.put(first);
  await p.put(second);
  writeFiles(p.cwd, { '.loopwright/run.lock': `${process.pid} ` });
  const refused = await p.cli('restore', 'items', '~1');
  assert.deepEqual([refused.code, /Another run of this project is in progress/.test(refused.err)], [1, true]);
});

test('what is not there is told with what is near', async () => {
  const p = project();
  await p.put(first);
  const told = async (...args: string[]) => {
    const { code, err } = await p.cli(...args);
    assert.equal(code, 2, err);
    return err;
  };
  assert.match(await told('log', 'itms'), /There is no dataset `itms`\. Did you mean `items`/);
  assert.match(await told('show', 'itms'), /no file, dataset or version\. Did you mean `items`/);
  assert.match(await told('show', 'items~4'), /`items~4` is none of its 1 versions: [0-9a-f]{8}/);
  assert.match(await told('show', 'in.csv'), /`loopwright data profile in\.csv` summarizes it/);
  assert.match(await told('diff', 'items'), /has only one version/);
  assert.match(await told('diff', 'in.csv'), /name a second one/);
  assert.match(await told('restore', 'itms', 'x'), /Did you mean `items`/);
  assert.match(
    (await p.cli('diff', 'items', 'in.csv', '--key', 'idd')).err,
    /The key `idd` is not a column of both tables\. Did you mean `id`/,
  );
  assert.ok(!existsSync(join(p.cwd, 'x')));
});
