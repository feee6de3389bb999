import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeAt, toValue } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { resolveConfig } from '../../engine/project/resolveConfig.ts';

const text = `version: 1
project: p
params: { lr: 0.1, hidden: [8] }
datasets: { d: { path: d.parquet } }
stages:
  train:
    uses: train
    with: { data: d, model: mlp, learning_rate: "\${params.lr}", hidden: "\${params.hidden}", dropout: 0.1 }
`;
const parsed = parseYaml('loopwright.yaml', text);
const resolve = (experiment: string | null, params?: Record<string, unknown>) =>
  resolveConfig(
    parsed,
    {},
    {
      experiment: experiment === null ? null : parseYaml('e.experiment.yaml', experiment).root,
      ...(params ? { params } : {}),
    },
  );
const inputs = (resolved: ReturnType<typeof resolve>) =>
  toValue(nodeAt(resolved.root ?? undefined, ['stages', 'train', 'with']));

test('an experiment overrides the project, and command-line values override both', () => {
  assert.deepEqual(inputs(resolve(null)), { data: 'd', model: 'mlp', learning_rate: 0.1, hidden: [8], dropout: 0.1 });
  assert.deepEqual(inputs(resolve('params: { lr: 0.2 }\nstages: { train: { with: { dropout: 0.5, epochs: 9 } } }')), {
    data: 'd',
    model: 'mlp',
    learning_rate: 0.2,
    hidden: [8],
    dropout: 0.5,
    epochs: 9,
  });
  assert.deepEqual(inputs(resolve('params: { lr: 0.2, hidden: [1, 2] }', { lr: 0.3 })), {
    data: 'd',
    model: 'mlp',
    learning_rate: 0.3,
    hidden: [1, 2],
    dropout: 0.1,
  });
});

test('the project itself is not changed by an overlay', () => {
  resolve('params: { lr: 5 }');
  assert.deepEqual((toValue(parsed.root ?? undefined) as { params: unknown }).params, { lr: 0.1, hidden: [8] });
});

test('a value of an experiment is checked like one of the project, at the value it replaces', () => {
  const { problems, config } = resolve('stages: { train: { with: { dropout: 2 } } }');
  assert.equal(config, null);
  assert.deepEqual(
    problems.map(({ file, line, column, endColumn, code, message }) => ({
      file,
      line,
      column,
      endColumn,
      code,
      message,
    })),
    [
      {
        file: 'loopwright.yaml',
        line: 8,
        column: text.split('\n')[7]?.indexOf('0.1 }') === -1 ? 0 : (text.split('\n')[7]?.indexOf('0.1 }') ?? 0) + 1,
        endColumn: (text.split('\n')[7]?.indexOf('0.1 }') ?? 0) + 4,
        code: 'LW105',
        message: '`dropout` must be less than 1, found 2.',
      },
    ],
  );
  assert.match(
    resolve('stages: { train: { with: { dropot: 0.2 } } }').problems[0]?.message ?? '',
    /no key `dropot`\. Did you mean `dropout`\?/,
  );
});

test('params can be added to a project without any', () => {
  const bare = parseYaml('loopwright.yaml', 'version: 1\nproject: p\nstages: { s: { cmd: "echo ${params.x}" } }\n');
  const { root, problems } = resolveConfig(bare, {}, { params: { x: 4 } });
  assert.deepEqual(problems, []);
  assert.equal(toValue(nodeAt(root ?? undefined, ['stages', 's', 'cmd'])), 'echo 4');
});

test('an empty project reports the required keys', () => {
  const { problems } = resolveConfig(parseYaml('loopwright.yaml', '# nothing\n'), {});
  assert.deepEqual(
    problems.map(({ code, line, column }) => [code, line, column]),
    [['LW103', 1, 1]],
  );
  assert.match(problems[0]?.message ?? '', /loopwright init/);
});
