import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProject } from '../../../engine/checks/checkProject.ts';
import { plotSources } from '../../../engine/project/dvc/dvcPlots.ts';
import { configFor, loadProject } from '../../../engine/project/loadProject.ts';
import type { CmdStage } from '../../../engine/project/schema/cmdStage.ts';
import { buildGraph } from '../../../engine/project/graph.ts';
import { makeProject } from '../../helpers/makeProject.ts';

/** The stages of a project of DVC. */
function stagesOf(files: Record<string, string>): Record<string, CmdStage> {
  return configFor(loadProject(makeProject(files)), 'default').stages as Record<string, CmdStage>;
}

const commandsOf = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(stagesOf(files)).map(([name, { cmd }]) => [name, cmd]));

function problemsOf(files: Record<string, string>): string[] {
  const project = loadProject(makeProject(files));
  return checkProject(project)
    .filter(({ severity }) => severity !== 'info')
    .map(({ file, line, code, severity, message }) => `${file}:${line} ${severity} ${code} ${message}`);
}

test('a value has the text that DVC writes', () => {
  // Tried: signs, exponents, underscores, bases, leading zeros, points at an end, infinities, booleans, nulls, YAML 1.1
  // words, texts that look like numbers, integers and floats beyond 2^53, dates; in params.yaml, JSON, `vars`, and quoted.
  const spelled: [written: string, text: string][] = [
    ['1e-5', '1e-05'],
    ['1_000', '1000'],
    ['0x10', '16'],
    ['010', '10'],
    ['1.0', '1.0'],
    ['true', 'true'],
    ['True', 'true'],
    ['TRUE', 'true'],
    ['yes', 'yes'],
    ['on', 'on'],
    ['~', 'None'],
    ['Null', 'None'],
    ['1e5', '100000.0'],
    ['.5', '0.5'],
    ['1.', '1.0'],
    ['-.inf', '-inf'],
    ['.nan', 'nan'],
    ['0o14', '12'],
    ['0b11', '3'],
    ['1_000.5', '1000.5'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['"1e3"', '1e3'],
    ['1e22', '1e+22'],
    ['123456789012345678.0', '1.2345678901234568e+17'],
    ['+5', '5'],
    ['1.50', '1.5'],
    ['-0.0', '-0.0'],
    ['.5e3', '.5e3'],
    ['.5e+3', '500.0'],
    ['1__0', '10'],
    ['1e400', 'inf'],
    ['1:30', '1:30'],
    ['1,000', '1,000'],
    ["'010'", '010'],
  ];
  const names = spelled.map((_, i) => `v${i}`);
  const params = spelled.map(([written], i) => `v${i}: ${written}\n`).join('');
  const stages = names.map((name) => `  ${name}: { cmd: 'echo \${${name}}', params: [${name}] }\n`).join('');
  const expected = Object.fromEntries(spelled.map(([, text], i) => [`v${i}`, `echo ${text}`]));
  assert.deepEqual(commandsOf({ 'params.yaml': params, 'dvc.yaml': `stages:\n${stages}` }), expected, 'params.yaml');
  const vars = spelled.map(([written], i) => `  - v${i}: ${written}\n`).join('');
  const withVars = stages.replaceAll(/, params: \[\w+\]/g, '');
  assert.deepEqual(commandsOf({ 'dvc.yaml': `vars:\n${vars}stages:\n${withVars}` }), expected, 'vars');
  assert.deepEqual(
    commandsOf({
      'p.json': '{"a": 1.0, "b": 1e3, "c": NaN, "d": -Infinity, "e": true, "f": null, "g": "1.0"}',
      'dvc.yaml': 'vars: [p.json]\nstages:\n  s: { cmd: "${a} ${b} ${c} ${d} ${e} ${f} ${g}" }\n',
    }),
    { s: '1.0 1000.0 nan -inf true None 1.0' },
  );
});

test('what is escaped reaches the shell, and no text of a dvc.yaml is a reference of Loopwright', () => {
  // Tried: plain, with a default, dotted, beside real references, in a list of scripts, in paths, in a foreach.
  const stages = stagesOf({
    'params.yaml': 'x: 5\n',
    'dvc.yaml': `stages:
  a: { cmd: 'echo "\\\${A}_b and \${x} \\\${UNSET:-d} \\\${params.x} \\\${env.HOME} $PATH $\{x}"' }
  b:
    cmd:
      - |
        d=1
        touch \\\${d}_a
      - echo \${x}
  c: { cmd: 'true', outs: ['\\\${q}.txt'] }
  d:
    foreach: [1]
    do: { cmd: 'echo \${item} \\\${item}' }
`,
  });
  assert.equal(stages['a']?.cmd, 'echo "${A}_b and 5 ${UNSET:-d} ${params.x} ${env.HOME} $PATH 5"');
  assert.equal(stages['b']?.cmd, '( d=1\ntouch ${d}_a\n) && ( echo 5\n)');
  assert.deepEqual(stages['c']?.outs, ['${q}.txt']);
  assert.equal(stages['d@1']?.cmd, 'echo 1 ${item}');
});

test('each line of a command is one, and a list in a folder stays in it', () => {
  const commands = commandsOf({
    'dvc.yaml': `stages:
  lines:
    cmd: |
      echo a

      # only a comment
      echo b
  one: { cmd: "  echo a  ", wdir: sub }
  two: { cmd: [echo a, echo b], wdir: "two words" }
  both: { cmd: "echo a; echo b", wdir: sub }
`,
  });
  assert.deepEqual(commands, {
    lines: '( echo a\n) && ( echo b\n)',
    one: 'cd sub && echo a',
    two: 'cd "two words" && { ( echo a\n) && ( echo b\n)\n}',
    both: 'cd sub && { echo a; echo b\n}',
  });
});

test('foreach and matrix make the stages that DVC makes, with its names', () => {
  // Tried: lists and mappings, in place and by reference, of numbers, booleans, nulls, texts with slashes, repeated
  // items, mappings; matrices of several axes with lists by reference and of mappings.
  const commands = commandsOf({
    'params.yaml': 'l: [1, 2.0, true]\n',
    'dvc.yaml': `stages:
  a: { foreach: "\${l}", do: { cmd: "echo \${item}" } }
  b: { foreach: [1.0, 1e3, yes, null, true, a/b, 1.0], do: { cmd: "echo \${item}" } }
  c: { foreach: { x: { v: 1 }, 1: { v: 2 } }, do: { cmd: "echo \${key} \${item.v}" } }
  d: { foreach: [{ v: 1 }], do: { cmd: "echo \${item.v}" } }
  m: { matrix: { a: [1, 2.50], b: "\${l}", c: [{ q: 1 }] }, cmd: "echo \${item.a} \${item.c.q} \${key}" }
`,
  });
  assert.deepEqual(
    Object.entries(commands).filter(([name]) => !name.startsWith('m@')),
    [
      ['a@1', 'echo 1'],
      ['a@2.0', 'echo 2.0'],
      ['a@True', 'echo true'],
      ['b@1.0', 'echo 1.0'],
      ['b@1000.0', 'echo 1000.0'],
      ['b@yes', 'echo yes'],
      ['b@None', 'echo None'],
      ['b@true', 'echo true'],
      ['b@a/b', 'echo a/b'],
      ['c@x', 'echo x 1'],
      ['c@1', 'echo 1 2'],
      ['d@0', 'echo 1'],
    ],
  );
  assert.equal(commands['m@2.5-True-c0'], 'echo 2.5 1 2.5-True-c0');
  assert.equal(Object.keys(commands).filter((name) => name.startsWith('m@')).length, 6);
});

test('a mapping in a command becomes options, in the style of the config', () => {
  const files = {
    'params.yaml':
      'p: { lr: 1e-3, deep: true, off: false, s: "a b", n: null, l: [1, true, "q r"], e: [], x: { y: "" } }\n',
    'dvc.yaml': 'stages:\n  s: { cmd: "train ${p}" }\n',
  };
  const plain = "train --lr 0.001 --deep --s 'a b' --n None --l 1 True 'q r' --x.y ''";
  assert.equal(commandsOf(files)['s'], plain);
  assert.equal(
    commandsOf({ ...files, '.dvc/config': '[parsing]\n    bool = boolean_optional\n    list = append\n' })['s'],
    "train --lr 0.001 --deep --no-off --s 'a b' --n None --l 1 --l True --l 'q r' --x.y ''",
  );
});

test('vars are merged as in DVC, and what it refuses is refused', () => {
  const stage = (cmd: string) => `stages:\n  s: { cmd: "${cmd}" }\n`;
  assert.equal(
    commandsOf({
      'params.yaml': 'a: { x: 1 }\nl: [p, q]\n',
      'more.yaml': 'b: 2\nc: 3\n',
      'dvc.yaml': `vars:\n  - a: { y: 2 }\n  - more.yaml:b\n${stage('${a.x} ${ a[y] } ${b} ${l[-1]} ${l.0}')}`,
    })['s'],
    '1 2 2 q p',
  );
  const wrong: [what: string, files: Record<string, string>, says: RegExp][] = [
    [
      'a name twice',
      { 'params.yaml': 'a: 1\n', 'dvc.yaml': `vars:\n  - a: 2\n${stage('x')}` },
      /dvc\.yaml:2 error LW117 `a` is defined twice/,
    ],
    [
      'a nested name twice',
      { 'params.yaml': 'a: { b: 1 }\n', 'dvc.yaml': `vars:\n  - a: { b: 2 }\n${stage('x')}` },
      /`a\.b` is defined twice/,
    ],
    [
      'no such file',
      { 'dvc.yaml': `vars:\n  - gone.yaml\n${stage('x')}` },
      /There is no file `gone\.yaml` with variables/,
    ],
    [
      'no such key',
      { 'v.yaml': 'a: 1\n', 'dvc.yaml': `vars:\n  - v.yaml:b\n${stage('x')}` },
      /There is no `b` in `v\.yaml`/,
    ],
    [
      'a file twice',
      { 'v.yaml': 'a: 1\n', 'dvc.yaml': `vars:\n  - v.yaml:a\n  - v.yaml\n${stage('x')}` },
      /loaded already/,
    ],
    [
      'not defined',
      { 'dvc.yaml': stage('echo ${UNSET:-d}') },
      /dvc\.yaml:2 error LW117 `\$\{UNSET:-d\}` is not defined.*write `\\\$\{UNSET:-d\}`/,
    ],
    [
      'nested',
      { 'params.yaml': 'a: { b: 1 }\nk: b\n', 'dvc.yaml': stage('echo ${a.${k}}') },
      /`\$\{a\.\$\{k\}` is not defined/,
    ],
    ['a list in a text', { 'params.yaml': 'l: [1]\n', 'dvc.yaml': stage('echo ${l}') }, /`\$\{l\}` is a list/],
    [
      'a list as a value',
      { 'params.yaml': 'l: [x]\n', 'dvc.yaml': 'stages:\n  s: { cmd: x, deps: "${l}" }\n' },
      /a list, which DVC does not insert under `deps`/,
    ],
    ['no cmd', { 'dvc.yaml': 'stages:\n  s: { outs: [x] }\n' }, /The stage `s` has no `cmd`/],
    [
      'unknown keys',
      { 'dvc.yaml': 'stages:\n  s: { cmd: x, out: [y], live: {} }\nstage: 1\n' },
      /does not know the key `out`.*Did you mean `outs`\?[\s\S]*`live`|`live`[\s\S]*/,
    ],
    ['a list of stages', { 'dvc.yaml': 'stages: [a]\n' }, /`stages` must be a mapping/],
    ['a list', { 'dvc.yaml': '- a\n' }, /A dvc\.yaml is a mapping/],
  ];
  for (const [what, files, says] of wrong) assert.match(problemsOf(files).join('\n'), says, what);
});

test('an error of syntax is told once, and never as of a loopwright.yaml', () => {
  const stage = 'stages:\n  a:\n    cmd: x\n    outs:\n    - m\n';
  for (const [what, text] of [
    ['indentation', `${stage}     - n: \n        cache: true\n  b:\n    cmd: y\n`],
    ['an open quote', `${stage}  b:\n    cmd: "y\n`],
    ['an open bracket', `${stage}  b: { cmd: y, outs: [z\n`],
    ['a tab', `${stage}\tb: x\n`],
  ] as const) {
    const files = { 'dvc.yaml': text };
    const found = problemsOf(files).filter((line) => !line.includes('LW117 DVC does not know'));
    assert.equal(found.length, 1, `${what}: ${found.join('\n')}`);
    assert.match(found[0] ?? '', /LW100/, what);
    assert.throws(() => configFor(loadProject(makeProject(files)), 'default'), /dvc\.yaml has 1 problem/, what);
  }
});

test('a dvc.yaml without stages is one: metrics, plots, params and artifacts of the whole file', () => {
  for (const text of ['', '# nothing\n', 'metrics: [m.json]\n', 'stages: {}\n', 'stages:\n'])
    assert.deepEqual(problemsOf({ 'dvc.yaml': text }), [], JSON.stringify(text));
  const { dvc } = loadProject(
    makeProject({
      'params.yaml': 'dir: live\n',
      'dvc.yaml': `metrics: ["\${dir}/m.json"]
params: [live/params.yaml]
plots:
  - live/plots:
      x: step
  - ROC: { x: fpr, y: { roc/a.json: tpr, roc/b.json: tpr } }
  - image.png
artifacts:
  best: { path: model.pkl, type: model }
`,
    }),
  );
  assert.deepEqual(dvc?.metrics, ['live/m.json']);
  assert.deepEqual(dvc?.params, ['live/params.yaml']);
  assert.deepEqual(dvc?.plots.flatMap(plotSources), ['live/plots', 'roc/a.json', 'roc/b.json', 'image.png']);
  assert.deepEqual(dvc?.artifacts, [{ name: 'best', path: 'model.pkl', type: 'model' }]);
});

test('stages of dvc.yaml files in folders are in the graph when a stage needs them', () => {
  const files = {
    'dvc.yaml': 'stages:\n  train: { cmd: train, deps: [features/out/x.csv], outs: [m] }\n',
    'features/params.yaml': 'n: 3\n',
    'features/dvc.yaml':
      'stages:\n  make: { cmd: "make ${n}", deps: [../raw/r.csv], outs: [out] }\n  other: { cmd: x, outs: [y] }\n',
    'raw/dvc.yaml': 'stages:\n  get: { cmd: get, outs: [r.csv] }\n',
    'alone/dvc.yaml': 'stages:\n  never: { cmd: x }\n',
  };
  const project = loadProject(makeProject(files));
  const config = configFor(project, 'default');
  assert.deepEqual(buildGraph(config, project.files).order, ['raw/dvc.yaml:get', 'features/dvc.yaml:make', 'train']);
  assert.equal((config.stages['features/dvc.yaml:make'] as CmdStage).cmd, 'cd features && make 3');
  const wrong = problemsOf({ ...files, 'raw/dvc.yaml': 'stages:\n\n  get: { cmd: "${gone}", outs: [r.csv] }\n' });
  assert.match(wrong.at(-1) ?? '', /^raw\/dvc\.yaml:3 error LW117 `\$\{gone\}` is not defined/);
});
