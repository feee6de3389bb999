import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { propertyShape, shapesAt, spotAt } from '../../engine/project/schemaPath.ts';
import { shapes } from '../../engine/project/shape.ts';

/** The spot at the mark █, which is taken out before the text is parsed. */
function spot(text: string) {
  const offset = text.indexOf('█');
  const { root } = parseYaml('f.yaml', text.replace('█', ''));
  return { root, spot: spotAt(root, offset) };
}

const project = (inside: string) => `version: 1\nproject: p\nstages:\n  t:\n    ${inside}\n`;

test('the innermost key or value under the cursor', () => {
  const at = (text: string) => {
    const found = spot(text).spot;
    return found && [found.on, ...found.path];
  };
  assert.deepEqual(at('a:\n  b: [x, y█y]\n'), ['value', 'a', 'b', 1]);
  assert.deepEqual(at('a:\n  █b: 1\n'), ['key', 'a', 'b']);
  assert.deepEqual(at('a: { b: { c█: 1 } }\n'), ['key', 'a', 'b', 'c']);
  assert.deepEqual(at('a:\r\n  b: tex█t\r\n'), ['value', 'a', 'b']);
  assert.equal(at('a: 1   █\nb: 2\n'), null);
  assert.equal(spotAt(null, 0), null);
});

test('a merged key is not found at its original place', () => {
  assert.deepEqual(spot('x: &x { a: 1 }\ny: { <<: *x, b█: 1 }\n').spot?.path, ['y', 'b']);
});

test('shapes are narrowed by the surrounding values', () => {
  const descriptions = (text: string, path: (string | number)[]) =>
    shapesAt(shapes.project, parseYaml('f.yaml', text).root, path).map((shape) => shape.description?.split(':')[0]);
  assert.equal(descriptions(project('uses: train'), ['stages', 't']).length, 1);
  assert.deepEqual(descriptions(project('uses: train\n    with: {}'), ['stages', 't', 'with', 'model']), ['mlp']);
  assert.deepEqual(descriptions(project('uses: validate\n    with: {}'), ['stages', 't', 'with', 'model']), [
    'The model to evaluate',
  ]);
  assert.ok(descriptions(project('description: x'), ['stages', 't']).length > 1);
  assert.deepEqual(descriptions(project('uses: train'), ['stages', 't', 'none']), []);
  assert.deepEqual(descriptions(project('uses: train'), ['constructor']), []);
  assert.deepEqual(
    descriptions(project('uses: train\n    with: { features: [a] }'), ['stages', 't', 'with', 'features', 0]),
    [undefined],
  );
});

test('a property has its own description before its union is narrowed', () => {
  const { root } = parseYaml('f.yaml', project('uses: train'));
  assert.match(propertyShape(shapes.project, root, ['stages', 't'])?.description ?? '', /^A stage: a built-in one/);
  assert.equal(propertyShape(shapes.project, root, ['constructor']), null);
});
