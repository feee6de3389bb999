import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfigFile } from '../../engine/project/loadProject.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { resolveConfig } from '../../engine/project/resolveConfig.ts';
import { fileKindOf, type FileKind } from '../../engine/project/shape.ts';

type Found = [code: string, at: string, message: string];

function found(text: string, kind: FileKind = 'project'): Found[] {
  const parsed = parseYaml('f.yaml', text);
  const problems =
    kind === 'project'
      ? [...parsed.problems, ...resolveConfig(parsed, {}).problems]
      : loadConfigFile(kind, parsed).problems;
  return problems.map(({ code, line, column, endLine, endColumn, message }) => [
    code,
    `${line}:${column}-${endLine}:${endColumn}`,
    message,
  ]);
}

const head = 'version: 1\nproject: p\n';
const good = `${head}stages:\n  s: { cmd: echo hi }\n`;

test('a valid project has no problems', () => assert.deepEqual(found(good), []));

test('an unknown key is reported with a suggestion', () => {
  assert.deepEqual(found(`${good}stagse: {}\n`), [
    ['LW102', '5:1-5:7', 'The project has no key `stagse`. Did you mean `stages`?'],
  ]);
  assert.deepEqual(found(`${head}stages:\n  s:\n    cmd: echo\n    dep: [a]\n`), [
    ['LW102', '6:5-6:8', '`s` has no key `dep`. Did you mean `deps`?'],
  ]);
  assert.deepEqual(
    found(`${head}stages:\n  s: { cmd: echo, zzz: 1 }\n`).map(([code, at]) => [code, at]),
    [['LW102', '4:19-4:22']],
  );
});

test('names of object properties are unknown keys too', () => {
  for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
    assert.deepEqual(
      found(`${good}${key}: 1\n`).map(([code, at]) => [code, at]),
      [['LW102', `5:1-5:${key.length + 1}`]],
      key,
    );
});

test('a missing key is marked on the first key of its mapping', () => {
  assert.deepEqual(found('project: p\nstages: { s: { cmd: x } }\n'), [
    ['LW103', '1:1-1:8', 'The project is missing the key `version`. Version of the format: 1.'],
  ]);
  assert.deepEqual(
    found(`${head}stages:\n  s:\n    uses: train\n    with: { data: d }\n`).map(([code, at, message]) => [
      code,
      at,
      message.slice(0, 37),
    ]),
    [['LW103', '6:13-6:17', '`with` is missing the key `model`. ml']],
  );
  assert.deepEqual(
    found('version: 1\n').map(([, , message]) => /is missing the key `(\w+)`/.exec(message)?.[1]),
    ['project', 'stages'],
  );
});

test('wrong types are reported with the actual value', () => {
  assert.deepEqual(found(`${good}seed: "7"\n`), [
    ['LW104', '5:7-5:10', '`seed` must be a whole number, found the text "7".'],
  ]);
  assert.deepEqual(found(`${good}seed: 1.5\n`), [['LW104', '5:7-5:10', '`seed` must be a whole number, found 1.5.']]);
  assert.deepEqual(found(`${good}seed: -1\n`), [['LW105', '5:7-5:9', '`seed` must be at least 0, found -1.']]);
  assert.deepEqual(
    found(`${good}seed: .nan\n`).map(([code]) => code),
    ['LW104'],
  );
  assert.deepEqual(found('version: 1\nproject: 12\nstages: { s: { cmd: x } }\n'), [
    ['LW104', '2:10-2:12', '`project` must be text, found the number 12. Put it in quotes.'],
  ]);
  const threshold = (text: string) =>
    found(
      `version: 1\nproject: p\nstages: { v: { uses: validate, with: { model: m, data: d, threshold: ${text} } } }\n`,
    ).map(([code, , says]) => [code, says]);
  assert.deepEqual(threshold('bestf1'), [
    [
      'LW106',
      '`threshold` must be `best_f1`, `lowest_cost`, a number or a mapping, found the text "bestf1". Did you mean `best_f1`?',
    ],
  ]);
  assert.deepEqual(threshold('{ precision: 0.9, cost: { false_positive: 1, false_negative: 2 } }'), [
    ['LW102', '`threshold` has `precision` and `cost`. Keep one of them.'],
  ]);
  assert.deepEqual(threshold('{}'), [['LW103', '`threshold` needs `precision`, `recall`, `f_beta` or `cost`.']]);
  assert.deepEqual(
    found(`${good}monitors: { m: { deployment: d, reference: s, window: { every: 90 } } }\n`).map(([, , text]) => text),
    ['`every` must be a duration such as 15m, 6h or 7d, found the number 90.'],
  );
  assert.deepEqual(
    found('version: 1\nproject: a b\nstages: { s: { cmd: x } }\n').map(([code, at]) => [code, at]),
    [['LW107', '2:10-2:13']],
  );
  assert.deepEqual(found('version: 1\nproject: p\nstages: [a]\n'), [
    ['LW104', '3:9-3:12', '`stages` must be a mapping of keys to values, found a list.'],
  ]);
  assert.deepEqual(found('version: 2\nproject: p\nstages: { s: { cmd: x } }\n'), [
    ['LW106', '1:10-1:11', '`version` must be `1`, found the number 2.'],
  ]);
  assert.deepEqual(
    found('just text\n').map(([code]) => code),
    ['LW104'],
  );
  assert.deepEqual(
    found('- a\n- b\n').map(([code]) => code),
    ['LW104'],
  );
  assert.deepEqual(
    found(`${head}stages:\n`).map(([code, , message]) => [code, message]),
    [['LW104', '`stages` must be a mapping of keys to values, found nothing.']],
  );
});

test('the kind of a stage follows from its keys', () => {
  const stage = (text: string) => found(`${head}stages:\n  s: ${text}\n`);
  assert.deepEqual(stage('{ uses: trian, with: {} }'), [
    [
      'LW106',
      '4:14-4:19',
      '`uses` must be `collect`, `prepare`, `train` or `validate`, found the text "trian". Did you mean `train`?',
    ],
  ]);
  assert.deepEqual(stage('{ deps: [a] }'), [['LW103', '4:8-4:12', '`s` needs `uses` or `cmd`.']]);
  assert.deepEqual(
    stage('{}').map(([code]) => code),
    ['LW103'],
  );
  assert.deepEqual(
    stage('').map(([code]) => code),
    ['LW104'],
  );
  assert.deepEqual(
    stage('{ uses: 5 }').map(([code]) => code),
    ['LW106'],
  );
  assert.deepEqual(
    stage('{ uses: train, with: { data: d, model: mpl } }').map(([code, at]) => [code, at]),
    [['LW106', '4:45-4:48']],
  );
  assert.match(stage('{ uses: train, with: { data: d, model: mpl } }')[0]?.[2] ?? '', /Did you mean `mlp`\?$/);
  assert.deepEqual(
    stage('{ uses: collect, with: { dataset: d, from: { file: a.csv } } }').map(([code]) => code),
    ['LW103'],
  );
  assert.match(
    stage('{ uses: collect, with: { dataset: d, from: { file: a.csv } } }')[0]?.[2] ?? '',
    /needs `files`, `url`, `s3`, `postgres`, .*`mqtt` or `command`/,
  );
  assert.deepEqual(
    stage('{ uses: collect, with: { dataset: d, from: { url: "ftp://x/y.csv" } } }').map(([code, , message]) => [
      code,
      message,
    ]),
    [['LW116', '`url` must be an http or https address, found the text "ftp://x/y.csv".']],
  );
  assert.deepEqual(
    stage('{ uses: train, cmd: x, with: { data: d, model: mlp } }').map(([code, at]) => [code, at]),
    [['LW102', '4:21-4:24']],
  );
  assert.deepEqual(
    stage('{ cmd: [a, b] }').map(([code]) => code),
    ['LW104'],
  );
});

test('gates need a bound and numbers', () => {
  const gate = (text: string) => found(`${head}stages:\n  v:\n    cmd: x\n    gates: { pr_auc: ${text} }\n`);
  assert.deepEqual(gate('{ min: 0.5 }'), []);
  assert.deepEqual(
    gate('{}').map(([code]) => code),
    ['LW103'],
  );
  assert.deepEqual(
    gate('{ mini: 0.5 }').map(([code]) => code),
    ['LW102'],
  );
  assert.deepEqual(
    gate('{ min: 0.5, at_confidence: 95 }').map(([code, , message]) => [code, message]),
    [['LW105', '`at_confidence` must be at most 0.999, found 95.']],
  );
  assert.deepEqual(
    gate('0.8').map(([code]) => code),
    ['LW104'],
  );
});

test('durations and counts of windows', () => {
  const timeout = (text: string) =>
    found(`${head}stages: { s: { cmd: x, timeout: ${text} } }\n`).map(([code, , message]) => `${code} ${message}`);
  for (const good of ['90s', '15m', '6h', '7d', '2w', '1.5h']) assert.deepEqual(timeout(good), [], good);
  for (const bad of ['7 days', '0s', '-1h', 'h', '1y', '1h30m'])
    assert.match(timeout(`"${bad}"`)[0] ?? '', /LW113 `timeout` must be a duration such as 15m, 6h or 7d/, bad);
  assert.match(timeout('15')[0] ?? '', /LW104/);
  const windows = (text: string) =>
    found(`${good}retraining: { when: [{ monitor: m, drift: dataset, for: ${text} }] }\n`).map(([code]) => code);
  assert.deepEqual(
    [windows('2 windows'), windows('1 window'), windows('0 windows'), windows('two windows')],
    [[], [], ['LW107'], ['LW107']],
  );
});

test('params take scalars and lists, not mappings', () => {
  const params = (text: string) => found(`${good}params: { a: ${text} }\n`).map(([code, at]) => `${code} ${at}`);
  for (const value of ['1', 'x', 'true', 'null', '[1, x]', '[[1, 2], [3]]']) assert.deepEqual(params(value), [], value);
  assert.deepEqual(params('{ b: 1 }'), ['LW104 5:14-5:22']);
});

test('dataset schemas: unknown keys are allowed by the specification, but not under `loopwright`', () => {
  assert.deepEqual(found('fields: [{ name: a, extra: 1 }]\nanything: 2\n', 'dataset'), []);
  assert.deepEqual(
    found('fields: [{ name: a, type: strin }]\n', 'dataset').map(([code, at]) => [code, at]),
    [['LW106', '1:27-1:32']],
  );
  assert.match(found('fields: [{ name: a, type: strin }]\n', 'dataset')[0]?.[2] ?? '', /Did you mean `string`\?/);
  assert.deepEqual(
    found('fields: [{ name: a, loopwright: { roll: id } }]\n', 'dataset').map(([code, , message]) => [code, message]),
    [['LW102', '`loopwright` has no key `roll`. Did you mean `role`?']],
  );
  assert.deepEqual(
    found('fields: []\n', 'dataset').map(([code, , message]) => [code, message]),
    [['LW105', '`fields` must have at least 1 item, found 0.']],
  );
  assert.deepEqual(
    found('title: x\n', 'dataset').map(([code]) => code),
    ['LW103'],
  );
  assert.deepEqual(
    found('', 'dataset').map(([code, at]) => [code, at]),
    [['LW103', '1:1-1:1']],
  );
  assert.deepEqual(
    found('fields: [{ name: a, constraints: { pattern: "(" } }]\n', 'dataset').map(([code]) => code),
    ['LW111'],
  );
  assert.deepEqual(
    found('fields: [{ name: a, constraints: { minimun: 1 } }]\n', 'dataset').map(([code]) => code),
    ['LW102'],
  );
});

test('experiments', () => {
  assert.deepEqual(
    found(
      'describe: x\nparams: { a: 1 }\nsweep: { method: grid, objective: { maximize: pr_auc }, params: { a: { choice: [1, 2] } } }\n',
      'experiment',
    ),
    [],
  );
  assert.deepEqual(
    found('sweep: { method: gird, objective: { maximize: pr_auc }, params: {} }\n', 'experiment').map(([code]) => code),
    ['LW106'],
  );
  assert.deepEqual(
    found(
      'sweep: { method: random, objective: { maximise: pr_auc }, params: { a: { choise: [1] } } }\n',
      'experiment',
    ).map(([code]) => code),
    ['LW103', 'LW103'],
  );
  assert.deepEqual(
    found(
      'sweep: { method: random, objective: { minimize: rmse }, params: { a: { log_uniform: [0, 1] } } }\n',
      'experiment',
    ).map(([code]) => code),
    ['LW105'],
  );
});

test('the kind of a file follows from its name', () => {
  assert.deepEqual(
    [
      'loopwright.yaml',
      '/a/b/loopwright.yaml',
      'C:\\x\\loopwright.yaml',
      'a.experiment.yaml',
      'x/y.dataset.yaml',
      'myloopwright.yaml',
      'a.yaml',
      'loopwright.yaml.bak',
    ].map(fileKindOf),
    ['project', 'project', 'project', 'experiment', 'dataset', null, null, null],
  );
});
