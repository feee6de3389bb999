import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnvFile } from '../../engine/project/envFile.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { secretVariables } from '../../engine/project/secretVariables.ts';
import { inMemory } from '../helpers/checking.ts';

test('values are parsed like in dotenv, Docker and uv', () => {
  for (const [text, values] of [
    ['A=1\nB = two words \n', { A: '1', B: 'two words' }],
    ['export A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['\uFEFFA=1', { A: '1' }],
    ['# c\n\n  # d\nA=1 # e\nB=a#b\nC=#x\n', { A: '1', B: 'a#b', C: '' }],
    [`A='x # y'\nB="x # y" # z\nC=\`a'"b\`\n`, { A: 'x # y', B: 'x # y', C: `a'"b` }],
    ['A="one\\ntwo"\nB=\'one\\ntwo\'\n', { A: 'one\ntwo', B: 'one\\ntwo' }],
    ['A="-----BEGIN\nabc\n-----END"\nB=1', { A: '-----BEGIN\nabc\n-----END', B: '1' }],
    ['A=b=c==\nURL=postgres://u:p@h/d?x=1', { A: 'b=c==', URL: 'postgres://u:p@h/d?x=1' }],
    ['A=1\nA=2', { A: '2' }],
    ['A=\nB=""\n', { A: '', B: '' }],
    ['A=$HOME/x\nB=a\\b', { A: '$HOME/x', B: 'a\\b' }],
    ['A="say \\"hi\\""', { A: 'say "hi"' }],
  ] as const)
    assert.deepEqual(parseEnvFile(text), { values, problems: [] }, JSON.stringify(text));
});

test('an invalid line is reported with its number, and the others are used', () => {
  assert.deepEqual(parseEnvFile('A=1\nhello\nB="open\nC=3'), {
    values: { A: '1', C: '3' },
    problems: [
      { line: 2, message: 'This line is not `NAME=value`.' },
      { line: 3, message: 'The value of `B` opens with " and is not closed.' },
    ],
  });
  assert.deepEqual(
    parseEnvFile('1A=x\nA: x\n').problems.map(({ line }) => line),
    [1, 2],
  );
});

const yaml = (envFile: string) =>
  `version: 1\nproject: p\n${envFile}stages:\n  s: { cmd: "go \${env.A} \${env.B:-none}" }\n`;
const load = (texts: Record<string, string>, env: Record<string, string> = {}) =>
  loadProject('/p', inMemory(texts), env);

test('a file is read only when it is listed; the shell and later files take precedence', () => {
  const cmd = (texts: Record<string, string>, env = {}) => {
    const stage = load(texts, env).resolved.config?.stages['s'];
    return stage && 'cmd' in stage ? stage.cmd : null;
  };
  assert.equal(cmd({ 'loopwright.yaml': yaml(''), '.env': 'A=1\nB=2' }), 'go ${env.A} none');
  assert.equal(cmd({ 'loopwright.yaml': yaml('env_file: .env\n'), '.env': 'A=1\nB=2' }), 'go 1 2');
  assert.equal(
    cmd({ 'loopwright.yaml': yaml('env_file: .env\n'), '.env': 'A=1\nB=' }, { A: 'shell' }),
    'go shell none',
  );
  assert.equal(
    cmd({ 'loopwright.yaml': yaml('env_file: [.env, .env.local]\n'), '.env': 'A=1\nB=2', '.env.local': 'B=3' }),
    'go 1 3',
  );
});

test('LW119: a missing file is a warning at the key, an invalid line an error in the file', () => {
  const found = (texts: Record<string, string>) =>
    load(texts)
      .file.problems.map(({ code, severity, file, line }) => `${code} ${severity} ${file}:${line}`)
      .toSorted();
  assert.deepEqual(found({ 'loopwright.yaml': yaml('env_file: .env\n') }), [
    'LW119 warning loopwright.yaml:3',
    'LW208 error loopwright.yaml:5',
  ]);
  assert.deepEqual(found({ 'loopwright.yaml': yaml('env_file: conf/x.env\n'), 'conf/x.env': '\nA=1\nnonsense' }), [
    'LW119 error conf/x.env:3',
  ]);
  assert.deepEqual(found({ 'loopwright.yaml': yaml('env_file: [1]\n') }).slice(0, 1), [
    'LW104 error loopwright.yaml:3',
  ]);
});

test('secrets are recognised by name, by a password in an address and by the form of a key', () => {
  const project = load({
    'loopwright.yaml': yaml('env_file: .env\n'),
    '.env':
      'A=data\nAPI_KEY=abc12345\nDB=postgres://u:hunter2@h/d\nmyToken=t0ken\nKEYBOARD=qwerty\nHF_TOKEN=hf_x\nMONKEY=banana\nREGION=eu\nTOK=abcdef\nDB_PW=x1\nMODEL=resnet50-v2-imagenet21k\nX=a8Fk2mQ0zLr94TtUwPq7\nKEY2=b',
  });
  assert.deepEqual(Object.keys(secretVariables(project)).toSorted(), [
    'API_KEY',
    'DB',
    'DB_PW',
    'HF_TOKEN',
    'KEY2',
    'TOK',
    'X',
    'myToken',
  ]);
});
