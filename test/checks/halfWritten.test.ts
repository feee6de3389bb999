import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withSlashes } from '../../engine/base/projectPath.ts';
import { checkProject } from '../../engine/checks/checkProject.ts';
import type { Located } from '../../engine/project/located.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { edit, ordersTexts, projectOf, type Texts } from '../helpers/checking.ts';
import { rounds, sampled } from '../helpers/rounds.ts';

const codes = (over: Texts) => checkProject(projectOf({ ...ordersTexts, ...over })).map(({ code }) => code);

test('one entry that is wrong, or being typed, leaves the findings of the others', () => {
  const wrong: [string, string] = ['slices: [country]', 'slices: [contry]'];
  assert.deepEqual(
    codes(edit('loopwright.yaml', wrong, ['  production: { model: champion', '  production: { modell: champion'])),
    ['LW301', 'LW102', 'LW103'],
    'a key',
  );
  assert.deepEqual(
    codes(edit('loopwright.yaml', wrong, ['    uses: prepare\n', '    uses: \n'])).filter((code) => code >= 'LW2'),
    ['LW301'],
    'a value',
  );
  assert.deepEqual(
    codes(edit('loopwright.yaml', wrong, ['  train:\n', '  tra\n  train:\n'])),
    ['LW100', 'LW301'],
    'a new key',
  );
  assert.deepEqual(
    codes(edit('loopwright.yaml', wrong, ['  nightly: {', '  other: { as: [\n  nightly: {'])).filter(
      (code) => code >= 'LW2',
    ),
    ['LW301'],
    'a bracket that is not closed',
  );
  assert.deepEqual(
    codes(edit('loopwright.yaml', wrong, ['version: 1\n', ''])),
    ['LW103', 'LW301'],
    'a key that has to be there',
  );
  assert.deepEqual(codes(edit('loopwright.yaml', wrong, ['card:\n', 'crad:\n'])), ['LW301', 'LW102'], 'a section');
});

test('what refers to an entry that cannot be read is not judged', () => {
  assert.deepEqual(codes(edit('loopwright.yaml', ['model: logistic', 'model: [logistic]'])), ['LW106']);
  assert.deepEqual(codes(edit('loopwright.yaml', ['  features: { path:', '  features: { paht:'])), ['LW102', 'LW103']);
});

function examples(): { name: string; texts: Texts }[] {
  const root = join(import.meta.dirname, '..', '..', 'examples');
  return ['fraud', 'penguins', 'flights'].map((name) => ({
    name,
    texts: Object.fromEntries(
      globSync('**/*', { cwd: join(root, name), withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .map((path) => [
          withSlashes(path.slice(join(root, name).length + 1)),
          /\.(yaml|sql)$/.test(path) ? readFileSync(path, 'utf8') : '',
        ]),
    ),
  }));
}

function scalarsOf(node: Located | null): { start: number; end: number }[] {
  if (node?.kind === 'map') return node.entries.flatMap((entry) => scalarsOf(entry.value));
  return node?.kind === 'seq' ? node.items.flatMap(scalarsOf) : node ? [node.range] : [];
}

test('breaking any value of any example gives findings of shape alone', () => {
  let broken = 0;
  for (const { name, texts } of [{ name: 'orders', texts: ordersTexts }, ...examples()]) {
    const yaml = texts['loopwright.yaml'] ?? '';
    const before = new Set(checkProject(projectOf(texts)).map(({ code, message }) => code + message));
    for (const { start, end } of sampled(scalarsOf(parseYaml('loopwright.yaml', yaml).root))) {
      for (const bad of ['{ q: 1 }', '"', '[', '']) {
        const found = checkProject(
          projectOf({ ...texts, 'loopwright.yaml': yaml.slice(0, start) + bad + yaml.slice(end) }),
        );
        if (!found.some(({ code }) => code < 'LW2')) continue;
        broken++;
        assert.deepEqual(
          found
            .filter(({ code, message }) => code >= 'LW2' && !before.has(code + message))
            .map(({ code, message }) => `${code} ${message}`),
          [],
          `${name}: ${yaml.slice(Math.max(0, start - 40), start)}${bad}`,
        );
      }
    }
  }
  assert.ok(broken > rounds(400), `${broken} broken`);
});
