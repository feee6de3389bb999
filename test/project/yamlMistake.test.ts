import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { edit, ordersTexts, projectOf, type Texts } from '../helpers/checking.ts';

/**
 * Ways in which a file stops being YAML, as people's bug reports about pipeline files show them: brackets, quotes,
 * tabs, indentation, colons, commas, and text that has to stand in quotes. Each is made in an otherwise right project:
 * it is told once, at the marked place, and nothing follows from it.
 */
const mistakes: [what: string, from: string, to: string][] = [
  [
    'a list that is not closed',
    'run: [collect, prepare, train, validate]',
    'run: «[»collect, prepare, train, validate',
  ],
  ['a list that is not closed inside a mapping', 'slices: [country]', 'slices: «[»country'],
  ['a mapping that is not closed', 'test: 0.2 }', 'test: 0.2'],
  ['a bracket after a section', 'stages:\n', 'stages: «[»\n'],
  ['a brace after a section', 'stages:\n', 'stages: «{»\n'],
  ['a brace after a stage', '  train:\n', '  train: «{»\n'],
  ['a bracket before a value', 'project: orders', 'project: «[»orders'],
  ['a bracket closed by a brace', 'fairness: { attributes: [country] }', 'fairness: { attributes: «[»country }'],
  ['a brace closed by a bracket', 'port: 18080 }', 'port: 18080 «]»'],
  ['a stray brace at the margin', 'seed: 3', 'seed: 3\n«}»'],
  ['a stray brace behind a mapping', 'test: 0.2 }', 'test: 0.2 }«}»'],
  ['a stray bracket inside a mapping', 'slices: [country]', 'slices: [country]«]»'],
  ['a comma that is missing', 'model: train, data', 'model: train «data»'],
  ['a tab before a key', '    with:\n      sql', '«\t»with:\n      sql'],
  ['a tab behind spaces', '    with:\n      sql', '  «\t»with:\n      sql'],
  ['tabs before the first key of a stage', '    uses: prepare\n', '«\t\t»uses: prepare\n'],
  ['a line indented too little', '      output: features\n', '     «output: features»\n'],
  ['a line indented too far', '      output: features\n', '       «output: features»\n'],
  ['a stage indented too far', '  validate:\n', '   «validate:»\n'],
  ['a key below a key that has a value', '    uses: train\n', '    uses: train\n      «extra: 1»\n'],
  [
    'the first key of an entry in the column of the entry',
    '  production:\n    deployment: production',
    '  production:\n  «deployment: production»',
  ],
  [
    'an item indented too far',
    '    - { monitor: production, below: roc_auc }',
    '     «- { monitor: production, below: roc_auc }»',
  ],
  [
    'an item without its dash',
    '    - { monitor: production, below: roc_auc }',
    '    «{ monitor: production, below: roc_auc }»',
  ],
  ['an item among keys', 'seed: 3', 'seed: 3\n«- x»'],
  ['a key without a colon', 'project: orders', '«project orders»'],
  ['a stage without a colon', '  train:\n', '  «train»\n'],
  ['a section without a colon', '\nstages:\n', '\n«stages»\n'],
  ['a colon without a space', '    uses: train\n', '    «uses:train»\n'],
  ['a double quote that is not closed', 'project: orders', 'project: «"»orders'],
  ['a single quote that is not closed', 'project: orders', "project: «'»orders"],
  ['a quote that is not closed inside a mapping', 'min_precision: 0.6 }', 'min_precision: «"»0.6 }'],
  ['text after a quoted value', 'project: orders', 'project: «"orders"» x'],
  ['a quote inside quotes', 'intended_use: Says', 'intended_use: «"Says"» which'],
  ['a reference without quotes inside a mapping', '"${params.epochs}"', '«${params.epochs}»'],
  [
    'a colon inside a text',
    'intended_use: Says which orders will be late.',
    'intended_use: «Note: says which will be late.»',
  ],
  ['a text that begins with @', 'intended_use: Says which orders will be late.', 'intended_use: «@orders»'],
  ['a text that begins with %', 'project: orders', 'project: «%orders»'],
  [
    'a block text that is not indented',
    '  intended_use: Says which orders will be late.',
    '  intended_use: |\n  «Says which orders will be late.»',
  ],
  ['a backslash that escapes nothing', 'project: orders', 'project: "«\\»orders"'],
  ['an alias of nothing', 'seed: 3', 'seed: «*three»'],
  ['two documents', 'seed: 3', 'seed: 3\n«---»'],
];

/** The text without its marks, and where they stood: `line:column-line:column`. */
function unmarked(text: string): { text: string; place: string } {
  const [start, end] = [text.indexOf('«'), text.indexOf('»') - 1];
  const clean = text.replace(/[«»]/g, '');
  const at = (offset: number) => {
    const lines = clean.slice(0, offset).split('\n');
    return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
  };
  return { text: clean, place: start === -1 ? '' : `${at(start)}-${at(end)}` };
}

function found(texts: Texts): string[] {
  return checkProject(projectOf({ ...ordersTexts, ...texts })).map(
    ({ code, file, line, column, endLine, endColumn, message }) =>
      `${code} ${file} ${line}:${column}-${endLine}:${endColumn} ${message}`,
  );
}

for (const [what, from, to] of mistakes) {
  test(`one finding at the cause: ${what}`, () => {
    const marked = edit('loopwright.yaml', [from, to])['loopwright.yaml'] ?? '';
    const { text, place } = unmarked(marked);
    const problems = found({ 'loopwright.yaml': text });
    assert.equal(problems.length, 1, problems.join('\n'));
    if (place !== '')
      assert.ok(problems[0]?.startsWith(`LW100 loopwright.yaml ${place} `), `${problems[0]}, not at ${place}`);
    assert.doesNotMatch(
      problems[0] ?? '',
      /compact mapping|implicit|block collection|flow collection/i,
      'in the words of the person, not of the parser',
    );
    // The same with the line ends of Windows.
    assert.equal(found({ 'loopwright.yaml': text.replaceAll('\n', '\r\n') }).length, 1, 'with line ends of Windows');
  });
}

test('two errors in two places are two findings, and a finding of another entry stays', () => {
  const texts = edit(
    'loopwright.yaml',
    ['slices: [country]', 'slices: [country'],
    ['  epochs: 3', '  epochs 3'],
    ['key: id', 'key: nothing'],
  );
  assert.deepEqual(
    found(texts).map((line) => line.slice(0, 5)),
    ['LW100', 'LW100', 'LW301'],
  );
});

test('syntax errors in experiments and schemas have no consequences in the project', () => {
  const schema = ordersTexts['schemas/orders.dataset.yaml'] ?? '';
  for (const [from, to] of [
    ['type: number', 'type: number]'],
    ['fields:', 'fields'],
    ['  - {', '  - '],
    ['categories: [de, fr, pl]', 'categories: [de, fr, pl'],
    ['primaryKey: id', 'primaryKey: "id'],
  ] as const) {
    assert.ok(schema.includes(from), from);
    const problems = found({ 'schemas/orders.dataset.yaml': schema.replace(from, to) });
    assert.deepEqual(
      problems.map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['LW100 schemas/orders.dataset.yaml'],
      problems.join('\n'),
    );
  }
  for (const text of [
    'describe: "x\nparams: { epochs: 5 }\n',
    'describe: x\nparams: { epochs: 5\n',
    'describe: x\nparams\n  epochs: 5\n',
    'describe: x\n\tparams: { epochs: 5 }\n',
    'describe: x: y\nparams: { epochs: 5 }\n',
  ]) {
    const problems = found({ 'experiments/longer.experiment.yaml': text });
    assert.deepEqual(
      problems.map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['LW100 experiments/longer.experiment.yaml'],
      problems.join('\n'),
    );
  }
});
