import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  appendItem,
  removeAt,
  renameKey,
  replaceValue,
  setAt,
  yamlKey,
  yamlText,
  type Edit,
} from '../../engine/project/edit.ts';
import { toValue } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';

const file = (text: string) => ({ path: 'f.yaml', parsed: parseYaml('f.yaml', text) });

/** The text after an edit, which has to parse without a problem. */
function after(text: string, make: (editable: ReturnType<typeof file>) => Edit | null): string | null {
  const edit = make(file(text));
  if (!edit) return null;
  const result = text.slice(0, edit.range.start) + edit.text + text.slice(edit.range.end);
  assert.deepEqual(parseYaml('f.yaml', result).problems, [], result);
  return result;
}
const set = (text: string, path: (string | number)[], value: string) =>
  after(text, (editable) => setAt(editable, path, value));
const remove = (text: string, path: (string | number)[]) => after(text, (editable) => removeAt(editable, path));

test('a value is replaced in place', () => {
  assert.equal(set('a: 1   # one\nb: 2\n', ['a'], '3'), 'a: 3   # one\nb: 2\n');
  assert.equal(set('a: { b: [1, 2] }\n', ['a', 'b', 1], '5'), 'a: { b: [1, 5] }\n');
});

test('a key is added in the style of its mapping: flow, block, empty, missing', () => {
  assert.equal(set('a: { b: 1 }\n', ['a', 'c'], '2'), 'a: { b: 1, c: 2 }\n');
  assert.equal(set('a: {}\n', ['a', 'c'], '2'), 'a: { c: 2 }\n');
  assert.equal(set('a:\n  b: 1   # said\n\nz: 1\n', ['a', 'c'], '2'), 'a:\n  b: 1   # said\n  c: 2\n\nz: 1\n');
  assert.equal(set('a:\n  b:\n    d: 1\n# end\n', ['a', 'c'], '2'), 'a:\n  b:\n    d: 1\n  c: 2\n# end\n');
  assert.equal(set('a: 1', ['b'], '2'), 'a: 1\nb: 2');
  assert.equal(set('a:\n', ['a', 'b', 'c'], '2'), 'a: { b: { c: 2 } }\n');
  assert.equal(set('a:\r\n  b: 1\r\nc: 2\r\n', ['a', 'd'], '3'), 'a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n');
  assert.equal(
    set('a:\n  b: |\n    text\n    more\nc: 1\n', ['a', 'd'], '3'),
    'a:\n  b: |\n    text\n    more\n  d: 3\nc: 1\n',
  );
  assert.equal(
    set('gates:\n  x: { min: 1 }\n', ['gates', 'm[a b]@champion'], '{ min: 0 }'),
    'gates:\n  x: { min: 1 }\n  "m[a b]@champion": { min: 0 }\n',
  );
});

test('an impossible edit is null', () => {
  assert.equal(set('a: 1\n', ['a', 'b'], '2'), null, 'a scalar holds no key');
  assert.equal(set('a: [1]\n', ['a', 3], '2'), null);
  assert.equal(
    after('base: &b { k: 1 }\na:\n  <<: *b\n  l: 1\n', (editable) => renameKey(editable, ['a', 'k'], 'x')),
    null,
    'a merged key stands elsewhere',
  );
});

test('keys and items are removed with their comma or line', () => {
  assert.equal(remove('a: { b: 1, c: 2, d: 3 }\n', ['a', 'c']), 'a: { b: 1, d: 3 }\n');
  assert.equal(remove('a: { b: 1, c: 2 }\n', ['a', 'c']), 'a: { b: 1 }\n');
  assert.equal(remove('a: { b: 1 }\n', ['a', 'b']), 'a: {  }\n');
  assert.equal(remove('a: [x, y, z]\n', ['a', 0]), 'a: [y, z]\n');
  assert.equal(remove('a:\n  b: 1\n  c:\n    d: 2\n  e: 3\n', ['a', 'c']), 'a:\n  b: 1\n  e: 3\n');
  assert.equal(remove('a:\n  - x\n  - y: 1\n    z: 2\n  - w\n', ['a', 1]), 'a:\n  - x\n  - w\n');
  assert.equal(remove('a: 1\n', ['b']), null);
});

test('items are appended, keys renamed, values replaced', () => {
  assert.equal(
    after('a: [x]\n', (editable) => appendItem(editable, ['a'], 'y')),
    'a: [x, y]\n',
  );
  assert.equal(
    after('a: []\n', (editable) => appendItem(editable, ['a'], 'y')),
    'a: [y]\n',
  );
  assert.equal(
    after('a:\n  - x   # first\nb: 1\n', (editable) => appendItem(editable, ['a'], 'y')),
    'a:\n  - x   # first\n  - y\nb: 1\n',
  );
  assert.equal(
    after('a:\n- { n: 1 }\n- { n: 2 }\n', (editable) => appendItem(editable, ['a'], '{ n: 3 }')),
    'a:\n- { n: 1 }\n- { n: 2 }\n- { n: 3 }\n',
  );
  assert.equal(
    after('a: { min: 1 }\n', (editable) => renameKey(editable, ['a', 'min'], 'max')),
    'a: { max: 1 }\n',
  );
  assert.equal(
    after('a: 1\n', (editable) => replaceValue(editable, ['b'], '2')),
    null,
  );
});

test('names are quoted where YAML would read another value', () => {
  for (const text of ['true', 'no', 'null', '12', '1e3', 'a b', 'x: y', '- a', '', '#a', 'ä', 'y'])
    assert.deepEqual(toValue(parseYaml('f', `k: ${yamlText(text)}`).root ?? undefined), { k: text }, text);
  assert.deepEqual(
    [yamlText('pr_auc'), yamlKey('pr_auc@champion', false), yamlKey('pr_auc@champion', true), yamlKey('d[a]', false)],
    ['pr_auc', 'pr_auc@champion', '"pr_auc@champion"', 'd[a]'],
  );
});
