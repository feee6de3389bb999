import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig, type Overrides } from '../../engine/project/resolveConfig.ts';
import { nodeAt, toValue } from '../../engine/project/located.ts';
import { paramsIn } from '../../engine/project/interpolate.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';

const head = 'version: 1\nproject: p\n';
const stage = (cmd: string) =>
  `${head}params: { n: 3, list: [1, 2], text: hi, flag: true, none: null }\ndatasets: { raw: { path: data/raw.csv } }\nstages:\n  s:\n    cmd: ${cmd}\n`;

function resolve(text: string, env: Record<string, string> = {}, overrides: Overrides = {}) {
  return resolveConfig(parseYaml('loopwright.yaml', text), env, overrides);
}

function problems(text: string, env: Record<string, string> = {}): [string, string, string][] {
  return resolve(text, env).problems.map(({ code, severity, line, column, message }) => [
    `${code} ${severity}`,
    `${line}:${column}`,
    message,
  ]);
}

const cmdOf = (text: string, env: Record<string, string> = {}) =>
  toValue(nodeAt(resolve(text, env).root ?? undefined, ['stages', 's', 'cmd']));

test('a string that is a single reference gets the value with its type', () => {
  const text = (value: string) =>
    `${head}params: { epochs: 7, hidden: [64, 32], layout: [[1], [2, 3]], name: mlp }\ndatasets: { d: { path: d.parquet } }\nstages:\n  t:\n    uses: train\n    with: { data: d, model: mlp, ${value} }\n`;
  const inputs = (value: string) =>
    toValue(nodeAt(resolve(text(value)).root ?? undefined, ['stages', 't', 'with'])) as Record<string, unknown>;
  assert.equal(inputs('epochs: "${params.epochs}"')['epochs'], 7);
  assert.equal(inputs('epochs: "${ params.epochs }"')['epochs'], 7);
  assert.deepEqual(inputs('hidden: "${params.hidden}"')['hidden'], [64, 32]);
  assert.deepEqual(problems(text('hidden: "${params.hidden}"')), []);
  assert.deepEqual(problems(text('epochs: "${params.name}"')), [
    ['LW104 error', '8:42', '`epochs` must be a whole number, found the text "mlp".'],
  ]);
});

test('inside a longer text values are written as text', () => {
  assert.equal(
    cmdOf(stage('run --n ${params.n} --list ${params.list} --${params.text} ${params.flag} < ${datasets.raw.path}')),
    'run --n 3 --list [1,2] --hi true < data/raw.csv',
  );
  assert.equal(cmdOf(stage('echo ${env.HOME_SWEET}'), { HOME_SWEET: '/h' }), 'echo /h');
  assert.equal(cmdOf(stage('echo $HOME $$ ${params.text}${params.text}')), 'echo $HOME $$ hihi');
});

test('an unknown name is a problem at the value, with a suggestion', () => {
  assert.deepEqual(problems(stage('echo ${params.texd}')), [
    ['LW205 error', '7:10', 'There is no param `texd`. Did you mean `text`?'],
  ]);
  assert.deepEqual(problems(stage('echo ${params.zzzzz}')), [
    ['LW205 error', '7:10', 'There is no param `zzzzz`. Declared: n, list, text, flag, none.'],
  ]);
  assert.deepEqual(
    problems(stage('echo ${params.text.deep}')).map(([code]) => code),
    ['LW205 error'],
  );
  assert.deepEqual(problems(stage('echo ${datasets.rav.path}')), [
    ['LW201 error', '7:10', 'There is no dataset `rav`. Did you mean `raw`?'],
  ]);
  assert.deepEqual(
    problems(stage('echo ${datasets.raw}')).map(([code, , message]) => [code, message]),
    [['LW201 error', 'Only the path of a dataset can be used: `${datasets.raw.path}`.']],
  );
  assert.deepEqual(
    problems(stage('echo ${secrets.x}')).map(([code, , message]) => [code, message.slice(0, 34)]),
    [['LW109 error', '`${secrets.x}` is not known. Use `']],
  );
  assert.deepEqual(
    problems(stage('echo ${}')).map(([code]) => code),
    ['LW109 error'],
  );
});

test('an environment variable that is not set is an error at its place, and the rest of the project can be used', () => {
  assert.deepEqual(problems(stage('echo ${env.NOT_SET}')), [
    ['LW208 error', '7:10', 'The environment variable `NOT_SET` is not set here.'],
  ]);
  assert.notEqual(resolve(stage('echo ${env.NOT_SET}')).config, null);
});

test('names that every object has are not params, datasets or variables', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    assert.deepEqual(
      problems(stage(`echo \${params.${name}}`)).map(([code]) => code),
      ['LW205 error'],
      name,
    );
    assert.deepEqual(
      problems(stage(`echo \${env.${name}}`)).map(([code]) => code),
      ['LW208 error'],
      name,
    );
  }
});

test('a param can refer to others, but not to itself', () => {
  const text = (params: string) => `${head}params: ${params}\nstages: { s: { cmd: "go \${params.a}" } }\n`;
  const cmd = (params: string) => toValue(nodeAt(resolve(text(params)).root ?? undefined, ['stages', 's', 'cmd']));
  assert.equal(cmd('{ a: "${params.b}/x", b: "${params.c}", c: 5 }'), 'go 5/x');
  assert.deepEqual(problems(text('{ a: "${params.b}", b: 2 }')), []);
  for (const circle of ['{ a: "${params.a}" }', '{ a: "x${params.b}", b: "${params.a}" }']) {
    const found = problems(text(circle));
    assert.ok(
      found.length > 0 &&
        found.every(([code, , message]) => code === 'LW205 error' && /refers to itself/.test(message)) &&
        found.some(([, at]) => at.startsWith('3:')),
      JSON.stringify(found),
    );
  }
});

test('params in a text', () => {
  assert.deepEqual(paramsIn('a ${params.x} ${ params.y-z } ${env.q} ${params.x}'), ['x', 'y-z', 'x']);
});
