import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { watched } from '../../engine/data/sources/filesSource.ts';
import { redactor } from '../../engine/data/sources/redact.ts';
import { graphOf } from '../../engine/project/graph.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { listSnapshots, newestSnapshot } from '../../engine/tracking/snapshots.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { isRunning, startCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

const yaml = (from: string, dataset = '{ path: data/items.parquet }') =>
  `version: 1\nproject: p\ndatasets: { items: ${dataset} }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: ${from} } }\n`;

function project(from: string, files: Record<string, string> = {}, dataset?: string) {
  const runner = runIn(makeProject({ 'loopwright.yaml': yaml(from, dataset), ...files }));
  const pull = async (request = {}) => {
    const {
      stages: [stage],
      error,
    } = await runner.run({ stages: ['pull'], ...request });
    return error?.message ?? stage?.summary;
  };
  return { ...runner, pull };
}

const node = JSON.stringify(process.execPath);

test('the standard output of a command is the data, as CSV or JSON lines; its standard error goes to the log', async () => {
  const p = project(`{ command: ${JSON.stringify(`${node} fetch.mjs`)} }`, {
    'fetch.mjs': "console.error('fetching'); console.log('id,w\\n1,a\\n2,b');",
  });
  assert.equal(await p.pull(), '2 rows');
  assert.ok(p.logs.includes('pull| fetching'));
  assert.equal(newestSnapshot(p.store, 'items')?.source, `$ ${node} fetch.mjs`);
  assert.equal((await p.run()).status, 'fresh', 'without its name it does not run again');
  assert.equal(await p.pull(), '2 rows');
  assert.equal(listSnapshots(p.store, 'items').length, 1, 'the same data is no new version');
  const lines = project(
    `{ command: ${JSON.stringify(`${node} -e "console.log(JSON.stringify({ id: 1, tags: ['a'] }))"`)}, format: jsonl }`,
  );
  assert.equal(await lines.pull(), '1 rows');
});

test('the file that a command writes is the data; a missing input file makes the stage stale', async () => {
  const p = project(`{ command: ${JSON.stringify(`${node} fetch.mjs`)}, output: raw/x.csv }`, {
    'fetch.mjs':
      "import { mkdirSync, writeFileSync } from 'node:fs'; mkdirSync('raw', { recursive: true }); writeFileSync('raw/x.csv', 'id\\n1\\n'); console.log('done');",
  });
  assert.equal(await p.pull(), '1 rows');
  assert.ok(p.logs.includes('pull| done'));
  writeFiles(p.root, { 'raw/x.csv': 'id\n2\n' });
  assert.deepEqual((await p.run()).stages[0]?.reasons, ['output raw/x.csv changed']);
});

test('a command gets the time that the run reads data as of, and not the window of prepare', async () => {
  const p = project(`{ command: ${JSON.stringify(`${node} fetch.mjs`)} }`, {
    'fetch.mjs':
      'const { LOOPWRIGHT_AS_OF: asOf, LOOPWRIGHT_DATA_FROM: from } = process.env; console.log(`asOf,from\\n${asOf},${from}`);',
  });
  await p.pull({ period: { asOf: Date.UTC(2026, 4, 28), window: 1000 } });
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT CAST("asOf" AS VARCHAR) AS a, "from" FROM data'), [
    { a: '2026-05-28 00:00:00', from: 'undefined' },
  ]);
});

test('a command that fails, prints nothing or writes nothing is reported with its last lines', async () => {
  assert.match(
    (await project(
      `{ command: ${JSON.stringify(`${node} -e "console.log('id'); console.error('no route to host'); process.exit(3)"`)} }`,
    ).pull()) ?? '',
    /ended with exit code 3: .*\nno route to host$/,
  );
  assert.match(
    (await project('{ command: "true" }').pull()) ?? '',
    /The command printed nothing: true\. It must print CSV with a header/,
  );
  assert.match((await project('{ command: "true", output: raw/x.csv }').pull()) ?? '', /did not write `raw\/x\.csv`/);
});

test('a secret that a command prints is in no log, error or file', async () => {
  const p = project(`{ command: "echo with \${env.API_TOKEN} >&2; echo id; exit 1" }`);
  const error = await p.pull({
    project: loadProject(p.root, undefined, { ...process.env, API_TOKEN: 'tok-4711-secret' }),
  });
  assert.match(error ?? '', /ended with exit code 1: .*\nwith \$\{env\.API_TOKEN\}$/);
  assert.ok(p.logs.includes('pull| with ${env.API_TOKEN}'));
  const stored = globSync('.loopwright/**/*', { cwd: p.root, withFileTypes: true });
  const written = stored.filter((file) => file.isFile());
  assert.ok(written.length > 0);
  for (const { parentPath, name } of written)
    assert.ok(!readFileSync(join(parentPath, name), 'latin1').includes('tok-4711'), name);
});

test('cancelling stops the whole tree of a command', async () => {
  const p = project('{ command: "echo id; sleep 300 & echo $! >&2; wait" }');
  const abort = new AbortController();
  const running = p.pull({ signal: abort.signal }).catch((error: Error) => error.name);
  const pid = await until('the child runs', () => Number(/pull\| (\d+)$/m.exec(p.logs.join('\n'))?.[1] ?? 0));
  abort.abort();
  assert.equal(await running, 'CancelledError');
  await until('the child is gone', async () => !(await isRunning(pid)), 5000);
  assert.ok(!existsSync(join(p.root, 'data')));
});

test('a run killed while a command prints leaves nothing that a later run reads', async () => {
  const cwd = makeProject({
    'loopwright.yaml': yaml('{ command: "sh fetch.sh" }'),
    'fetch.sh': 'echo id; echo 1; if [ ! -e go ]; then sleep 300; fi; echo 2\n',
  });
  const running = startCli(['run'], { cwd });
  await until('something was printed', () =>
    globSync('.loopwright/downloads/*/*.part', { cwd }).some(
      (file) => readFileSync(join(cwd, file), 'utf8') === 'id\n1\n',
    ),
  );
  running.child.kill('SIGKILL');
  await running.ended;
  assert.ok(!existsSync(join(cwd, 'data/items.parquet')));
  writeFiles(cwd, { go: '' });
  assert.equal((await runIn(cwd).run()).stages[0]?.summary, '2 rows');
});

test('files that change while they are read are noticed by size, time and identity', () => {
  const root = makeProject({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n' });
  const files = ['a.csv', 'b.csv'].map((name) => join(root, name));
  const before = watched(files);
  assert.equal(before.unchanged?.(), true);
  const at = statSync(files[0] ?? '');
  writeFileSync(files[0] ?? '', 'id\n3\n');
  utimesSync(files[0] ?? '', at.atime, new Date(at.mtimeMs + 1000));
  assert.equal(before.unchanged?.(), false);
  assert.equal(watched(files).unchanged?.(), true);
});

test('a file that changes once while it is read is read again; one that keeps changing is refused, and the old data stays', async () => {
  const schema = 'fields: [{ name: id, type: integer }]\n';
  const p = project(
    '{ files: in.csv }',
    { 'in.csv': 'id\n1\n', 'items.dataset.yaml': schema },
    '{ path: data/items.parquet, schema: items.dataset.yaml }',
  );
  assert.equal((await p.run()).stages[0]?.summary, '1 rows');
  const before = readFileSync(join(p.root, 'data/items.parquet'));
  const rows = (n: number) => `id\n${Array.from({ length: n }, (_, i) => i).join('\n')}\n`;
  // Whoever writes the file does so whenever the stage begins to write what it read.
  const disturbed = (times: number) => {
    let n = 0;
    writeFiles(p.root, { 'in.csv': rows(10 + times) });
    return p.run({
      events: {
        onLog: (stage, line) => p.logs.push(`${stage}| ${line}`),
        onProgress: (_, text) => {
          if (text.startsWith('writing') && n < times) writeFiles(p.root, { 'in.csv': rows(100 + 10 * times + ++n) });
        },
      },
    });
  };
  const always = await disturbed(2);
  assert.match(
    always.error?.message ?? '',
    /The files of `items` changed twice while they were read: in\.csv\. Run again when/,
  );
  assert.deepEqual(readFileSync(join(p.root, 'data/items.parquet')), before);
  assert.deepEqual(globSync('data/.*', { cwd: p.root }), []);
  const once = await disturbed(1);
  assert.equal(once.stages[0]?.summary, '111 rows', once.error?.message);
  assert.ok(p.logs.some((line) => /a file changed while it was read; reading it once more/.test(line)));
});

test('each source is accepted by the checks, and the graph knows what it reads', () => {
  const sources: Record<string, string[]> = {
    '{ postgres: "${env.DATABASE_URL}", query: sql/pull.sql, watermark: at, batch: 500 }': ['sql/pull.sql'],
    '{ sqlite: app.db, query: "SELECT * FROM t", watermark: id }': ['app.db', 'app.db-wal'],
    '{ s3: "s3://bucket/x/*.parquet", endpoint: "http://127.0.0.1:9000", region: eu-west-1 }': [],
    '{ command: "python fetch.py", output: raw/x.csv }': [],
    '{ url: "https://example.org/x.csv", headers: { Authorization: "Bearer ${env.DATABASE_URL}" }, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 }':
      [],
  };
  for (const [from, deps] of Object.entries(sources)) {
    const root = makeProject({
      'loopwright.yaml': `${yaml(from)}  use: { cmd: cat data/items.parquet, deps: [data/items.parquet], outs: [x] }\n`,
      'sql/pull.sql': 'SELECT 1',
      'app.db': '',
    });
    const loaded = loadProject(root, undefined, { DATABASE_URL: 'postgres://h/d' });
    assert.deepEqual(
      checkProject(loaded)
        .filter(({ severity }) => severity !== 'info')
        .map(({ code, message }) => `${code} ${message}`),
      [],
      from,
    );
    assert.deepEqual(graphOf(configFor(loaded, 'default'), loaded.files).stages.get('pull')?.deps, deps, from);
  }
  const wrong = (from: string) =>
    checkProject(loadProject(makeProject({ 'loopwright.yaml': yaml(from) }), undefined, {}))
      .map(({ code, message }) => `${code} ${message}`)
      .join('\n');
  assert.match(
    wrong('{ sqlite: app.db, query: sql/none.sql }'),
    /LW204 There is no database `app\.db`\.\nLW204 There is no file `sql\/none\.sql`/,
  );
  assert.match(
    wrong('{ postgres: "postgres://ada:pass-word-1@h/d", query: SELECT 1 }'),
    /LW705 Here stands a password in an address/,
  );
  assert.match(wrong('{ s3: bucket/x.csv }'), /LW107 `s3` must match/);
  assert.match(wrong('{ sqlite: app.db }'), /LW103 .*is missing the key `query`/);
});

test('secrets are removed from any text, in every form in which they occur', () => {
  const redact = redactor({
    URL: 'postgres://ada:p%40ss-word@h:5432/d',
    TOKEN: 'tok-4711',
    SHORT: 'eu',
    NONE: undefined,
  });
  assert.equal(
    redact('open postgres://ada:p%40ss-word@h:5432/d with tok-4711 in eu'),
    'open ${env.URL} with ${env.TOKEN} in eu',
  );
  assert.equal(redact('the password p@ss-word or p%40ss-word was wrong'), 'the password *** or *** was wrong');
  assert.equal(redact('https://bob:hunter2@example.org/x'), 'https://example.org/x');
});
