import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHandlers } from '../../engineHost/runHandlers.ts';
import { blame } from '../../engine/provenance/blame.ts';
import { runPart } from '../../engine/provenance/runParts.ts';
import type { Blame } from '../../protocol/blame.ts';
import { commitAll, gitIn } from '../helpers/gitIn.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersFiles } from '../helpers/ordersProject.ts';
import { interopVenv } from '../helpers/interopVenv.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';

const { python, prepare } = interopVenv;
const names = ({ items }: Blame) => items.map(({ kind, name }) => `${kind} ${name}`);
const item = ({ items }: Blame, name: string) => items.find((one) => one.name === name);

/** A program whose score follows from its param `lr` and from a number in its code; `other` has no effect. */
const score = (more = '') =>
  `version: 1\nproject: p\nseed: 1\nparams: { lr: 1, other: 1 }\nstages:\n  s:\n    cmd: "sh src/score.sh \${params.lr} \${params.other}"\n    metrics: [m.json]\n${more}`;
const scoreFiles = {
  'loopwright.yaml': score(),
  'src/score.sh': 'echo "{\\"f1\\": $(($1 * 2 + 10))}" > m.json\n',
  '.gitignore': 'm.json\n',
  'README.md': 'x\n',
  'lib/util.py': 'import os\n',
};

test('two runs that are alike differ in nothing', async () => {
  const root = makeProject(scoreFiles);
  commitAll(root);
  const { run, store } = runIn(root);
  const a = (await run()).runId ?? '';
  const b = (await run({ force: true })).runId ?? '';
  const found = await blame({ root, store, a, b });
  assert.deepEqual([found.items, found.notes, found.metric], [[], [], { key: 'f1', before: 12, after: 12 }]);
  const host = runHandlers(
    () => store,
    () => store,
  );
  assert.deepEqual(
    [
      await host['runs/blame']({ a, b, metric: null }),
      await host['runs/part']({ runId: a, part: 'code', path: 'README.md' }),
    ],
    [found, { text: 'x\n', problem: null }],
    'the engine host answers the same',
  );
});

test('what other runs tell stands first: a param that moves the metric above code, one that does not below', async () => {
  const root = makeProject(scoreFiles);
  const first = commitAll(root);
  const { run, store } = runIn(root);
  const a = (await run()).runId ?? '';
  for (const [name, value] of [
    ['lr', 2],
    ['lr', 3],
    ['other', 2],
    ['other', 3],
  ] as const)
    await run({ params: { [name]: value } });
  writeFiles(root, {
    'src/score.sh': 'echo "{\\"f1\\": $(($1 * 2 + 10))}" > m.json # the same\n',
    'README.md': 'y\n',
    'lib/util.py': 'import sys\n',
  });
  const b = (await run({ params: { lr: 4, other: 5 } })).runId ?? '';
  const found = await blame({ root, store, a, b });
  assert.deepEqual(found.metric, { key: 'f1', before: 12, after: 18 });
  assert.deepEqual(names(found), [
    'param lr',
    'code src/score.sh',
    'code lib/util.py',
    'param other',
    'code README.md',
  ]);
  assert.deepEqual(
    [item(found, 'lr')?.before, item(found, 'lr')?.after, item(found, 'lr')?.why],
    ['1', '4', 'over 2 other runs that differ in it alone, f1 moved by 4'],
  );
  assert.match(item(found, 'other')?.why ?? '', /over 2 other runs that differ in it alone, f1 hardly moved \(0\)/);
  assert.match(item(found, 'src/score.sh')?.why ?? '', /^changed \(\+1 −1 lines\); read by s$/);
  assert.match(item(found, 'README.md')?.why ?? '', /documentation/);
  assert.deepEqual(
    found.items.map(({ weight }) => weight),
    found.items.map(({ weight }) => weight).toSorted((x, y) => y - x),
  );

  // The uncommitted state of the second run can be read although the commit is the same.
  assert.equal(found.a.commit, first);
  const text = async (runId: string, path: string) => (await runPart(root, store, runId, { part: 'code', path })).text;
  assert.deepEqual(
    [await text(a, 'lib/util.py'), await text(b, 'lib/util.py'), await text(b, 'none.py')],
    ['import os\n', 'import sys\n', null],
  );
  assert.equal((await runPart(root, store, b, { part: 'params' })).text, 'seed: 1\nparams:\n  lr: 4\n  other: 5\n');
  assert.equal(
    gitIn(root)('status', '--porcelain')
      .split('\n')
      .filter((line) => line.startsWith(' M'))
      .join(),
    ' M README.md, M lib/util.py, M src/score.sh',
  );
  const cli = await runCli(['blame', a.slice(0, 8), b.slice(0, 8), '--metric', 'f1'], { cwd: root });
  assert.match(
    cli.out,
    /^\w+-\w+ → \w+-\w+ {2}f1 12 → 18 \(\+6\)\n +1\. param +lr {2}1 → 4\n +over 2 other runs[^\n]*\n +2\. code +src\/score\.sh\n/,
  );
  const none = await runJson<{ error: { message: string } }>(['blame', a, b, '--metric', 'nope'], { cwd: root });
  assert.deepEqual([none.code, none.json.error.message], [1, 'Neither run has a metric `nope`. They share f1.']);
});

test('stages that were told otherwise, an experiment, the seed and files that came and went; a file elsewhere in the repository', async () => {
  const top = makeProject({
    ...Object.fromEntries(Object.entries(scoreFiles).map(([path, text]) => [`ml/${path}`, text])),
    'shared/x.py': 'a\n',
    'ml/gone.py': 'a\n',
  });
  commitAll(top);
  const root = join(top, 'ml');
  const { run, store } = runIn(root);
  const a = (await run({ params: { lr: 3 } })).runId ?? '';
  writeFiles(top, {
    'shared/x.py': 'b\n',
    'ml/new.py': 'n\n',
    'ml/loopwright.yaml': score('    timeout: 1h\n').replace('seed: 1', 'seed: 2').replace('score.sh ', 'score.sh  '),
  });
  gitIn(top)('rm', '-q', 'ml/gone.py');
  gitIn(top)('commit', '-qam', 'later');
  const b = (await run()).runId ?? '';
  const found = await blame({ root, store, a, b });
  assert.deepEqual(names(found).toSorted(), [
    'code ../shared/x.py',
    'code gone.py',
    'code loopwright.yaml',
    'code new.py',
    'param lr',
    'seed seed',
    'stage s',
  ]);
  assert.match(item(found, 's')?.why ?? '', /^cmd sh src\/score\.sh 3 1 → sh src\/score\.sh {2}1 1$/);
  assert.deepEqual([item(found, 'new.py')?.before, item(found, 'gone.py')?.after], [null, null]);
  assert.match(item(found, '../shared/x.py')?.why ?? '', /outside the project's folder/);
  assert.deepEqual(
    [
      (await runPart(root, store, a, { part: 'code', path: '../shared/x.py' })).text,
      (await runPart(root, store, a, { part: 'code', path: 'gone.py' })).text,
      (await runPart(root, store, b, { part: 'code', path: 'gone.py' })).text,
    ],
    ['a\n', 'a\n', null],
  );
});

test('data: which columns are distributed otherwise, from the kept versions; what was made of it decides', async () => {
  const root = makeProject({
    ...ordersFiles({ rows: 400 }),
    '.gitignore': 'data/\nincoming/\nlabels/\n.loopwright/\nloopwright.lock\n',
  });
  commitAll(root);
  const { run, store } = runIn(root);
  const a = (await run()).runId ?? '';
  writeFiles(root, { 'incoming/orders-1.csv': ordersCsv(orders({ rows: 400, seed: 2, shift: 80 })) });
  const b = (await run()).runId ?? '';
  const found = await blame({ root, store, a, b });
  assert.deepEqual(names(found).slice(0, 2), ['data features', 'data orders']);
  assert.match(
    item(found, 'features')?.why ?? '',
    /^400 rows as before, with another content; distributed otherwise: .*amount/,
  );
  assert.ok((item(found, 'features')?.weight ?? 0) > (item(found, 'orders')?.weight ?? 0));
  assert.match(
    (await runPart(root, store, a, { part: 'data' })).text ?? '',
    /^features:\n {2}content: [0-9a-f]{64}\n {2}rows: 400\n/,
  );

  // A column that is not asked for changes the orders, and nothing of the features.
  const text = readFileSync(join(root, 'incoming/orders-1.csv'), 'utf8');
  writeFiles(root, { 'sql/features.sql': 'SELECT id, "at", amount, 1 AS hour, country, late\nFROM orders\n' });
  const c = (await run()).runId ?? '';
  writeFiles(root, { 'incoming/orders-1.csv': text.replaceAll(/,(\d+),(de|fr|pl),/g, ',0,$2,') });
  const d = (await run({ stages: ['validate'], force: true })).runId ?? '';
  const settled = await blame({ root, store, a: c, b: d });
  assert.deepEqual(
    settled.items.map(({ kind, name, weight, why }) => [kind, name, weight, why]),
    [['data', 'orders', 10, 'another content, but features, which is made of it, is the same']],
  );
  store.sql.run('UPDATE snapshots SET kept = 0');
  const { rmSync } = await import('node:fs');
  rmSync(join(root, '.loopwright/snapshots'), { recursive: true });
  assert.match(
    (await blame({ root, store, a, b })).notes.join(),
    /features: the content of one version is no longer kept/,
  );
});

test('packages of real Pythons: those that the code imports first', { skip: prepare() ?? false }, async () => {
  const root = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages:\n  s: { cmd: "./py -c pass", deps: [train.py] }\n',
    'train.py': 'import os, pandas as pd\nfrom yaml import safe_load\n',
    py: `#!/bin/sh\nexec ${python} "$@"\n`,
    '.gitignore': 'py\n',
  });
  chmodSync(join(root, 'py'), 0o755);
  commitAll(root);
  const { run, store } = runIn(root);
  const withPy = (target: string) => writeFiles(root, { 'bin/python3': `#!/bin/sh\nexec ${target} "$@"\n` });
  withPy(python);
  chmodSync(join(root, 'bin/python3'), 0o755);
  writeFiles(root, {
    'loopwright.yaml': 'version: 1\nproject: p\nstages:\n  s: { cmd: "bin/python3 -c pass", deps: [train.py] }\n',
    '.gitignore': 'py\nbin/\n',
  });
  gitIn(root)('commit', '-qam', 'python');
  const a = (await run()).runId ?? '';
  withPy('/usr/bin/env -i PATH="$PATH" python3 -I -S');
  const b = (await run({ force: true })).runId ?? '';
  const found = await blame({ root, store, a, b });
  const pandas = item(found, 'pandas');
  assert.deepEqual([pandas?.kind, pandas?.after, pandas?.weight], ['package', null, 50]);
  assert.match(pandas?.why ?? '', /no longer installed; the code imports it/);
  assert.ok(
    found.items.indexOf(
      pandas ?? found.items[0] ?? { kind: 'code', name: '', before: '', after: '', why: '', weight: 0, path: null },
    ) < names(found).indexOf('package pip'),
    names(found).join(),
  );
  assert.match((await runPart(root, store, a, { part: 'packages' })).text ?? '', /^pandas==/m);
});

test('what cannot be compared is said, and the rest is', async () => {
  const root = makeProject(scoreFiles);
  const { run, store } = runIn(root);
  const a = (await run()).runId ?? '';
  const b = (await run({ params: { lr: 2 } })).runId ?? '';
  const outside = await blame({ root, store, a, b });
  assert.deepEqual(names(outside), ['param lr']);
  assert.match(outside.notes.join(), /^Code could not be compared: .*not a git repository/);
  commitAll(root);
  const c = (await run({ params: { lr: 3 } })).runId ?? '';
  assert.match(
    (await blame({ root, store, a: b, b: c })).notes.join(),
    /the code of \w+-\w+ is unknown: the run was not made in a git repository/,
  );
  store.sql.run(`UPDATE runs SET commit_hash = '0123456789012345678901234567890123456789' WHERE run_id = ?`, b);
  assert.match(
    (await blame({ root, store, a: b, b: c })).notes.join(),
    /the commit 012345678901 of \w+-\w+ is not in this repository/,
  );
  assert.match(
    (await runPart(root, store, b, { part: 'code', path: 'README.md' })).problem ?? '',
    /commit 012345678901/,
  );
});
