import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildGraph, closure, paramsUsed } from '../../engine/project/graph.ts';
import { globMatcher, pathsOverlap } from '../../engine/base/glob.ts';
import type { ProjectFiles } from '../../engine/project/projectFiles.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import { tablesIn } from '../../engine/project/tablesIn.ts';

const files = (content: Record<string, string> = {}): ProjectFiles => ({
  read: (path) => content[path] ?? null,
  exists: (path) => path in content,
  glob: () => [],
});
const cmd = (deps: string[], outs: string[]) => ({ cmd: 'x', deps, outs });
const graphOf = (
  stages: ProjectConfig['stages'],
  more: Partial<ProjectConfig> = {},
  content: Record<string, string> = {},
) => buildGraph({ version: 1, project: 'p', stages, ...more }, files(content));

test('a stage depends on the stages that write its inputs', () => {
  const graph = graphOf({
    c: cmd(['b.txt', 'free.txt'], ['c.txt']),
    a: cmd([], ['a.txt']),
    b: cmd(['a.txt'], ['b.txt']),
  });
  assert.deepEqual(graph.order, ['a', 'b', 'c']);
  assert.deepEqual(
    [...graph.stages].map(([name, { dependsOn }]) => [name, dependsOn]),
    [
      ['c', ['b']],
      ['a', []],
      ['b', ['a']],
    ],
  );
  assert.deepEqual(closure(graph, ['b']), ['a', 'b']);
});

test('folders, globs and ./ overlap the files in them', () => {
  for (const [a, b] of [
    ['model/', 'model/weights.bin'],
    ['data/*.csv', 'data/x.csv'],
    ['./a.txt', 'a.txt'],
    ['data/**/*.csv', 'data/raw/*.csv'],
    ['data/raw/*.csv', 'data/**/*.csv'],
    ['data', 'data/*.csv'],
    ['out/{a,b}.txt', 'out/b.txt'],
  ] as const) {
    assert.ok(pathsOverlap(a, b), `${a} ${b}`);
    assert.ok(pathsOverlap(b, a), `${b} ${a}`);
  }
  for (const [a, b] of [
    ['model', 'model2/x'],
    ['data/*.csv', 'data/x/y.csv'],
    ['data/*.csv', 'data/*.parquet'],
    ['a.txt', 'b.txt'],
  ] as const)
    assert.ok(!pathsOverlap(a, b), `${a} ${b}`);
});

test('globs match the same files as in reading', () => {
  const matches = (glob: string, path: string) => globMatcher(glob).test(path);
  assert.ok(
    matches('a/**/b.csv', 'a/b.csv') && matches('a/**/b.csv', 'a/x/y/b.csv') && !matches('a/*/b.csv', 'a/x/y/b.csv'),
  );
  assert.ok(matches('x-[0-9].csv', 'x-3.csv') && !matches('x-[!0-9].csv', 'x-3.csv') && matches('x?.csv', 'xy.csv'));
  assert.ok(matches('a+(b).csv', 'a+(b).csv') && !matches('a.csv', 'aXcsv'));
});

test('prepare reads the tables that its SQL names, but not those in comments and strings', () => {
  assert.deepEqual(
    tablesIn(`SELECT * FROM Orders o JOIN "my labels" -- customers\n /* items */ WHERE x = 'payments'`, [
      'orders',
      'my labels',
      'customers',
      'items',
      'payments',
    ]),
    ['orders', 'my labels'],
  );
  const datasets = { orders: { path: 'orders.csv' }, features: { path: 'f.parquet', schema: 'f.dataset.yaml' } };
  const graph = graphOf(
    {
      train: { uses: 'train', with: { data: 'features', model: 'mlp' } },
      prepare: { uses: 'prepare', with: { sql: 'q.sql', output: 'features' } },
      check: { uses: 'validate', with: { model: 'train', data: 'features' } },
      import: cmd([], ['orders.csv']),
    },
    { datasets },
    { 'q.sql': 'SELECT * FROM orders' },
  );
  assert.deepEqual(graph.order, ['import', 'prepare', 'train', 'check']);
  assert.deepEqual(graph.stages.get('prepare')?.reads, ['orders']);
  assert.deepEqual(graph.stages.get('check')?.dependsOn, ['prepare', 'train']);
});

test('a cycle lists all its stages, and its dependents are not in the order', () => {
  const graph = graphOf({
    a: cmd(['c'], ['a']),
    b: cmd(['a'], ['b']),
    c: cmd(['b'], ['c']),
    after: cmd(['c'], ['z']),
    free: cmd([], ['free']),
  });
  assert.deepEqual(graph.cycles, [['a', 'c', 'b', 'a']]);
  assert.deepEqual(graph.order, ['free']);
});

test('stages can have the names of object properties', () => {
  const graph = graphOf({
    constructor: cmd([], ['a']),
    toString: cmd(['a'], ['b']),
  } as unknown as ProjectConfig['stages']);
  assert.deepEqual(graph.order, ['constructor', 'toString']);
});

test('params are found anywhere in a stage', () => {
  assert.deepEqual(paramsUsed({ cmd: 'x ${params.a}', env: { X: '${params.b} ${params.a}' }, deps: ['${params.c}'] }), [
    'a',
    'b',
    'c',
  ]);
});
