import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { filesBelow } from '../../engine/base/filesBelow.ts';
import { globTops } from '../../engine/base/globTops.ts';
import { walkGlob } from '../../engine/base/walkGlob.ts';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { diskFiles } from '../../engine/project/projectFiles.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

// A glob is looked for outside the project only when `outside_folders` says so. Tried: `..` in front, in the middle,
// behind a wildcard, in braces and escaped; absolute globs of the disk and of other folders; by an anchor, a merge, a
// param, the environment, an experiment and `--param`; in datasets, deps, sources, the output of a command, logs of
// several folders and batches. Held back: one file outside, absolute ones, logs of one folder, folders named whole,
// globs that leave and come back, names of files with brackets.

const base = makeProject({
  'shared/a.csv': 'x\n1\n',
  'shared/[b].csv': 'x\n1\n',
  'p/data/in.csv': 'x\n1\n',
  'p/experiments/far.experiment.yaml': 'describe: x\nparams: { where: /** }\n',
});
const root = join(base, 'p');
const name = basename(root);

function project(parts: { dataset?: string; stage?: string; more?: string }) {
  const { dataset = 'data/in.csv', stage = '{ cmd: train }', more = '' } = parts;
  writeFiles(root, {
    'loopwright.yaml': `version: 1\nproject: p\nparams: { where: data, far: /** }\n${more}datasets:\n  d: { path: ${JSON.stringify(dataset)} }\nstages:\n  s: ${stage}\n`,
  });
  const disk = diskFiles(root);
  const listed: string[] = [];
  const files = { ...disk, glob: (glob: string) => (listed.push(glob), disk.glob(glob)) };
  return { listed, loaded: loadProject(root, files, { FAR: '/' }) };
}

const found = (parts: Parameters<typeof project>[0]) => {
  const { listed, loaded } = project(parts);
  const problems = checkProject(loaded).filter(({ code }) => code === 'LW120');
  const outside = listed.filter((glob) => globTops(root, glob).some(leads));
  return { problems, outside, loaded };
};
const leads = ({ path, isListed }: { path: string; isListed: boolean }) =>
  isListed && !slashes(`${path}/`).startsWith(slashes(`${root}/`));
const slashes = (path: string) => path.replaceAll('\\', '/');

const hostile = [
  '/**/*.csv',
  '/*',
  '../*.csv',
  '../shared/*.csv',
  '../**',
  'data/../../**',
  'data/*/../../../**',
  '**/../*',
  'data/{x/../../..,y}/*',
  '{..,data}/*.csv',
  './../*.csv',
  '\\../*',
  `${base}/shared/*.csv`,
  '${params.far}',
  '${env.FAR}**',
];

test('no glob outside is looked for without a word', () => {
  for (const glob of hostile) {
    for (const parts of [
      { dataset: glob },
      { stage: `{ cmd: train, deps: [${JSON.stringify(glob)}] }` },
      { stage: `{ uses: collect, with: { dataset: d, from: { files: [${JSON.stringify(glob)}] } } }` },
      { stage: `{ uses: collect, with: { dataset: d, from: { command: x, output: ${JSON.stringify(glob)} } } }` },
      { more: `deployments: { n: { as: batch, model: champion, input: ${JSON.stringify(glob)}, output: out } }\n` },
    ]) {
      const { problems, outside, loaded } = found(parts);
      assert.equal(problems.length, 1, `${glob} ${JSON.stringify(parts)}`);
      assert.match(problems[0]?.message ?? '', /looks for files outside the project\. Name/);
      assert.deepEqual(outside, [], glob);
      assert.throws(() => configFor(loaded, 'default'), /1 problem/);
    }
  }
});

test('an anchor, a merge, an experiment, a param and several folders of logs need the word too', () => {
  const anchors = 'card: { limitations: &far "/**" }\n';
  assert.equal(found({ more: anchors, stage: '{ cmd: train, deps: [*far] }' }).problems.length, 1);
  const merged = 'labelling: &m { }\n';
  assert.equal(found({ more: merged, stage: "{ <<: { deps: ['/**'] }, cmd: train }" }).problems.length, 1);
  for (const logs of ['/**/*.log', '/var/*/x.log', '../**/x.log'])
    assert.equal(
      found({ stage: `{ uses: collect, with: { dataset: d, from: { logs: ${logs}, format: json } } }` }).problems
        .length,
      1,
      logs,
    );
  const { loaded, problems } = found({ dataset: '${params.where}/*.csv' });
  assert.deepEqual(problems, []);
  assert.throws(() => configFor(loaded, 'far'), /1 problem/);
  assert.throws(() => configFor(loaded, 'default', { params: { where: '..' } }), /1 problem/);
});

test('what a person means needs no word', () => {
  for (const dataset of [
    '../shared/a.csv',
    `${base}/shared/a.csv`,
    '../shared',
    '../shared/[b].csv',
    'data/*.csv',
    `../${name}/data/*.csv`,
    `${root}/data/*.csv`,
    'data/*/../*.csv',
    '~/x/*.csv',
  ])
    assert.deepEqual(found({ dataset }).problems, [], dataset);
  const logs = '{ uses: collect, with: { dataset: d, from: { logs: /var/log/nginx/access.log*, format: combined } } }';
  assert.deepEqual(found({ stage: logs }).problems, []);
});

test('the fix allows the folder, and the disk cannot be allowed', () => {
  for (const [more, list] of [
    ['', ' ["../shared"]'],
    ['outside_folders: [../other]\n', ' [../other, "../shared"]'],
    ['outside_folders:\n  - ../other\n', '\n  - ../other\n  - "../shared"'],
  ] as const) {
    const { problems, loaded } = found({ dataset: '../shared/*.csv', more });
    const [fix] = problems[0]?.fixes ?? [];
    assert.equal(fix?.title, 'Allow ../shared under outside_folders');
    const { text, lines } = loaded.file.parsed;
    const [edit] = fix?.edits ?? [];
    assert.ok(edit);
    const [start, end] = [lines.offset(edit.line, edit.column), lines.offset(edit.endLine, edit.endColumn)];
    const fixed = text.slice(0, start) + edit.newText + text.slice(end);
    assert.ok(fixed.includes(`outside_folders:${list}`), fixed);
    writeFiles(root, { 'loopwright.yaml': fixed });
    const codes = checkProject(loadProject(root)).map(({ code }) => code);
    assert.ok(!codes.includes('LW120') && !codes.includes('LW704'), codes.join(' '));
  }
  for (const folder of ['/', '../../../../../../../../../..', '/*', '${env.FAR}'])
    assert.equal(found({ dataset: '/etc/*', more: `outside_folders: ["${folder}"]\n` }).problems.length, 2, folder);
  assert.deepEqual(found({ dataset: '/**', more: '' }).problems[0]?.fixes ?? [], []);
});

// Wine makes no links, and /proc is of Linux.
const noLinks = process.platform === 'linux' ? false : 'it uses /proc';
test(
  'links in circles and doubled links end, links out of the root have a bound',
  { skip: noLinks, timeout: 20_000 },
  () => {
    const folder = makeProject({ 'd40/x.csv': '' });
    for (let i = 39; i >= 0; i--) {
      mkdirSync(join(folder, `d${i}`));
      for (const link of ['a', 'b']) symlinkSync(`../d${i + 1}`, join(folder, `d${i}`, link));
    }
    assert.throws(() => filesBelow(join(folder, 'd0')), /lead to .* more than 32 times/);
    assert.equal(filesBelow(join(folder, 'd38')).length, 4);
    const circle = makeProject({ 'x/y.csv': '' });
    symlinkSync('..', join(circle, 'x/up'));
    symlinkSync('self', join(circle, 'x/self'));
    assert.deepEqual(filesBelow(circle), [join(circle, 'x/y.csv')]);
    assert.throws(() => filesBelow('/proc/self', { most: 10 }), /more than 10 files and folders below it/);
    symlinkSync('/', join(circle, 'disk'));
    assert.deepEqual(walkGlob(circle, 'disk/etc/passw*', { within: circle }), []);
    assert.deepEqual(walkGlob(circle, '../**', { within: circle }), []);
    assert.deepEqual(walkGlob(circle, `${circle}/x/*.csv`, { within: circle }), [`${circle}/x/y.csv`]);
  },
);
