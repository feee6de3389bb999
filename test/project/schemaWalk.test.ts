import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeAt } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { shapesAt } from '../../engine/project/schemaPath.ts';
import { walkShapes, type Walked } from '../../engine/project/schemaWalk.ts';
import { fileKindOf, shapes, type FileKind } from '../../engine/project/shape.ts';
import { ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

function walk(kind: FileKind, text: string): { found: Walked[]; root: ReturnType<typeof parseYaml>['root'] } {
  const { root } = parseYaml('', text);
  const found: Walked[] = [];
  if (root) walkShapes(root, shapes[kind], (walked) => found.push(walked));
  return { found, root };
}

test('each value is visited once, in text order, with the same shapes as from the root', () => {
  const folder = join(import.meta.dirname, '..', '..');
  const files = globSync('examples/*/**/*.yaml', { cwd: folder }).map((path): [FileKind, string] => [
    fileKindOf(path) ?? 'project',
    readFileSync(join(folder, path), 'utf8'),
  ]);
  let values = 0;
  for (const [kind, text] of [
    ['project', ordersYaml],
    ['dataset', ordersSchema],
    ['project', 'stages: { a: { uses: nothing, with: 3 }, b: [1, { c: d }] }\n'],
    ...files,
  ] as [FileKind, string][]) {
    const { found, root } = walk(kind, text);
    const paths = found.map(({ path }) => path.join('\n'));
    assert.equal(new Set(paths).size, paths.length);
    for (const { path, node, shapes: meant } of found) {
      assert.equal(nodeAt(root ?? undefined, path), node);
      assert.deepEqual(meant, shapesAt(shapes[kind], root, path), path.join('.'));
    }
    values += found.length;
  }
  assert.ok(values > 400, String(values));
});

test('keys are properties, user-defined names or unknown', () => {
  const { found } = walk('project', 'version: 1\nsed: 3\nstages:\n  train:\n    uses: train\n    constructor: x\n');
  assert.deepEqual(
    found.map(({ path, key }) => `${path.at(-1) ?? ''} ${key}`),
    [
      ' null',
      'version property',
      'sed unknown',
      'stages property',
      'train name',
      'uses property',
      'constructor unknown',
    ],
  );
  assert.equal(found.at(-1)?.parent?.path.join('.'), 'stages.train');
});

test('values from an alias or a merge are not visited again', () => {
  const { found } = walk('project', 'stages:\n  a: &a { cmd: x, deps: [y] }\n  b: *a\n  c: { <<: *a, cmd: z }\n');
  assert.deepEqual(
    found.map(({ path }) => path.join('.')),
    [
      '',
      'stages',
      'stages.a',
      'stages.a.cmd',
      'stages.a.deps',
      'stages.a.deps.0',
      'stages.b',
      'stages.c',
      'stages.c.cmd',
    ],
  );
});
