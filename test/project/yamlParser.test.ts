import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toValue } from '../../engine/project/located.ts';
import { parseText } from '../../engine/project/parseText.ts';
import { YamlParser } from '../../engine/project/yamlParser.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { labelsSchema, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';
import { applyEdit, noisyEdit } from '../helpers/textNoise.ts';
import { rounds } from '../helpers/rounds.ts';

const root = join(import.meta.dirname, '..', '..');
const examples = globSync('examples/**/*.yaml', { cwd: root })
  .toSorted()
  .map((file) => readFileSync(join(root, file), 'utf8'));
const tricky = [
  'fields:\n- name: a\n  type: string\n- name: b\n',
  'a:\n  - 1\n  -\n    b: 2\n  - - 3\n',
  'a: |\n  text\n\n  more\n\nb: >-\n  folded\n  text\n',
  'a: "one\n  two"\nb: {\n  c: 1,\n  d: [1,\n  2]\n}\n',
  '# only a comment\n',
  '',
  '\n\n',
  'a:\nb:\n',
  'a: 1',
  ' a: 1\n b: 2\n',
  '- a\n- b\n',
  '{ a: 1 }\n',
  'a: 1\r\nb:\r\n  c: 2\r\n  d: 3\r\n',
  '"quoted key": 1\n\'other\': 2\n',
  'a: &x 1\nb: *x\n',
  'base: &b { k: 1 }\nuse:\n  <<: *b\n  l: 2\n',
  'stages:\n  # first\n  one:\n    cmd: x\n\n  # second\n  two: { cmd: y }   # said\n# end\n',
  'stages:\n  one:\n    cmd: x\n  broken: {\n  two:\n    cmd: y\n',
  'a: 1\n---\nb: 2\n',
  'a:\n    x: 1\n  y: 2\n',
  'stages:   # the graph\n  a: 1\n',
  'a: 1\na: 2\n',
  's:\n  a: 1\n  a: 2\n',
  'a: 1\nfoo\nb: 2\n',
  'x: !!str 1\n',
  '? a\n: b\n',
];
const texts = [...examples, ordersYaml, ordersSchema, labelsSchema, ...tricky];

test('parsed in parts or whole, a valid text gives the same tree and positions', () => {
  for (const text of texts) {
    const whole = parseText(text);
    const parts = new YamlParser().parse(text);
    if (whole.findings.length > 0) assert.ok(parts.findings.length > 0, text);
    else assert.deepEqual(parts, { root: whole.root, findings: [], lost: [] }, text);
  }
});

test('random edits: unchanged parts are reused, the state equals a fresh parse, and both ways agree on valid texts', () => {
  const random = seededRandom(11);
  for (const first of texts.filter((text) => text.length > 200)) {
    const parser = new YamlParser();
    let text = first;
    for (let i = 0; i < rounds(100); i++) {
      text = i % 12 === 0 ? first : applyEdit(text, noisyEdit(text, random));
      const step = parser.parse(text);
      assert.deepEqual(step, new YamlParser().parse(text));
      const whole = parseText(text);
      if (whole.findings.length > 0)
        assert.ok(step.findings.length > 0, `only the whole has ${JSON.stringify(whole.findings)}\n${text}`);
      else if (step.findings.length === 0)
        assert.deepEqual(toValue(step.root ?? undefined), toValue(whole.root ?? undefined), text);
      else assert.fail(`only the parts have ${JSON.stringify(step.findings)}\n${text}`);
    }
  }
});

test('an error in one entry does not affect the others', () => {
  const { root: tree, findings } = new YamlParser().parse(
    'stages:\n  one:\n    cmd: x\n  broken: { cmd: [\n  two:\n    cmd: y\nseed: 3\n',
  );
  assert.deepEqual([...new Set(findings.map(({ code }) => code))], ['LW100']);
  const value = toValue(tree ?? undefined) as { stages: Record<string, unknown>; seed: number };
  assert.deepEqual([value.stages['one'], value.stages['two'], value.seed], [{ cmd: 'x' }, { cmd: 'y' }, 3]);
});

test('unchanged entries are the same objects while they keep their position', () => {
  const parser = new YamlParser();
  const entry = (text: string) => {
    const found = parser.parse(text).root;
    return found?.kind === 'map' ? found.entries[0]?.value : undefined;
  };
  const before = entry('a: { b: 1 }\nc: 2\n');
  assert.equal(entry('a: { b: 1 }\nc: 23\n'), before);
  parser.parse('c: 0\n', { keep: true });
  assert.equal(entry('a: { b: 1 }\nc: 4\n'), before, 'a passing text forgets nothing');
});
