// Data that stages read and DVC tracks, but which is not here. Tried: a file, a folder and a file in it, a frozen stage, an
// import, more than three files, a name with a space, data that no stage reads, data that a stage writes, all there, a
// loopwright.yaml beside `.dvc` files, no DVC at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataToPull } from '../../engine/overview/dataToPull.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { makeProject } from '../helpers/makeProject.ts';

const dvc = (path: string) => `outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 10\n  path: ${path}\n`;

function command(files: Record<string, string>): string | null {
  const project = loadProject(makeProject(files));
  return dataToPull(project, configFor(project, 'default'));
}

const stages = (deps: string, more = '') => `stages:\n  train:\n    cmd: python train.py\n    deps: [${deps}]\n${more}`;

test('the command names what tracks the missing data', () => {
  const one = { 'dvc.yaml': stages('train.py, data/raw.csv'), 'train.py': '', 'data/raw.csv.dvc': dvc('raw.csv') };
  assert.equal(command(one), 'dvc pull data/raw.csv.dvc');
  assert.equal(command({ ...one, 'data/raw.csv': 'a\n' }), null);
  assert.equal(command({ 'dvc.yaml': stages('images/a.png'), 'images.dvc': dvc('images') }), 'dvc pull images.dvc');
  assert.equal(
    command({ 'dvc.yaml': stages('"my data.csv"'), 'my data.csv.dvc': dvc('my data.csv') }),
    'dvc pull "my data.csv.dvc"',
  );
  const many = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.csv.dvc`, dvc(`${name}.csv`)]));
  assert.equal(command({ 'dvc.yaml': stages('a.csv, b.csv, c.csv, d.csv'), ...many }), 'dvc pull');
});

test('a frozen stage is pulled; what a stage writes is not', () => {
  const make = '  make:\n    cmd: python make.py\n    outs: [rows.csv]\n';
  assert.equal(command({ 'dvc.yaml': stages('rows.csv', make) }), null);
  assert.equal(command({ 'dvc.yaml': stages('rows.csv', `${make}    frozen: true\n`) }), 'dvc pull make');
});

test('data that no stage reads, a project of ours, and none', () => {
  assert.equal(command({ 'dvc.yaml': stages('train.py'), 'train.py': '', 'old.csv.dvc': dvc('old.csv') }), null);
  const ours = `version: 1\nproject: p\ndatasets: { d: { path: data/d.parquet } }\nstages:\n  c: { uses: collect, with: { dataset: d, from: { files: raw/*.csv } } }\n`;
  assert.equal(command({ 'loopwright.yaml': ours, 'raw.dvc': dvc('raw') }), 'dvc pull raw.dvc');
  assert.equal(command({ 'loopwright.yaml': ours }), null);
});
