import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { rules } from '../../engine/checks/rules.ts';
import { secretsIn } from '../../engine/checks/secrets.ts';
import {
  applyFix,
  edit,
  expectFixed,
  expectMarks,
  findings,
  ordersTexts,
  projectOf,
  type Texts,
} from '../helpers/checking.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const yaml = 'loopwright.yaml';
const schema = 'schemas/orders.dataset.yaml';
const experiment = 'experiments/longer.experiment.yaml';
/** The orders project with one more stage. */
const stage = (text: string, more: Texts = {}): Texts => ({
  ...edit(yaml, ['\ndeployments:\n', `  ${text}\n\ndeployments:\n`]),
  ...more,
});

test('LW701 no seed', () => {
  const over = edit(yaml, ['project: orders\nseed: 3\n', '«project»: orders\n']);
  expectMarks('LW701', over);
  assert.match(expectFixed('LW701', over), /^version: 1\nproject: orders\nseed: 0\n\nparams:/);
  const windows = { [yaml]: ordersYaml.replace('seed: 3\n', '').replaceAll('\n', '\r\n') };
  assert.match(expectFixed('LW701', windows), /^version: 1\r\nproject: orders\r\nseed: 0\r\n\r\nparams:/);
  expectMarks('LW701', { [yaml]: 'version: 1\nproject: p\nstages:\n  s: { cmd: x, outs: [y] }\n' }, { only: true });
  expectMarks(
    'LW701',
    {
      [yaml]:
        'version: 1\n«project»: p\nstages:\n  s: { uses: prepare, with: { sql: a.sql, output: o, split: { by: random, train: 0.8, test: 0.2 } } }\n',
    },
    { only: true },
  );
});

test('LW702 a download without its checksum', () => {
  const from = (text: string) => edit(yaml, ['from: { files: incoming/*.csv }', `from: { ${text} }`]);
  expectMarks('LW702', from('url: «"https://example.org/orders.csv"»'));
  expectMarks('LW702', from(`url: "https://example.org/orders.csv", sha256: ${'a1'.repeat(32)}`));
});

test('LW704 a path that leaves the project', () => {
  const [written] = expectMarks('LW704', edit(yaml, ['path: data/features.parquet', 'path: «../features.parquet»']));
  assert.equal(written?.severity, 'error');
  const [read] = expectMarks('LW704', edit(yaml, ['path: labels/*.csv', 'path: «data/../../labels/a.csv»']));
  assert.equal(read?.severity, 'warning');
  assert.equal(expectMarks('LW704', stage('s: { cmd: x, outs: [ok, «../model»] }'))[0]?.severity, 'error');
  assert.equal(expectMarks('LW704', edit(yaml, ['output: data/scored', 'output: «../scored»']))[0]?.severity, 'error');
  expectMarks(
    'LW704',
    edit(
      yaml,
      ['path: data/features.parquet', 'path: data/../features.parquet'],
      ['path: labels/*.csv', 'path: ..labels/*.csv'],
    ),
  );
});

test('LW705 secrets that show by their form', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const over = stage(`s: { cmd: "push --with «${token}»", outs: [y] }`);
  const [problem] = expectMarks('LW705', over);
  assert.ok(!(problem?.message ?? '').includes(token));
  assert.match(expectFixed('LW705', over), /cmd: "push --with \$\{env\.GITHUB_TOKEN\}"/);
  assert.match(
    expectFixed('LW705', stage(`s:\n    cmd: push --with «${token}»\n    outs: [y]`)),
    /cmd: "push --with \$\{env\.GITHUB_TOKEN\}"/,
  );
  expectMarks('LW705', stage('s: { cmd: "curl https://ada:«hunter2»@example.org", outs: [y] }'));
  expectMarks(
    'LW705',
    stage('s: { cmd: "curl https://ada:${env.PASSWORD}@example.org https://ada:$PW@example.org", outs: [y] }'),
  );
  expectMarks(
    'LW705',
    stage('s: { cmd: "db --password «hunter22» --token $TOKEN --secret secrets/db.txt", outs: [y] }'),
  );
  const inSchema = edit(schema, ['fields:', 'description: "«AKIAIOSFODNN7EXAMPLE»"\nfields:']);
  assert.equal(expectMarks('LW705', inSchema)[0]?.fixes, undefined);
});

test('LW705 secrets by the name of their key', () => {
  const env = (text: string) => stage(`s: { cmd: x, outs: [y], env: { ${text} } }`);
  expectMarks('LW705', env('DB_PASSWORD: «hunter2-of-ada»'));
  assert.match(expectFixed('LW705', env('DB_PASSWORD: hunter2-of-ada')), /DB_PASSWORD: "\$\{env\.DB_PASSWORD\}"/);
  expectMarks(
    'LW705',
    env(
      'DB_PASSWORD: "${env.DB_PASSWORD}", API_TOKEN: $TOKEN, OTHER_TOKEN: MY_TOKEN, A_SECRET: /run/secrets/a, B_PASSWORD: changeme',
    ),
  );
  expectMarks('LW705', {
    ...edit(yaml, [
      '  epochs: 3\n',
      '  epochs: 3\n  api_key: «0123456789abcdef»\n  token: "[CLS]"\n  max_tokens: "1234567890abcdef"\n',
    ]),
  });
  expectMarks('LW705', { [experiment]: 'describe: x\nparams: { api_key: «0123456789abcdef» }\n' });
  expectMarks('LW705', edit(yaml, ['card:\n', 'card:\n  ethics: The password is never asked for.\n']));
});

test('texts that are secrets, and texts that only look alike', () => {
  const what = (text: string) => secretsIn(text).map((secret) => secret.what);
  assert.deepEqual(what(`sk-proj-${'Ab1'.repeat(8)}`), ['an API key']);
  assert.deepEqual(what('xoxb-123456789012-abcdef'), ['a token of Slack']);
  assert.deepEqual(what('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLWhlcmU'), ['a JSON web token']);
  assert.deepEqual(what('-----BEGIN RSA PRIVATE KEY-----\nMIIE'), ['a private key']);
  assert.deepEqual(what('-----BEGIN PUBLIC KEY-----'), []);
  assert.deepEqual(
    what('sk-learn-pipeline-with-a-long-name disk-usage-of-the-whole-machine task-AbC123AbC123AbC123AbC123'),
    [],
  );
  assert.deepEqual(
    what('python train.py --token-length 512 --tokenizer bert-base-uncased-2 http://localhost:8080/a@b'),
    [],
  );
});

test('LW706 a path of one machine', () => {
  expectMarks('LW706', edit(yaml, ['path: labels/*.csv', 'path: «/home/ada/labels/a.csv»']));
  for (const path of ['~/labels/*.csv', '"C:\\\\data\\\\a.csv"'])
    expectMarks('LW706', edit(yaml, ['path: labels/*.csv', `path: «${path}»`]));
  const inside = edit(yaml, ['path: data/features.parquet', 'path: «/memory/data/features.parquet»']);
  expectMarks('LW706', inside);
  assert.match(expectFixed('LW706', inside), /features: \{ path: data\/features\.parquet,/);
  assert.equal(expectMarks('LW706', edit(yaml, ['path: labels/*.csv', 'path: «/memory2/x.csv»']))[0]?.fixes, undefined);
  expectMarks('LW706', edit(yaml, ['path: labels/*.csv', 'path: "${env.DATA}/x.csv"']));
});

test('LW707 a comment that silences nothing', () => {
  const over = edit(yaml, ['seed: 3\n', 'seed: 3 # loopwright-ignore «LW405»\n']);
  expectMarks('LW707', over);
  assert.match(expectFixed('LW707', over), /^seed: 3$/m);
  const alone = edit(yaml, ['seed: 3\n', '# loopwright-ignore «LW405»: not yet\nseed: 3\n']);
  expectMarks('LW707', alone);
  assert.match(expectFixed('LW707', alone), /^project: orders\nseed: 3$/m);
  const used = edit(yaml, ['port: 18080 }', 'port: 80 } # loopwright-ignore LW609, «LW602»']);
  expectMarks('LW707', used);
  assert.match(expectFixed('LW707', used), /# loopwright-ignore LW609$/m);
  const first = edit(yaml, ['port: 18080 }', 'port: 80 } # loopwright-ignore «LW602», LW609']);
  assert.match(expectFixed('LW707', first), /# loopwright-ignore LW609$/m);
  expectMarks('LW707', { 'sql/features.sql': '-- loopwright-ignore «LW218»\nSELECT * FROM orders\n' });
  expectMarks('LW707', { 'sql/features.sql': '-- loopwright-ignore LW218\nSELECT * FROM nothing\n' });
});

test('LW707 says nothing of what was not looked for', () => {
  const over = {
    ...ordersTexts,
    ...edit(yaml, ['seed: 3\n', 'seed: 3 # loopwright-ignore LW405\nchecks: { LW405: off }\n']),
  };
  assert.deepEqual(checkProject(projectOf(over)), []);
  const plain = { ...ordersTexts, ...edit(yaml, ['seed: 3\n', 'seed: 3 # loopwright-ignore LW405\n']) };
  const codes = (chosen: typeof rules) => checkProject(projectOf(plain), { rules: chosen }).map(({ code }) => code);
  assert.deepEqual(codes(rules), ['LW707']);
  assert.deepEqual(codes(rules.filter(({ code }) => code !== 'LW405')), []);
  assert.deepEqual(codes(rules.map((rule) => (rule.code === 'LW405' ? { ...rule, fromData: true } : rule))), []);
  assert.deepEqual(checkProject(projectOf(plain), { severities: { LW405: 'off' } }), []);
  assert.deepEqual(
    checkProject(projectOf({ ...plain, [experiment]: 'sweep: 1\n' }))
      .map(({ code }) => code)
      .filter((code) => code === 'LW707'),
    [],
  );
});

test('LW708 a command without files', () => {
  expectMarks('LW708', stage('«report»: { cmd: report }'));
  for (const files of ['deps: [labels]', 'outs: [y]', 'metrics: [m.json]'])
    expectMarks('LW708', stage(`report: { cmd: report, ${files} }`));
  expectMarks('LW708', stage('report: { cmd: python report.py }', { 'report.py': '' }));
});

test('LW709 a script that is not among the dependencies', () => {
  const files = { 'train.py': '', 'src/make.sh': '', 'tool.mjs': '', 'plot.R': '' };
  const over = stage('s: { cmd: «python train.py --lr 0.1», outs: [y], deps: [labels] }', files);
  expectMarks('LW709', over);
  assert.match(expectFixed('LW709', over), /deps: \[labels, train\.py\]/);
  const bare = stage('s: { cmd: «"bash src/make.sh"», outs: [y] }', files);
  assert.match(expectFixed('LW709', bare), /outs: \[y\], deps: \[src\/make\.sh\] \}/);
  for (const cmd of [
    'python3.12 -u ./train.py',
    'FAST=1 node --no-warnings tool.mjs',
    'Rscript plot.R',
    './src/make.sh',
    'uv run train.py && echo done',
  ])
    expectMarks('LW709', stage(`s: { cmd: «"${cmd}"», outs: [y] }`, files));
  for (const cmd of [
    'cd src && python train.py',
    'python gone.py',
    'cat train.py',
    'python -m train',
    'ruff check train.py',
    'python -c train.py',
  ])
    expectMarks('LW709', stage(`s: { cmd: "${cmd}", outs: [y] }`, files));
  expectMarks('LW709', stage('s: { cmd: bash src/make.sh, outs: [y], deps: [src/] }', files));
});

test('LW710 a deployed model whose card is silent', () => {
  expectMarks(
    'LW710',
    edit(
      yaml,
      ['\ncard:\n  intended_use: Says which orders will be late.\n', '\n'],
      ['deployments:\n', '«deployments»:\n'],
    ),
  );
  expectMarks(
    'LW710',
    edit(yaml, ['card:\n  intended_use: Says which orders will be late.', '«card»:\n  intended_use: ""']),
  );
  expectMarks('LW710', {
    ...edit(yaml, ['card:\n  intended_use: Says which orders will be late.\n', '']),
    'model-card.md': '# Intended use\nSays which orders will be late.\n',
  });
  expectMarks('LW710', { [yaml]: ordersYaml.replace(/\ndeployments:[\s\S]*/, '') });
});

test('LW711 a store that git does not ignore', () => {
  const over = { ...edit(yaml, ['project:', '«project»:']), '.gitignore': 'node_modules/\n# .loopwright\n' };
  const [problem] = expectMarks('LW711', over);
  assert.equal(
    applyFix({ ...ordersTexts, ...over }, problem)['.gitignore'],
    'node_modules/\n# .loopwright\n.loopwright/\n',
  );
  expectMarks('LW711', { ...over, '.gitignore': 'data\n.loopwright\n!.loopwright/' });
  for (const lines of ['.loopwright', '/.loopwright/', '**/.loopwright/**', '.*', '.loopwright/*\r\ndata/'])
    expectMarks('LW711', { '.gitignore': lines });
  expectMarks('LW711', {});
  expectMarks('LW711', { '.gitignore': 'data/', '../.gitignore': '.loopwright/' });
});

test('every rule shows what is wrong and what is right', () => {
  for (const { code, example } of rules.filter((rule) => !rule.code.startsWith('LW3') && !rule.fromData))
    assert.ok(example && example.wrong !== example.right, `${code} has no example`);
});

test('the orders project has no finding about its hygiene', () => {
  for (const code of ['LW701', 'LW702', 'LW704', 'LW705', 'LW706', 'LW707', 'LW708', 'LW709', 'LW710', 'LW711'])
    assert.deepEqual(findings(code, {}).problems, []);
});
