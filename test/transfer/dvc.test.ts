import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { floatText } from '../../engine/project/dvc/pythonText.ts';
import { commandText } from '../../engine/project/dvc/commandText.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import type { CmdStage } from '../../engine/project/schema/cmdStage.ts';
import { stageStatuses } from '../../engine/runner/stageStatus.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { dvcVenv as python } from '../helpers/dvcVenv.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { ownMetrics, runsOf } from '../helpers/runsOf.ts';

const script = join(import.meta.dirname, 'dvcSide.py');

const files = {
  '.dvcignore': '# left by editors\n*.tmp\n!keep.tmp\ncache/\n',
  'data/x.csv': 'a,b\n1,2\n',
  'data/ü.txt': 'ü\r\n',
  'data/deep/z': '',
  'sub/in.txt': 's\n',
  'params.yaml':
    'train:\n  lr: 1e-3\n  depth: 3\n  layers: [1, 2]\nseed: 7\nflag: true\nmodels: [a, b]\ntiny: 0.00001\n',
  'other.json': '{"x": {"y": 1.0, "z": "t"}, "w": 2, "sizes": [{"n": 1}, {"n": 2}]}',
  'conf.py': 'class Net:\n    lr = 1e-3\n    dims = (1, 2)\n\nother = 1\n',
  'sub/conf.toml': 'a = 1.0\n[b]\nc = "x"\n',
  'dvc.yaml': `vars:
  - name: world
  - other.json
stages:
  prepare:
    desc: reads \${name}
    cmd:
      - mkdir -p out/dir
      - cp data/x.csv out/dir/x.csv; echo \${name} \${train.lr} \${flag} \${x.y} \${tiny} > out/dir/n.txt
    deps: [data]
    params: [seed, train]
    outs: [out/dir]
  insub:
    wdir: sub
    cmd: cat in.txt > res.txt
    deps: [in.txt]
    params:
      - ../other.json:
          - x.y
          - w
    outs:
      - res.txt:
          cache: false
          persist: true
  whole:
    cmd: echo > whole.txt
    params:
      - other.json:
    outs: [whole.txt]
  typed:
    wdir: sub
    cmd: echo > typed.txt
    params:
      - ../conf.py: [Net.lr, Net.dims]
      - conf.toml:
    outs: [typed.txt]
  train:
    foreach: \${models}
    do:
      cmd: echo '{"m":1}' > m_\${item}.json
      deps: [out/dir]
      metrics:
        - m_\${item}.json:
            cache: false
  sized:
    foreach: \${sizes}
    do:
      cmd: echo \${item.n} > s_\${item.n}
      outs: ["s_\${item.n}"]
  named:
    foreach:
      one: {v: 1.50}
      two: {v: 2}
    do:
      cmd: echo \${key} \${item.v} > n_\${key}
      outs: ["n_\${key}"]
  grid:
    matrix:
      k: [1, 2.0]
      m: \${models}
    cmd: echo \${item.k} \${item.m} \${key} > g_\${item.k}_\${item.m}.txt
    outs: ["g_\${item.k}_\${item.m}.txt"]
  args:
    cmd: echo \${train} > args.txt
    outs: [args.txt]
`,
};

const stale = (root: string) =>
  stageStatuses(loadProject(root), null)
    .filter(({ state }) => state === 'stale' || state === 'never')
    .map(({ name }) => name)
    .toSorted();

test('stages are fresh and stale as DVC itself says, after dvc.lock', async (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const root = makeProject(files);
  const dvc = (what: string) => JSON.parse(python.run(script, JSON.stringify({ folder: root, do: what }))) as string[];
  dvc('init');
  assert.deepEqual(stale(root), dvc('status'), 'before anything ran');
  assert.deepEqual(dvc('repro'), []);
  assert.equal(
    stale(root).length,
    0,
    JSON.stringify(
      stageStatuses(loadProject(root), null)
        .filter(({ state }) => state !== 'fresh')
        .map(({ name, reasons }) => [name, reasons]),
    ),
  );
  const changes: [string, Record<string, string>, string[]][] = [
    ['a file', { 'sub/in.txt': 'other\n' }, ['insub']],
    ['a file in a folder', { 'data/deep/new': 'x' }, ['prepare']],
    ['a file that is left out', { 'data/deep/x.tmp': 'x', 'data/cache/y': 'y' }, []],
    ['a file that is brought back', { 'data/deep/keep.tmp': 'x' }, ['prepare']],
    [
      'a param',
      {
        'params.yaml': files['params.yaml'].replace('seed: 7', 'seed: 8'),
        'conf.py': files['conf.py'].replace('1e-3', '1e-4'),
      },
      ['prepare', 'typed'],
    ],
    [
      'a param that none names',
      {
        'params.yaml': `${files['params.yaml']}more: 1\n`,
        'conf.py': files['conf.py'].replace('other = 1', 'other = 2'),
        'sub/conf.toml': files['sub/conf.toml'].replace('1.0', '1'),
      },
      [],
    ],
    ['a TOML file', { 'sub/conf.toml': files['sub/conf.toml'].replace('x', 'y') }, ['typed']],
    ['the spelling of a number', { 'other.json': files['other.json'].replace('"w": 2', '"w": 2.0') }, []],
    ['another file of params', { 'other.json': files['other.json'].replace('"w": 2', '"w": 3') }, ['insub', 'whole']],
    ['an output', { 'out/dir/n.txt': 'x' }, ['prepare', 'train@a', 'train@b']],
    ['a command', { 'dvc.yaml': files['dvc.yaml'].replace('cat in.txt', 'cat ./in.txt') }, ['insub']],
    ['a param in a command', { 'params.yaml': files['params.yaml'].replace('flag: true', 'flag: false') }, ['prepare']],
  ];
  const asked = { folder: root, do: 'changes', changes: changes.map(([, written]) => written) };
  const theirs = JSON.parse(python.run(script, JSON.stringify(asked))) as string[][];
  for (const [i, [what, written, expected]] of changes.entries()) {
    const before = Object.fromEntries(
      Object.keys(written).map((path) => [path, existsSync(join(root, path)) ? readFileSync(join(root, path)) : null]),
    );
    writeFiles(root, written);
    assert.deepEqual(stale(root), theirs[i], what);
    assert.deepEqual(stale(root), expected, what);
    for (const [path, content] of Object.entries(before)) {
      if (content === null) rmSync(join(root, path));
      else writeFiles(root, { [path]: content });
    }
    assert.deepEqual(stale(root), [], `back: ${what}`);
  }
});

test('stages are those that DVC reads: names, commands, dependencies, outputs', (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const spelled =
    '1e-5 1_000 0x10 010 1.0 True yes ~ 1e5 .5 1. -.inf .nan 0o14 0b11 1_000.5 98765432109876543210 1e22 +5 on .5e3 1__0 TRUE Null 1:30 1e400 00 5.e1'.split(
      ' ',
    );
  const root = makeProject({
    'params.yaml': `${spelled.map((text, i) => `v${i}: ${text}\n`).join('')}l: [1, 2.0, true, null]\nd: { a: { b: [x y, 1, false] }, c: null, e: '' }\n`,
    'sub/params.yaml': 'n: 1.50\n',
    'sub/dvc.yaml': 'stages:\n  make: { cmd: "make ${n}", deps: [../raw.txt], outs: [out/x] }\n',
    'raw.txt': '',
    'dvc.yaml': `stages:
${spelled.map((_, i) => `  s${i}: { cmd: 'echo \${v${i}} "\\\${HOME}"' }\n`).join('')}
  each: { foreach: "\${l}", do: { cmd: "echo \${item} \${l[-1]}" } }
  own: { foreach: [1.0, 1e3, yes, null, true, a/b, 1.0], do: { cmd: "echo \${item}" } }
  named: { foreach: { x: { v: 1 }, 1: { v: 2.0 } }, do: { cmd: "echo \${key} \${item.v}" } }
  grid: { matrix: { a: [1, 2.50], b: "\${l}", c: [{ q: 1 }] }, cmd: "echo \${item.a} \${item.c.q} \${key}" }
  args: { cmd: "run \${d} \${ d[a].b.1 }" }
  lines: { cmd: "echo a\\n\\n\\necho b" }
  list: { cmd: ['x=1; echo \\\${x}', "echo a\\necho \${v0}"] }
  there: { wdir: sub, cmd: cat out/x, deps: [out/x, ./../raw.txt], outs: [r: { cache: false }], metrics: [m.json], plots: [p/] }
  still: { cmd: x, frozen: true, outs: [f] }
`,
  });
  const dvc = (what: string) => JSON.parse(python.run(script, JSON.stringify({ folder: root, do: what }))) as unknown;
  dvc('init');
  const theirs = dvc('stages') as Record<
    string,
    { cmd: string | string[]; outs: string[]; metrics: string[]; deps: string[]; frozen: boolean }
  >;
  const project = loadProject(root);
  const ours = configFor(project, 'default').stages as Record<string, CmdStage>;
  assert.deepEqual(Object.keys(ours).toSorted(), Object.keys(theirs).toSorted());
  for (const [name, stage] of Object.entries(theirs)) {
    const own = ours[name];
    const folder = project.dvc?.folders.get(name) ?? '';
    assert.equal(own?.cmd, commandText(stage.cmd, folder), name);
    assert.deepEqual((own?.deps ?? []).toSorted(), stage.deps, name);
    assert.deepEqual(
      [own?.outs, own?.metrics, own?.plots].flatMap((paths) => paths ?? []).toSorted(),
      stage.outs,
      name,
    );
    assert.deepEqual(own?.metrics ?? [], stage.metrics, name);
    assert.equal(project.dvc?.frozen.has(name), stage.frozen, name);
  }
});

test('a dvc.yaml runs as it is, and what it wrote is what DVC would have written', async () => {
  const root = makeProject(files);
  const { code, json, err } = await runJson<{ status: string; stages: { stage: string; status: string }[] }>(['run'], {
    cwd: root,
  });
  assert.equal(code, 0, err);
  assert.equal(json.status, 'finished');
  assert.deepEqual(json.stages.map(({ stage }) => stage).toSorted(), [
    'args',
    'grid@1-a',
    'grid@1-b',
    'grid@2.0-a',
    'grid@2.0-b',
    'insub',
    'named@one',
    'named@two',
    'prepare',
    'sized@0',
    'sized@1',
    'train@a',
    'train@b',
    'typed',
    'whole',
  ]);
  const text = (path: string) => readFileSync(join(root, path), 'utf8').trim();
  assert.equal(text('out/dir/n.txt'), 'world 0.001 true 1.0 1e-05');
  assert.equal(text('args.txt'), '--lr 0.001 --depth 3 --layers 1 2');
  assert.equal(text('g_2.0_b.txt'), '2.0 b 2.0-b');
  assert.equal(text('s_2'), '2');
  assert.equal(text('n_one'), 'one 1.5');
  assert.equal(text('sub/res.txt'), 's');
  assert.match((await runCli(['run'], { cwd: root })).out, /Everything is fresh/);
  writeFiles(root, { 'data/left.tmp': 'x' });
  assert.deepEqual(stale(root), []);
  writeFiles(root, { 'sub/in.txt': 'new' });
  assert.deepEqual(stale(root), ['insub']);
  const refused = await runCli(['run', '--param', 'seed=3'], { cwd: root });
  assert.equal(refused.code, 2);
  assert.match(refused.err, /read their params from files/);
});

test('frozen stages never run, `always_changed` ones always, and a stage that fails says so', async () => {
  const root = makeProject({
    'dvc.yaml':
      "stages:\n  ice:\n    cmd: exit 1\n    frozen: true\n  hot:\n    cmd: echo > hot\n    outs: [hot]\n    always_changed: true\n  bad:\n    cmd:\n      - 'false'\n      - touch never\n",
  });
  assert.deepEqual(stale(root), ['bad', 'hot']);
  assert.equal((await runCli(['run', 'hot'], { cwd: root })).code, 0);
  assert.deepEqual(stale(root), ['bad', 'hot']);
  assert.equal((await runCli(['run', 'bad'], { cwd: root })).code, 1);
  assert.equal(existsSync(join(root, 'never')), false);
});

test('what a program writes by the way is read: metrics, params and artifacts of the whole dvc.yaml', async () => {
  const root = makeProject({
    'dvc.yaml': `stages:
  train:
    cmd: sh train.sh
    metrics: [out/m.json, scores.yaml, single.metric]
  idle:
    cmd: 'true'
metrics: [live/metrics.json, never.json, stale.json]
params: [live/params.yaml]
plots: [live/plots: { x: step }]
artifacts: { best: { path: model.pkl, type: model } }
`,
    'stale.json': '{"old": 1}',
    'train.sh': `mkdir -p live out
echo '{"auc": 0.9, "f1": 0.5}' > out/m.json
echo '{"p": 0.8, "deep": {"r": 0.7}, "f1": 0.25, "word": "x"}' > live/metrics.json
echo 'n_estimators: 25' > live/params.yaml
printf 'mse: 1_000\\nword: x\\n' > scores.yaml
printf 0.93 > single.metric
env | grep ^DVC_ | sort > env.txt
`,
  });
  const { code, err } = await runCli(['run'], { cwd: root });
  assert.equal(code, 0, err);
  const [run] = runsOf(root);
  assert.deepEqual(ownMetrics(run), {
    auc: 0.9,
    single: 0.93,
    'out/m.json:f1': 0.5,
    'live/metrics.json:f1': 0.25,
    p: 0.8,
    'deep.r': 0.7,
    mse: 1000,
  });
  assert.deepEqual(run?.params, { 'live/params.yaml:n_estimators': 25 });
  assert.equal(run?.tags['dvc.artifact.best'], 'model.pkl (model)');
  assert.equal(readFileSync(join(root, 'env.txt'), 'utf8'), `DVC_ROOT=${root}\nDVC_STAGE=train\n`);
});

test('a stage begins without its outputs, as with DVC, but for those that persist; one that is missing is told where it stands', async () => {
  const root = makeProject({
    'dvc.yaml':
      "stages:\n  make:\n    cmd: mkdir out && echo a >> out/a && echo b >> kept && echo c >> sub/log\n    outs:\n      - out/\n      - kept: { persist: true }\n    plots:\n      - sub/log: { cache: false }\n  lost:\n    cmd: 'true'\n    outs: [nothing]\n",
    'sub/log': 'old\n',
  });
  const text = (path: string) => readFileSync(join(root, path), 'utf8');
  for (const kept of ['b\n', 'b\nb\n']) {
    const { code, err } = await runCli(['run', 'make', '--force'], { cwd: root });
    assert.equal(code, 0, err);
    assert.deepEqual([text('out/a'), text('kept'), text('sub/log')], ['a\n', kept, 'c\n']);
  }
  assert.match((await runCli(['run', 'lost'], { cwd: root })).err, /dvc\.yaml:9:3.*did not write `nothing`/);
});

test('numbers are written as Python writes them', () => {
  for (const [value, text] of [
    [1, '1.0'],
    [1000, '1000.0'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [1e16, '1e+16'],
    [1.5, '1.5'],
    [-0.5, '-0.5'],
    [-0, '-0.0'],
    [1e-100, '1e-100'],
    [Number.NaN, 'nan'],
    [-Infinity, '-inf'],
  ] as const)
    assert.equal(floatText(value), text);
});
