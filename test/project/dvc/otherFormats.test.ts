import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { toValue } from '../../../engine/project/located.ts';
import { readOtherFormat } from '../../../engine/project/dvc/otherFormats.ts';
import { configFor, loadProject } from '../../../engine/project/loadProject.ts';
import type { CmdStage } from '../../../engine/project/schema/cmdStage.ts';
import { checkProject } from '../../../engine/checks/checkProject.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { dvcVenv as python } from '../../helpers/dvcVenv.ts';

const script = join(import.meta.dirname, '../../transfer/dvcSide.py');

/**
 * Tried in Python: each kind of literal and number, signs, texts of each prefix and quote, in one piece and in several,
 * over several lines; lists, tuples, sets, mappings and those in each other; values that are no literals, alone and
 * among others; annotations, several targets, `;`, classes in classes, `__init__` with and without `self`, methods,
 * decorators, blocks, comments, continued lines, tabs, CRLF, and text that is no Python.
 */
const pythons = [
  'A = 1\nB = -2.5\nC = +3\nD = 1_000\nE = 0x10\nF = 0b11\nG = 0o17\nH = 1e-5\nI = .5\nJ = 5.\nK = 1E5\nL = 98765432109876543210\nM = 1e400\nN = 00\nO = - 1\nP = -(2)\n',
  'a = True\nb = False\nc = None\nd = true\ne = ...\nf = 3j\ng = 1 + 2\nh = not True\ni = 10**2\n',
  "s = 'a'\nt = \"b\\n\\x41\\u00e9\\t\\101\"\nu = r'a\\n'\nv = b'x'\nw = f'{s}'\nx = 'a' \"b\" 'c'\ny = '''one\ntwo'''\nz = u'ü'\nq = \"it's # not\"\nlast = \"\"\"a \"quoted\" \"\"\"\nr = 'a\\\nb'\n",
  'l = [1, 2.0, "x", None]\nt = (1, 2)\none = (1,)\nno = ()\nbare = 1, 2,\ns = {3, 1}\nd = {"a": 1, "b": [1, {"c": (2,)}], 3: "x"}\ne = {}\nf = []\n',
  'l = [1, x]\nd = {"a": f()}\nok = 1\nbad = [i for i in range(3)]\nneg = [-1, +2, (3)]\nnested = [[1, [2]], {"a": {"b": True}}]\nsplat = {**d}\nstar = [*l]\n',
  'a: int = 1\nb: "str" = "x"\nc: int\nd: dict[str, int] = {"x": 1}\n',
  'a = b = 1\nc, d = 1, 2\ne += 1\nx.y = 1\n(f) = 2\ng = 1; h = 2; i = j\n[k] = [1]\nm = (n := 3)\no[0] = 1\n',
  'class Train:\n    lr = 0.1\n    layers = [1,\n      2,  # two\n    ]\n\n    class Deep:\n        x = "y"\n\n    def fit(self):\n        self.no = 1\n\n    def __init__(self, a=1):\n        self.seed = 3\n        self.deep.x = 4\n        own = 5\n        if a:\n            self.never = 1\n        self.after: int = 6\n\nclass Empty(Base): pass\nclass Line: a = 1; b = 2\nclass Doc:\n    """text"""\n    a = 1\n',
  'import os\nfrom a import b\nif True:\n    a = 1\nelse:\n    b = 2\nfor i in [1]:\n    c = 3\nwith open("x") as f:\n    d = 4\ndef main():\n    e = 5\n@wraps\ndef other(): f = 6\ng = 7\nlambda_ = lambda: 1\ntry:\n    h = 1\nexcept ValueError:\n    h = 2\nwhile False: j = 1\nasync def k():\n    l = 1\nz = 1\n',
  'def __init__(self):\n    self.a = 1\n    b = 2\n\ndef outer():\n    def __init__(self):\n        self.c = 1\n',
  '# only a comment\n\n',
  '',
  'a = 1 \\\n\nb = \\\n  2\n\tc = 3\n',
  'class A:\n\tx = 1\n\tclass B:\n\t\ty = 2\n\tz = 3\nw = 4\n',
  'a = 1\r\nclass B:\r\n    c = 2\r\nd = 3\r\n',
  'a = 1\na = 2\nclass A:\n    x = 1\nclass A:\n    y = 2\n',
  'a = (1\n',
  'a = 1)\n',
  "a = 'x\n",
  'class A:\n    x = 1\n  y = 2\n',
  'a = 1 ? 2\n',
  'überlänge = 3\n_x1 = 4\n',
  '"""A text\nabove."""\na = 1\n"""between"""\nb = 2\n',
  'a = [1, 2,\n     3]\nb = {\n  "x": 1,\n  # comment\n  "y": 2,\n}\nc = ("a"\n  "b")\n',
];

const tomls = [
  'a = 1\nb = 2.0\nc = "x"\nd = true\ne = [1, 2.5, "y"]\nf = 1_000\ng = 0xff\nh = 1e3\ni = -0.0\nj = inf\nk = nan\nl = 9007199254740993\n',
  '[train]\nlr = 0.1\n[train.deep]\nx = 1\n[[layers]]\nn = 1\n[[layers]]\nn = 2\n',
  'a.b.c = 1\n"quoted key" = 2\nt = { x = 1, y = "z" }\n',
  'd = 2024-01-02\nt = 10:00:00\ndt = 2024-01-02T03:04:05\n',
  's = """\na\nb"""\nr = \'C:\\x\'\n',
  '# nothing\n',
  '',
  'a = \n',
  'a = 1\na = 2\n',
  '[a\n',
];

function plain(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

test('TOML and Python files have the values that DVC reads', (t) => {
  const why = python.prepare();
  if (why) {
    if (process.env['CI']) assert.fail(why);
    return t.skip(why);
  }
  const files = Object.fromEntries([
    ...pythons.map((text, i) => [`p${i}.py`, text] as const),
    ...tomls.map((text, i) => [`t${i}.toml`, text] as const),
  ]);
  const root = makeProject(files);
  const paths = Object.keys(files).map((path) => join(root, path));
  const theirs = JSON.parse(
    python.run(script, JSON.stringify({ folder: '.', do: 'values', files: paths })),
  ) as unknown[];
  for (const [i, [path, text]] of Object.entries(files).entries()) {
    const { entries, problems } = readOtherFormat(path, text);
    const ours = problems.length > 0 ? null : plain(toValue({ kind: 'map', range: { start: 0, end: 0 }, entries }));
    const sorted = (value: unknown): unknown =>
      value !== null && typeof value === 'object' && 's' in value && Array.isArray(value.s)
        ? { ...value, s: value.s.toSorted() }
        : value;
    assert.deepEqual(sorted(ours), sorted(theirs[i]), `${path}: ${text}`);
  }
});

test('a file that cannot be read is told with its line, and a param that is not there too', () => {
  const stage = (file: string, key: string) => `stages:\n  s:\n    cmd: x\n    params:\n      - ${file}: [${key}]\n`;
  const told = (files: Record<string, string>) =>
    checkProject(loadProject(makeProject(files)))
      .filter(({ severity }) => severity === 'error')
      .map(({ file, line, message }) => `${file}:${line} ${message}`);
  assert.deepEqual(told({ 'dvc.yaml': stage('c.py', 'A.lr'), 'c.py': 'class A:\n  lr = 1\n' }), []);
  assert.deepEqual(told({ 'dvc.yaml': stage('c.py', 'A.no'), 'c.py': 'class A:\n  lr = 1\n' }), [
    'dvc.yaml:5 There is no param `A.no` in `c.py`.',
  ]);
  assert.match(
    told({ 'dvc.yaml': stage('c.py', 'a'), 'c.py': 'b = 1\na = (1\n' })[0] ?? '',
    /^c\.py:3 This is not Python/,
  );
  assert.match(
    told({ 'dvc.yaml': stage('c.toml', 'a'), 'c.toml': 'b = 1\na = \n' })[0] ?? '',
    /^c\.toml:2 This is not TOML/,
  );
});

test('stages have the params of TOML and Python files, by name and as a whole', () => {
  const { stages, params } = configFor(
    loadProject(
      makeProject({
        'p.toml': 'a = 1\n[b]\nc = 2.0\nd = "x"\n',
        'sub/c.py': 'n = 3\nclass T:\n  lr = 1e-3\n  l = (1, 2)\n',
        'dvc.yaml': `vars: [p.toml, sub/c.py]
stages:
  one: { cmd: "echo \${b.c} \${a} \${T.lr} \${T.l[1]}", params: [p.toml: [b.c, a]] }
  whole: { cmd: x, params: [p.toml: ] }
  python: { wdir: sub, cmd: x, params: [c.py: [T.lr, n], ../p.toml: [b]] }
`,
      }),
    ),
    'default',
  );
  const of = (name: string) => (stages[name] as CmdStage).params;
  assert.equal((stages['one'] as CmdStage).cmd, 'echo 2.0 1 0.001 2');
  assert.deepEqual(of('one'), ['p.toml:b.c', 'p.toml:a']);
  assert.deepEqual(of('whole'), ['p.toml:a', 'p.toml:b.c', 'p.toml:b.d']);
  assert.deepEqual(of('python'), ['sub/c.py:T.lr', 'sub/c.py:n', 'p.toml:b.c', 'p.toml:b.d']);
  assert.deepEqual(params, {
    'p.toml:b.c': 2,
    'p.toml:a': 1,
    'p.toml:b.d': 'x',
    'sub/c.py:T.lr': 0.001,
    'sub/c.py:n': 3,
  });
});
