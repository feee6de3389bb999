import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WorkError } from '../../engine/base/errors.ts';
import { migrations } from '../../engine/store/migrations.ts';
import { openDatabase } from '../../engine/store/openDatabase.ts';
import type { Sql } from '../../engine/store/sql.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { nextLine } from '../helpers/nextLine.ts';

const module = fileURLToPath(new URL('../../engine/store/openDatabase.ts', import.meta.url));

function open(path: string): Sql {
  const db = openDatabase(path);
  after(() => db.close());
  return db;
}

const saying = (about: RegExp) => (error: unknown) => {
  assert.ok(error instanceof WorkError, String(error));
  assert.match(error.message, about);
  return true;
};

/** Runs a program against the store in a process of its own. */
function program(source: string, ...args: string[]) {
  return spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { openDatabase } = await import(${JSON.stringify(module)});\n${source}`,
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

test('a new store has the newest version, in WAL mode', () => {
  const db = open(join(makeProject(), 'deep/er/x.db'));
  assert.equal(db.get<{ user_version: number }>('PRAGMA user_version')?.user_version, migrations.length);
  assert.equal(db.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode, 'wal');
});

test('an older store is brought up, a newer one is refused, and stays as it is', () => {
  const path = join(makeProject(), 'x.db');
  const db = openDatabase(path);
  db.run("INSERT INTO tags VALUES (1, 'k', 'v')");
  db.run('PRAGMA user_version = 99');
  db.close();
  assert.throws(
    () => openDatabase(path),
    saying(/written by a newer Loopwright \(version 99; this one knows \d+\)\. Update Loopwright/),
  );
  assert.throws(() => openDatabase(path), saying(/newer Loopwright/));
  const empty = join(makeProject(), 'old.db');
  writeFileSync(empty, '');
  assert.equal(open(empty).get<{ n: number }>('SELECT count(*) AS n FROM runs')?.n, 0, 'version 0 is an empty file');
});

test('a write is whole or not at all, also inside another', () => {
  const db = open(join(makeProject(), 'x.db'));
  assert.throws(
    () =>
      db.write(() => {
        db.run("INSERT INTO tags VALUES (1, 'a', '1')");
        db.write(() => db.run("INSERT INTO tags VALUES (1, 'b', '1')"));
        throw new Error('stop');
      }),
    /stop/,
  );
  assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n, 0);
});

test('several processes create and write one store at once, and nothing is lost', async () => {
  const path = join(makeProject(), 'x.db');
  const source = `const db = openDatabase(process.argv[1]);
for (let i = 0; i < 100; i++) db.write(() => { db.run('INSERT INTO tags VALUES (?, ?, ?)', Number(process.argv[2]), String(i), 'x'); db.run("INSERT INTO points (run, key, step, at, value) VALUES (?, 1, ?, 0, 1)", Number(process.argv[2]), i); });
db.close();`;
  const children = ['1', '2', '3', '4'].map((name) => program(source, path, name));
  const reader = children.map((child) => once(child, 'close'));
  for (const [i, ended] of reader.entries())
    assert.equal((await ended)[0], 0, String(children[i]?.stderr?.read() ?? ''));
  const db = open(path);
  assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n, 400);
  assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM points')?.n, 400);
});

test('a store is readable while another process writes, and sees only whole writes', async () => {
  const path = join(makeProject(), 'x.db');
  const db = open(path);
  const child = program(
    `const db = openDatabase(process.argv[1]);
for (let i = 0; i < 300; i++) db.write(() => { for (const k of ['a', 'b']) db.run("INSERT INTO tags VALUES (?, ?, 'x')", String(i), k); });
db.close();`,
    path,
  );
  const ended = once(child, 'close');
  let done = false;
  void ended.then(() => {
    done = true;
  });
  let reads = 0;
  while (!done) {
    assert.equal((db.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n ?? 1) % 2, 0);
    reads++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await ended)[0], 0);
  assert.ok(reads > 1);
  assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n, 600);
});

test('what a killed writer had told is there', async () => {
  const path = join(makeProject(), 'x.db');
  const child = program(
    `const db = openDatabase(process.argv[1]);
for (let i = 0; ; i++) { db.run("INSERT INTO tags VALUES (?, 'k', 'x')", String(i)); if (i === 50) console.log('there'); }`,
    path,
  );
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  const db = open(path);
  assert.ok((db.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n ?? 0) >= 50);
  assert.equal(db.get<{ integrity_check: string }>('PRAGMA integrity_check')?.integrity_check, 'ok');
});

test('a file that is no store, a folder and a cut store are told, with the file', () => {
  const root = makeProject({ 'x.db': `${'not a database '.repeat(100)}` });
  assert.throws(
    () => openDatabase(join(root, 'x.db')),
    (error) =>
      saying(/x\.db is not a readable store\. `loopwright recover --dry-run` reports what can be saved/)(error) &&
      (error as WorkError).place?.file === join(root, 'x.db'),
  );
  mkdirSync(join(root, 'folder.db'));
  assert.throws(() => openDatabase(join(root, 'folder.db')), saying(/cannot be opened for writing/));
  const cut = join(root, 'cut.db');
  const db = openDatabase(cut);
  db.close();
  truncateSync(cut, 3000);
  assert.throws(() => openDatabase(cut).all('SELECT * FROM runs'), saying(/cut\.db is not a readable store/));
  const torn = join(root, 'torn.db');
  const other = openDatabase(torn);
  for (let i = 0; i < 200; i++) other.run("INSERT INTO tags VALUES (?, 'k', ?)", String(i), 'x'.repeat(200));
  other.close();
  const bytes = readFileSync(torn);
  bytes.fill(0xab, 4096);
  writeFileSync(torn, bytes);
  assert.throws(() => openDatabase(torn).all('SELECT * FROM tags'), saying(/torn\.db is not a readable store/));
});

test('a store that may not be written says so', () => {
  const root = makeProject({});
  chmodSync(root, 0o500);
  // Root may write into every folder but those that the kernel itself keeps.
  const folder = process.getuid?.() === 0 ? '/sys/kernel' : root;
  assert.throws(() => openDatabase(join(folder, 'loopwright-test.db')), saying(/cannot be opened for writing/));
});

test('a full disk is told, and what was written before is kept', (t) => {
  const root = makeProject({ 'disk/.keep': '' });
  const disk = join(root, 'disk');
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', disk]).status !== 0)
    return t.skip('a small disk can only be mounted by root');
  try {
    const db = openDatabase(join(disk, 'x.db'));
    let kept = 0;
    assert.throws(
      () => {
        for (; kept < 100_000; kept++) db.run("INSERT INTO tags VALUES (?, 'k', ?)", String(kept), 'x'.repeat(1000));
      },
      saying(/disk is full.*what was written before is kept/),
    );
    assert.ok(kept > 10);
    assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n, kept);
    db.close();
    writeFileSync(join(disk, 'rest'), '');
    // Not a byte is left now, not even for the files beside the store.
    try {
      writeFileSync(join(disk, 'rest'), Buffer.alloc(1 << 20));
    } catch {
      /* it is full */
    }
    let again: Sql | null = null;
    try {
      again = openDatabase(join(disk, 'x.db'));
      assert.equal(again.get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n, kept);
    } catch (error) {
      saying(/disk.* full/)(error);
    } finally {
      again?.close();
    }
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
});

test('a limit on the size of files is told as an error of the store, and nothing is lost', () => {
  const path = join(makeProject(), 'x.db');
  const source = `const { openDatabase } = await import(${JSON.stringify(module)}); process.on('SIGXFSZ', () => {});
const db = openDatabase(${JSON.stringify(path)}); let n = 0;
try { for (; n < 100000; n++) db.run("INSERT INTO tags VALUES (?, 'k', ?)", String(n), 'x'.repeat(1000)); } catch (error) { console.log(JSON.stringify([error.name, error.message, n])); }`;
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -f 600; exec "$0" --input-type=module -e "$1"', process.execPath, source],
    { encoding: 'utf8' },
  );
  assert.notEqual(stdout, '', stderr);
  const [name, message, n] = JSON.parse(stdout) as [string, string, number];
  assert.equal(name, 'WorkError');
  assert.match(message, /cannot grow: the disk, a quota or a limit on the size of files is full/);
  assert.equal(open(path).get<{ n: number }>('SELECT count(*) AS n FROM tags')?.n, n);
  assert.ok(existsSync(path));
});

test('a store that several processes make at once is there for all of them', { timeout: 120_000 }, async (t) => {
  const root = makeProject();
  // They are up before the first file is made, and begin in the same millisecond.
  const source = `const { openDatabase } = await import(${JSON.stringify(module)});
openDatabase(process.argv[1] + '/own-' + process.pid + '.db').close();
process.stdin.on('data', (line) => {
  const [at, path] = String(line).trim().split(' ');
  while (Date.now() < Number(at));
  try { openDatabase(path).close(); console.log('made'); } catch (error) { console.log(error.message); }
});
console.log('up');`;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', source, root], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  t.after(() => children.forEach((child) => child.kill()));
  await Promise.all(children.map(nextLine));
  for (let round = 0; round < 100; round++) {
    const answers = Promise.all(children.map(nextLine));
    for (const child of children) child.stdin.write(`${Date.now() + 10} ${join(root, `store-${round}.db`)}\n`);
    assert.deepEqual(
      await answers,
      children.map(() => 'made'),
      `round ${round}`,
    );
  }
});
