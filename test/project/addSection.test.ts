// Each part of the life cycle is added to projects of several shapes: block and flow, CRLF, four spaces, comments at
// every place, sections that
// stand empty, a file without its last line break. What is there stays byte for byte, and the checks find nothing that
// they did not find before.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { addSection } from '../../engine/project/addSection.ts';
import { entryOf, nodeAt } from '../../engine/project/located.ts';
import { removeAt } from '../../engine/project/edit.ts';
import type { AddablePart } from '../../protocol/languageServer.ts';
import { ordersTexts, projectOf, type Texts } from '../helpers/checking.ts';

const parts: [AddablePart, section: string][] = [
  ['collect', 'stages'],
  ['prepare', 'stages'],
  ['validate', 'stages'],
  ['deploy', 'deployments'],
  ['monitor', 'monitors'],
  ['retrain', 'retraining'],
];
const yaml = ordersTexts['loopwright.yaml'] ?? '';
const shapes: Record<string, (text: string) => string> = {
  block: (text) => text,
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'four spaces': (text) => text.replaceAll(/^( +)/gm, '$1$1'),
  comments: (text) =>
    text.replaceAll(/^(\w+:.*)$/gm, '# above $1\n$1 # beside').replaceAll(/^( {2}\w+: \{.*)$/gm, '$1   # what it is'),
  'no line break at the end': (text) => text.trimEnd(),
};

/** The project without a section, and without what names it. */
function without(text: string, ...gone: string[]): string {
  let left = text;
  for (const section of gone) {
    const file = projectOf({ ...ordersTexts, 'loopwright.yaml': left }).file;
    const edit = removeAt(file, [section]);
    if (edit) left = left.slice(0, edit.range.start) + left.slice(edit.range.end);
  }
  return left;
}

function added(texts: Texts, part: AddablePart): { texts: Texts; path: string[] } {
  const made = addSection(projectOf(texts), part, 8123);
  if (typeof made === 'string') assert.fail(made);
  const text = texts['loopwright.yaml'] ?? '';
  const result = made.edits
    .toReversed()
    .toSorted((a, b) => b.range.start - a.range.start)
    .reduce((now, edit) => now.slice(0, edit.range.start) + edit.text + now.slice(edit.range.end), text);
  return {
    texts: { ...texts, ...made.files, 'loopwright.yaml': result },
    path: made.path.filter((step) => step !== undefined),
  };
}

const findings = (texts: Texts) =>
  checkProject(projectOf(texts)).map(({ code, severity, message }) => `${severity} ${code} ${message}`);

for (const [shape, write] of Object.entries(shapes)) {
  test(`${shape}: an added section has no findings, is in its place, and leaves the rest unchanged`, () => {
    const needed: Record<string, string[]> = {
      deploy: ['deployments', 'monitors', 'retraining'],
      monitor: ['monitors', 'retraining'],
      retrain: ['retraining'],
    };
    for (const [part, section] of parts) {
      const text = write(without(yaml, ...(needed[part] ?? [])));
      const before = { ...ordersTexts, 'loopwright.yaml': text };
      const { texts, path } = added(before, part);
      const result = texts['loopwright.yaml'] ?? '';
      const project = projectOf(texts);
      assert.deepEqual(project.file.problems, [], `${part}\n${result}`);
      assert.equal(path[0], section);
      assert.ok(nodeAt(project.file.parsed.root ?? undefined, path), `${part} ${path.join('.')}`);
      const known = findings(before);
      // A dataset that only the new stage writes is read by nothing yet, and a model serves unwatched until it has a
      // monitor.
      assert.deepEqual(
        findings(texts).filter((one) => !known.includes(one) && !one.startsWith('info')),
        [],
        `${part}\n${result}`,
      );
      let at = 0;
      for (const line of text.split(/\r?\n/)) {
        const found = result.indexOf(line, at);
        assert.notEqual(found, -1, `${part} lost ${line}`);
        at = found + line.length;
      }
      if (text.includes('\r\n')) assert.doesNotMatch(result, /[^\r]\n/, part);
    }
  });
}

test('sections are in the order of the life cycle', () => {
  let texts: Texts = { ...ordersTexts, 'loopwright.yaml': without(yaml, 'deployments', 'monitors', 'retraining') };
  for (const part of ['deploy', 'monitor', 'retrain'] as const) ({ texts } = added(texts, part));
  const { root } = projectOf(texts).file.parsed;
  assert.deepEqual(root?.kind === 'map' ? root.entries.map(({ key }) => key) : [], [
    'version',
    'project',
    'seed',
    'params',
    'datasets',
    'stages',
    'deployments',
    'monitors',
    'retraining',
    'card',
  ]);
  assert.match(
    texts['loopwright.yaml'] ?? '',
    /\n\ndeployments:\n {2}production: \{ model: champion, as: api, port: 8123 \}\n\nmonitors:\n {2}production:\n {4}deployment: production\n {4}reference: validate\n/,
  );
});

test('train and validate stages use the prepared data', () => {
  let text = without(yaml, 'deployments', 'monitors', 'retraining');
  for (const stage of ['train', 'validate']) {
    const edit = removeAt(projectOf({ ...ordersTexts, 'loopwright.yaml': text }).file, ['stages', stage]);
    if (edit) text = text.slice(0, edit.range.start) + text.slice(edit.range.end);
  }
  const start = { ...ordersTexts, 'loopwright.yaml': text.replace(/params:\n(?: .*\n)+/, '') };
  const { texts } = added(added(start, 'develop').texts, 'validate');
  assert.match(
    texts['loopwright.yaml'] ?? '',
    /train:\n {4}uses: train\n {4}with: \{ data: features, model: logistic \}\n {2}validate:\n {4}uses: validate/,
  );
  assert.deepEqual(
    findings(texts).filter((one) => /^(error|warning)/.test(one) && !/LW[5-7]/.test(one)),
    findings(start).filter(
      (one) => /^(error|warning)/.test(one) && !/LW[5-7]/.test(one) && findings(texts).includes(one),
    ),
  );
});

test('a monitor is added with its deployment', () => {
  const { texts } = added(
    { ...ordersTexts, 'loopwright.yaml': without(yaml, 'deployments', 'monitors', 'retraining') },
    'monitor',
  );
  const { root } = projectOf(texts).file.parsed;
  assert.ok(entryOf(root ?? undefined, 'deployments') && entryOf(root ?? undefined, 'monitors'));
});

test('flow mappings, empty sections and small projects', () => {
  const flow = {
    ...ordersTexts,
    'loopwright.yaml': '{ version: 1, project: x, stages: { train: { cmd: "true" } } }\n',
  };
  assert.match(
    added(flow, 'deploy').texts['loopwright.yaml'] ?? '',
    /deployments: \{ production: \{ model: champion, as: api, port: 8123 \} \}|deployments: \{ .*8123/,
  );
  const empty = {
    ...ordersTexts,
    'loopwright.yaml': 'version: 1\nproject: x\nstages:\n  train: { cmd: "true" }\ndeployments:\n# the end\n',
  };
  assert.equal(
    added(empty, 'deploy').texts['loopwright.yaml'],
    'version: 1\nproject: x\nstages:\n  train: { cmd: "true" }\ndeployments:\n  production: { model: champion, as: api, port: 8123 }\n# the end\n',
  );
  const inside = { ...ordersTexts, 'loopwright.yaml': 'version: 1\nproject: x\nstages: { train: { cmd: "true" } }\n' };
  const collected = added(inside, 'collect').texts['loopwright.yaml'] ?? '';
  assert.match(collected, /datasets:\n {2}events: \{ path: "data\/events\/\*\.parquet" \}|path: data\/events/);
  assert.match(collected, /train: \{ cmd: "true" \}, collect: \{ uses: collect/);
});

test('a missing prerequisite is reported', () => {
  const small = projectOf({ 'loopwright.yaml': 'version: 1\nproject: x\nstages:\n  a: { cmd: "true" }\n' });
  for (const [part, why] of [
    ['validate', /no dataset whose schema has a target/],
    ['prepare', /declares none/],
    ['develop', /role: target/],
    ['monitor', /uses: validate/],
    ['retrain', /no stage that trains or validates/],
  ] as const)
    assert.match(String(addSection(small, part, 1)), why);
  assert.match(
    String(addSection(projectOf({ 'loopwright.yaml': 'version: 1\n  stages: [' }), 'deploy', 1)),
    /errors|cannot be parsed/,
  );
  assert.match(String(addSection(projectOf({ 'loopwright.yaml': '' }), 'deploy', 1)), /cannot be parsed/);
});

test('a validation can be added for the model of a program', () => {
  const schema = 'fields:\n  - { name: y, type: boolean, loopwright: { role: target } }\n';
  const yaml =
    'version: 1\nproject: x\ndatasets:\n  rows: { path: rows.csv, schema: rows.dataset.yaml }\nstages:\n  fit: { cmd: python train.py }\n';
  const texts = { 'loopwright.yaml': yaml, 'rows.dataset.yaml': schema };
  const written = added(texts, 'validate').texts['loopwright.yaml'] ?? '';
  assert.match(
    written,
    /uses: validate\n {4}with: \{ model: fit, data: rows \}\n {4}gates:\n[^\n]*\n {6}(pr_auc|roc_auc)/,
  );
});

test('every section can be added to an example without it', () => {
  for (const name of ['penguins', 'flights']) {
    const text = readFileSync(join(import.meta.dirname, `../../examples/${name}/loopwright.yaml`), 'utf8');
    const made = addSection(projectOf({ 'loopwright.yaml': text }), 'retrain', 1);
    assert.ok(typeof made !== 'string' && made.path[0] === 'retraining');
  }
});
