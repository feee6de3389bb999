// A source that was made to be imported by somebody else. Tried: links as an experiment, a run, its files and folders (meta,
// params, tags, metrics, artifacts, a folder in them, a chain, an absolute one, a pipe, one to a folder above), models and
// their artifacts; a file that becomes a link when it is copied; a hard link, which is the file itself; a store with links
// in the place of the folder of the run, of all runs, of the models and of the temporary file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openInside } from '../../engine/base/openInside.ts';
import { copyArtifacts } from '../../engine/transfer/copyArtifacts.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { importInto } from './importStore.ts';

const skip = process.platform === 'win32';
const secret = 'PRIVATE KEY';
const id = (n: number) => n.toString(16).padStart(32, '0');
const meta = (run: string, experiment = '0') =>
  `artifact_uri: file:///gone/${experiment}/${run}/artifacts\nend_time: 2\nentry_point_name: ''\nexperiment_id: '${experiment}'\nlifecycle_stage: active\nrun_id: ${run}\nrun_name: n\nrun_uuid: ${run}\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: 1\nstatus: 3\ntags: []\nuser_id: u\n`;
const experiment = (n: string) =>
  `artifact_location: file:///gone/${n}\ncreation_time: 1\nexperiment_id: '${n}'\nlast_update_time: 1\nlifecycle_stage: active\nname: e${n}\n`;

/** Everything that a folder holds, in its files and their names. */
function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => entry.name + (entry.isFile() ? readFileSync(join(entry.parentPath, entry.name), 'latin1') : ''))
    .join('\n');
}

test('an import takes nothing from behind a link', { skip }, async () => {
  const project = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' });
  const outside = makeProject({
    'private/key': secret,
    [`private/${id(9)}/meta.yaml`]: meta(id(9)).replace('run_name: n', `run_name: ${secret}`),
    [`private/${id(9)}/artifacts/key`]: secret,
    'private/meta.yaml': experiment('7').replace('e7', secret),
    'private/metrics/loss': `1 1 1\n${secret}\n`,
  });
  const home = join(outside, 'private');
  const files: Record<string, string> = { 'mlruns/0/meta.yaml': experiment('0') };
  for (let n = 1; n <= 8; n++) files[`mlruns/0/${id(n)}/meta.yaml`] = meta(id(n));
  const source = join(makeProject(files), 'mlruns');
  const link = (target: string, path: string) => {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    rmSync(join(source, path), { force: true });
    symlinkSync(target, join(source, path));
  };
  link(home, '7');
  link(join(home, id(9)), `0/${id(9)}`);
  link(join(home, 'key'), `0/${id(1)}/meta.yaml`);
  link(join(home, 'key'), `0/${id(2)}/params/key`);
  link(join(home, 'key'), `0/${id(2)}/tags/mlflow.note.content`);
  link(join(home, 'metrics/loss'), `0/${id(2)}/metrics/loss`);
  link(home, `0/${id(3)}/params`);
  link(join(home, 'metrics'), `0/${id(3)}/metrics`);
  link(home, `0/${id(4)}/artifacts`);
  link(home, `0/${id(5)}/artifacts/folder`);
  link(join(home, 'key'), `0/${id(5)}/artifacts/absolute`);
  link('first', `0/${id(5)}/artifacts/chain`);
  link(join(home, 'key'), `0/${id(5)}/artifacts/first`);
  link('../../../..', `0/${id(5)}/artifacts/above`);
  link('/proc/self/environ', `0/${id(5)}/artifacts/environ`);
  link(home, `0/models/m-${id(6)}`);
  link(home, `models/evil`);
  link(home, `0/models/m-${id(7)}/artifacts`);
  execFileSync('mkfifo', [join(source, `0/${id(5)}/artifacts/pipe`)]);
  link('pipe', `0/${id(5)}/artifacts/to pipe`);
  linkSync(join(home, 'key'), join(outside, 'hard'));
  const counts = await importInto(project, source);
  const stored = allText(join(project, '.loopwright'));
  assert.ok(!stored.includes(secret), JSON.stringify(counts.problems, null, 1));
  assert.ok(!JSON.stringify(counts.problems).includes(secret));
  assert.equal(counts.artifacts, 0);
});

test(
  'a file that becomes a link after the look at it is not copied, and no link in the store is written through',
  {
    skip,
  },
  async () => {
    const outside = makeProject({ key: secret, 'victim/keep.txt': 'keep' });
    const root = makeProject({ 'source/a.txt': 'a', 'source/b.txt': 'b', 'source/sub/c.txt': 'c' });
    const source = join(root, 'source');
    const told: string[] = [];
    const tell = (file: string, message: string) => void told.push(`${file.slice(source.length + 1)}: ${message}`);
    const copy = (to: string, onFile?: (path: string) => void) =>
      copyArtifacts(source, to, { tell, ...(onFile && { onFile }) });
    const target = join(root, 'store/artifacts/run');
    const copied = await copy(target, (path) => {
      if (path === 'b.txt') {
        rmSync(join(source, path));
        symlinkSync(join(outside, 'key'), join(source, path));
      }
      if (path === 'sub/c.txt') {
        renameSync(join(source, 'sub'), join(source, 'was'));
        symlinkSync(outside, join(source, 'sub'));
        writeFileSync(join(outside, 'c.txt'), secret);
      }
    });
    assert.equal(copied, 1);
    assert.ok(!allText(target).includes(secret));
    assert.match(told.join('\n'), /b\.txt: .*leads out of the source[^]*sub\/c\.txt: .*leads out of the source/);
    const victim = join(outside, 'victim');
    for (const place of ['store2/artifacts/run', 'store3/artifacts', 'store4/artifacts/run/was']) {
      mkdirSync(dirname(join(root, place)), { recursive: true });
      symlinkSync(victim, join(root, place));
      await copy(join(root, place.split('/')[0] ?? '', 'artifacts/run'));
    }
    mkdirSync(join(root, 'store5/artifacts/run'), { recursive: true });
    symlinkSync(join(victim, 'keep.txt'), join(root, `store5/artifacts/run/a.txt.${process.pid}.part`));
    symlinkSync(join(victim, 'keep.txt'), join(root, `store5/artifacts/run/a.txt`));
    await copy(join(root, 'store5/artifacts/run'));
    assert.equal(readFileSync(join(root, 'store5/artifacts/run/a.txt'), 'utf8'), 'a');
    assert.ok(lstatSync(join(root, 'store5/artifacts/run/a.txt')).isFile());
    assert.deepEqual(readdirSync(victim), ['keep.txt']);
    assert.equal(readFileSync(join(victim, 'keep.txt'), 'utf8'), 'keep');
  },
);

test('what is open is inside, not what the path said', { skip }, () => {
  const root = makeProject({ 'in/a.txt': 'a', 'out/b.txt': 'b', 'in beside/c.txt': 'c' });
  const inside = join(root, 'in');
  symlinkSync('a.txt', join(inside, 'own'));
  symlinkSync('../out/b.txt', join(inside, 'other'));
  symlinkSync('../out', join(inside, 'folder'));
  symlinkSync(inside, join(root, 'same'));
  linkSync(join(root, 'out/b.txt'), join(inside, 'hard'));
  execFileSync('mkfifo', [join(inside, 'pipe')]);
  const isOpen = (path: string, folder = inside) => openInside(folder, join(root, path)) !== null;
  for (const path of ['in/a.txt', 'in/own', 'in/hard', 'same/a.txt', 'out/../in/a.txt'])
    assert.equal(isOpen(path), true, path);
  assert.equal(isOpen('in/a.txt', join(root, 'same')), true);
  for (const path of ['out/b.txt', 'in/other', 'in/folder/b.txt', 'in beside/c.txt', 'in/pipe', 'in'])
    assert.equal(isOpen(path), false, path);
  assert.throws(() => isOpen('in/nothing'), /ENOENT/);
});
