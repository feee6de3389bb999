import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { dirname, join, matchesGlob, relative } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

const yaml = `version: 1
project: shop
seed: 1
datasets:
  orders: { path: data/orders.csv, schema: schemas/orders.dataset.yaml }
  parts: { path: data/parts/*.csv }
  features: { path: out/features.parquet, schema: schemas/orders.dataset.yaml }
stages:
  prepare: { uses: prepare, with: { sql: sql/features.sql, output: features } }
  collect: { uses: collect, with: { dataset: parts, from: { files: incoming/2026/*.csv } } }
  train: { cmd: python src/train.py, deps: [src/train.py, ../shared/common.py, out/features.parquet], outs: [model.bin] }
`;
const schema =
  'fields:\n  - { name: id, type: string, loopwright: { role: id } }\n  - { name: late, type: boolean, loopwright: { role: target } }\n';
const files: Record<string, string> = {
  'sql/features.sql': 'SELECT o.id, o.late FROM orders o JOIN parts p ON p.id = o.id\n',
  'schemas/orders.dataset.yaml': schema,
  'data/orders.csv': 'id,late\na,true\n',
  'incoming/2026/a.csv': 'id\na\n',
  'src/train.py': 'print(1)\n',
  '../shared/common.py': '',
  'experiments/wider.experiment.yaml': 'describe: x\nparams: {}\n',
};

function put(root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), files[path] ?? '');
}

/**
 * A client that watches as editors do: what really happens on the disk is told when it matches what the server asked
 * for.
 */
function watching(server: LspClient, folder: string): void {
  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name === null) return;
    const path = join(folder, name);
    const isAsked = server.watched.some(({ globPattern }) => {
      if (typeof globPattern === 'string') return matchesGlob(relative(folder, path), globPattern);
      const base = fileURLToPath(
        typeof globPattern.baseUri === 'string' ? globPattern.baseUri : globPattern.baseUri.uri,
      );
      return matchesGlob(relative(base, path), globPattern.pattern);
    });
    if (isAsked) server.changedOnDisk(uriOf(path));
  });
  after(() => watcher.close());
}

async function start(): Promise<{
  server: LspClient;
  root: string;
  says: (what: string, pattern: RegExp, count: number) => Promise<void>;
  folder: string;
}> {
  const folder = makeProject();
  const root = join(folder, 'shop');
  mkdirSync(root);
  writeFileSync(join(root, 'loopwright.yaml'), yaml);
  for (const path of Object.keys(files)) put(root, path);
  const server = new LspClient({ folders: [folder] });
  watching(server, folder);
  await server.start();
  const messages = () =>
    [...server.published].flatMap(([uri, found]) =>
      found.map(({ code, message }) => `${uri.slice(uri.lastIndexOf('/') + 1)} ${code} ${message}`),
    );
  const says = async (what: string, pattern: RegExp, count: number) => {
    await until(what, () => messages().filter((message) => pattern.test(message)).length === count, 10_000).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}; it has\n${messages().join('\n')}`, { cause: error });
      },
    );
  };
  await until(
    'the files of the project are watched',
    () => JSON.stringify(server.watched).includes('src/train.py'),
    10_000,
  );
  return { server, root, says, folder };
}

/**
 * Files that a finding may be about: the SQL, the schema and the data of a stage, a script and a file outside the
 * folder under `deps`, what a glob matches, and an experiment. Each is deleted and made again, by its own name, with
 * its folder, by git, and by a rename.
 */
test('findings are there while a file is not, and gone while it is, without a reload', async () => {
  const { root, says } = await start();
  for (const [path, pattern] of [
    ['sql/features.sql', /no file `sql\/features\.sql`/],
    ['schemas/orders.dataset.yaml', /no file `schemas\/orders\.dataset\.yaml`/],
    ['src/train.py', /no file `src\/train\.py`/],
    ['../shared/common.py', /no file `\.\.\/shared\/common\.py`/],
    ['data/orders.csv', /No file matches `data\/orders\.csv`/],
    ['incoming/2026/a.csv', /No file matches `incoming\/2026\/\*\.csv`/],
  ] as const) {
    const count = path.startsWith('schemas') ? 2 : 1;
    await says(`${path} is there`, pattern, 0);
    rmSync(join(root, path));
    await says(`${path} is deleted`, pattern, count);
    put(root, path);
    await says(`${path} is made again`, pattern, 0);
    if (path.startsWith('..')) continue;
    rmSync(join(root, dirname(path)), { recursive: true });
    await says(`the folder of ${path} is deleted`, pattern, count);
    put(root, path);
    await says(`the folder of ${path} is made again`, pattern, 0);
    renameSync(join(root, dirname(path)), join(root, 'away'));
    await says(`the folder of ${path} is renamed`, pattern, count);
    renameSync(join(root, 'away'), join(root, dirname(path)));
    await says(`the folder of ${path} is named back`, pattern, 0);
  }
});

test('an experiment that comes and goes, and what git checks out', async () => {
  const { root, says } = await start();
  writeFileSync(join(root, 'experiments/odd.experiment.yaml'), 'params: { nothing: 1 }\n');
  await says('the experiment is judged', /odd\.experiment\.yaml LW205/, 1);
  rmSync(join(root, 'experiments/odd.experiment.yaml'));
  await says('the experiment is gone', /odd\.experiment\.yaml/, 0);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { stdio: 'pipe' });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'whole');
  git('checkout', '-qb', 'other');
  git('rm', '-q', 'sql/features.sql', 'src/train.py');
  git('commit', '-qm', 'without');
  await says('what the other branch lacks', /no file `(sql\/features\.sql|src\/train\.py)`/, 2);
  git('checkout', '-q', '-');
  await says('what the first branch has', /no file `(sql\/features\.sql|src\/train\.py)`/, 0);
});

test('a path that is typed is watched from then on', async () => {
  const { server, root, says } = await start();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, yaml);
  server.change(uri, yaml.replace('[src/train.py,', '[src/other.py,'));
  await says('the new path is not there', /no file `src\/other\.py`/, 1);
  await until('it is watched', () => JSON.stringify(server.watched).includes('src/other.py'), 10_000);
  writeFileSync(join(root, 'src/other.py'), '');
  await says('the new path is there', /no file `src\/other\.py`/, 0);
  assert.ok(server.watched.length < 12, `${server.watched.length} watchers`);
});
