import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CompletionItem } from 'vscode-languageserver';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { acceptItem } from '../helpers/acceptItem.ts';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

// What an accepted item replaces, and where nothing is offered. `█` is the cursor. Each kind lists the variations that
// were tried: in the middle of a word, before a colon, in quotes, in flow and block style, in a list, behind and before
// other text.

const server = await new LspClient().start();
const root = ordersProject({
  files: {
    'data sets/new year.csv': 'a\n1\n',
    'data sets/old.csv': 'a\n1\n',
    "it's/a.csv": 'a\n1\n',
    'src/train.py': '',
    'src/more/deep.py': '',
  },
});
const uris = {
  project: uriOf(join(root, 'loopwright.yaml')),
  experiment: uriOf(join(root, 'experiments/longer.experiment.yaml')),
  dataset: uriOf(join(root, 'schemas/new.dataset.yaml')),
};
for (const uri of Object.values(uris)) server.open(uri, '');
type File = keyof typeof uris;

async function complete(marked: string, file: File = 'project'): Promise<{ text: string; items: CompletionItem[] }> {
  const { text, position } = withCursor(marked);
  server.change(uris[file], text);
  return { text, items: await server.complete(uris[file], position) };
}

/** The text of the line of the cursor after the item was accepted, with the lines that the item added. */
async function accepted(marked: string, label: string, file: File = 'project'): Promise<string> {
  const { text, items } = await complete(marked, file);
  const item = items.find((one) => one.label === label);
  assert.ok(item, `${label} is not offered in ${marked}: ${items.map((one) => one.label).join(' ')}`);
  const line = withCursor(marked).position.line;
  const after = acceptItem(text, item).split('\n');
  return after.slice(line, after.length - (text.split('\n').length - line - 1)).join('\n');
}

const stage = (line: string) => `version: 1\nproject: p\nstages:\n  s:\n    cmd: x\n    ${line}\n`;
const start = 'version: 1\nproject: p\nstages:\n';
const list = (name: string, lines: string) =>
  ordersYaml.replace(
    / {4}with: \{ model: train[^\n]*/,
    `    with:\n      model: train\n      data: features\n      ${name}:\n${lines}`,
  );

test('a key is replaced from its start, and only its name where the colon is there', async () => {
  assert.equal(await accepted(stage('dep█: [loopwright.yaml]'), 'deps'), '    deps: [loopwright.yaml]');
  assert.equal(await accepted(stage('ou█ts: [x.txt]'), 'outs'), '    outs: [x.txt]');
  assert.equal(await accepted(stage('█outs: [x.txt]'), 'deps'), '    deps: [x.txt]');
  assert.equal(await accepted(stage('ou█ts :'), 'outs'), '    outs :');
  assert.equal(await accepted(stage('"ou█ts": [x.txt]'), 'outs'), '    "outs": [x.txt]');
  assert.equal(await accepted(stage('ou█'), 'outs'), '    outs: []');
  assert.equal(await accepted(stage('o█ut'), 'outs'), '    outs: []');
  assert.equal(
    await accepted(ordersYaml.replace('epochs: "${', 'epo█chs: "${'), 'epochs'),
    '    with: { data: features, model: logistic, epochs: "${params.epochs}", learning_rate: "${params.learning_rate}", batch_size: 32 }',
  );
  assert.equal(
    await accepted(ordersYaml.replace('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { m█in: 0.6 }\n      pr'), 'max'),
    '      roc_auc: { max: 0.6 }',
  );
  assert.equal(await accepted(`${start}  s: { cmd: x, ou█ }\n`, 'outs'), '  s: { cmd: x, outs: [] }');
  assert.equal(await accepted(`${start}  s: { cmd: x,\n    ou█\n  }\n`, 'outs'), '    outs: []');
  assert.equal(await accepted('stag█:\n  s: { cmd: x }\n', 'stages'), 'stages:');
});

test('a path is replaced as a whole: folders, spaces, quotes, lists, the middle of it', async () => {
  const prepare = (value: string) => ordersYaml.replace('sql: sql/features.sql', `sql: ${value}`);
  assert.equal(await accepted(prepare('sql/█'), 'sql/features.sql'), '      sql: sql/features.sql');
  assert.equal(await accepted(prepare('sql/fe█atures.sql'), 'sql/features.sql'), '      sql: sql/features.sql');
  assert.equal(await accepted(prepare('"sql/█"'), 'sql/features.sql'), '      sql: "sql/features.sql"');
  assert.equal(await accepted(prepare('"sql/█'), 'sql/features.sql'), '      sql: "sql/features.sql');
  assert.equal(await accepted(prepare('./sql/█'), './sql/features.sql'), '      sql: ./sql/features.sql');
  assert.equal(
    await accepted(prepare('sql/█  # the query'), 'sql/features.sql'),
    '      sql: sql/features.sql  # the query',
  );
  assert.equal(await accepted(stage('deps: [src/█]'), 'src/train.py'), '    deps: [src/train.py]');
  assert.equal(await accepted(stage('deps: [loopwright.yaml, s█]'), 'src'), '    deps: [loopwright.yaml, src/]');
  assert.equal(await accepted(stage('deps: [src/tr█, other]'), 'src/train.py'), '    deps: [src/train.py, other]');
  assert.equal(await accepted(stage('deps:\n      - src/tr█'), 'src/train.py'), '      - src/train.py');
  assert.equal(
    await accepted(stage('deps: [data sets/n█]'), 'data sets/new year.csv'),
    '    deps: [data sets/new year.csv]',
  );
  assert.equal(
    await accepted(stage('deps:\n      - data sets/new ye█ar.csv'), 'data sets/new year.csv'),
    '      - data sets/new year.csv',
  );
  assert.equal(await accepted(stage('deps: ["data sets/█"]'), 'data sets/old.csv'), '    deps: ["data sets/old.csv"]');
  assert.equal(await accepted(stage("deps: ['it█']"), "it's"), "    deps: ['it''s/']");
});

test('names and values are replaced in the middle of the word, in quotes and before other text', async () => {
  assert.equal(await accepted(ordersYaml.replace('uses: train', 'uses: tr█ain'), 'validate'), '    uses: validate');
  assert.equal(await accepted(ordersYaml.replace('uses: train', 'uses: █train'), 'validate'), '    uses: validate');
  assert.equal(await accepted(ordersYaml.replace('uses: train', 'uses: "tr█"'), 'validate'), '    uses: "validate"');
  assert.equal(
    await accepted(ordersYaml.replace('uses: train\n', "uses: 't█rain' # c\n"), 'validate'),
    "    uses: 'validate' # c",
  );
  assert.equal(
    await accepted(ordersYaml.replace('every: 1d', 'every: 1█d'), '7d'),
    '    window: { every: 7d, min_rows: 50 }',
  );
  assert.equal(
    await accepted(ordersYaml.replace('for: 2 windows', 'for: 2 win█dows'), '3 windows'),
    '    - { monitor: production, drift: dataset, for: 3 windows }',
  );
  assert.equal(
    await accepted(
      ordersYaml.replace('slices: [country]', 'slices: [co█untry]').replaceAll('\n', '\r\n'),
      'amount',
    ).then((line) => line.includes('slices: [amount]')),
    true,
  );
  assert.equal(
    await accepted(ordersYaml.replace('- { monitor: production, below: roc_auc }', '- { schedule: "█" }'), '0 3 * * 1'),
    '    - { schedule: "0 3 * * 1" }',
  );
  assert.equal(
    await accepted(ordersYaml.replace('- { monitor: production, below: roc_auc }', '- { schedule: █ }'), '0 3 * * 1'),
    '    - { schedule: "0 3 * * 1" }',
  );
});

test('a reference is replaced inside its braces, which are closed once', async () => {
  const epochs = async (value: string, label = 'params.epochs') =>
    /epochs: (.*), learning_rate: "/.exec(await accepted(ordersYaml.replace('"${params.epochs}"', value), label))?.[1];
  assert.equal(await epochs('"${█}"'), '"${params.epochs}"');
  assert.equal(await epochs('"${█"'), '"${params.epochs}"');
  assert.equal(await epochs('"${params.█}"'), '"${params.epochs}"');
  assert.equal(await epochs('"${par█ams.learning_rate}"'), '"${params.epochs}"');
  assert.equal(await epochs('"${en█}"', 'env.'), '"${env.}"');
  assert.equal(await epochs('"${en█', 'env.'), '"${env.}');
  assert.equal(await epochs('"${ params.ep█ }"'), '"${ params.epochs }"');
  assert.equal(
    await accepted(stage('cmd: python a.py --n ${par█'), 'params.epochs').catch(() => 'none'),
    'none',
    'a project without params has none to offer',
  );
  assert.equal(
    await accepted(
      'version: 1\nproject: p\nparams: { a: 1 }\nstages:\n  s:\n    cmd: >-\n      go ${pa█\n',
      'params.a',
    ),
    '      go ${params.a}',
  );
});

test('block lists offer what lists in brackets offer: first, further, begun and earlier items', async () => {
  const slices = async (lines: string) => (await complete(list('slices', lines))).items.map(({ label }) => label);
  for (const lines of [
    '        - █',
    '        - a█',
    '        - country\n        - █',
    '        - country\n        - am█',
    '        - █\n        - country',
    '      - █',
    '      - country\n      - a█',
    '        - "█"',
    '        -   █',
  ]) {
    const offered = await slices(lines);
    for (const column of ['amount', 'country', 'late'])
      assert.ok(offered.includes(column), `${lines}: ${offered.join(' ')}`);
  }
  assert.deepEqual(await slices('        -█'), [], 'a dash alone begins nothing');
  assert.equal(await accepted(stage('deps:\n      - █'), 'src'), '      - src/');
  assert.equal(
    await accepted(stage('outs:\n      - a\n      - █\n      - b'), 'loopwright.yaml'),
    '      - loopwright.yaml',
  );
  assert.equal(
    await accepted(
      ordersYaml.replace('run: [collect, prepare, train, validate]', 'run:\n    - collect\n    - pre█'),
      'prepare',
    ),
    '    - prepare',
  );
  assert.equal(await accepted('fields:\n  - name: a\nprimaryKey:\n  - █\n', 'a', 'dataset'), '  - a');
  assert.equal(
    await accepted(
      'fields:\n  - name: a\n    categories: [x]\n    constraints:\n      enum:\n        - █\n    loopwright:\n      role: feature\nprimaryKey:\n- █'.replace(
        /█(?=\n)/,
        'x',
      ),
      'a',
      'dataset',
    ),
    '- a',
  );
});

test('a list of mappings offers keys behind its dash, and what is below a key goes below it', async () => {
  assert.equal(await accepted('fields:\n  - █\n', 'name', 'dataset'), '  - name: ');
  assert.equal(await accepted('fields:\n  - na█\n    type: string\n', 'name', 'dataset'), '  - name: ');
  assert.equal(await accepted('fields:\n  - type: string\n  - ty█pe: x\n', 'type', 'dataset'), '  - type: x');
  assert.equal(await accepted('fields:\n- name: a\n- █\n', 'type', 'dataset'), '- type: ');
  assert.equal(await accepted('fields:\n  - constr█\n', 'constraints', 'dataset'), '  - constraints:\n      ');
  assert.equal(
    await accepted('fields:\n  - name: a\n    constr█\n', 'constraints', 'dataset'),
    '    constraints:\n      ',
  );
  assert.equal(
    await accepted(ordersYaml.replace('- { monitor: production, below: roc_auc }', '- mon█'), 'monitor'),
    '    - monitor: ',
  );
});

const nowhere: [kind: string, texts: string[], file?: File][] = [
  [
    'a key whose colon has no space behind it',
    [
      'stages:█',
      'version: 1\nparams:█\n',
      stage('deps:█'),
      `${start}  s: { cmd:█ }`,
      ordersYaml.replace('slices: [country]', 'slices:█'),
    ],
  ],
  ['a comment', ['# █', 'version: 1 # st█', '  # ${par█', stage('# deps: █'), `${start}  s: { cmd: x, # ou█\n  }\n`]],
  [
    'a block scalar',
    [
      stage('description: |\n      dep█'),
      stage('description: >-\n      a\n\n      █'),
      'card:\n  ethics: |\n    st█\n',
      'card:\n  ethics: |2\n      st█\n',
      'card:\n  ethics: >\n    a\n   # b█\n',
    ],
  ],
  [
    'a text of several lines',
    [
      stage('description: one\n      dep█'),
      stage('description: "one\n      dep█"'),
      stage("description: 'one\n      dep█'"),
      'project: a\n  st█\n',
    ],
  ],
  [
    'an anchor, an alias, a tag, a marker',
    ['stages: &st█', 'stages: *st█', '<<: *█', 'stages: !st█', '---█', '? st█', '--- █'.replace(' █', '█')],
  ],
  ['free text', ['project: █', 'project: ord█', stage('cmd: █'), stage('description: de█')]],
  [
    'behind a closed value',
    [stage('deps: [a]█'), stage('deps: [a] █'), stage('deps: "a" █'), `${start}  s: { cmd: x } █`],
  ],
  ['a fields list of another file', ['fields: █\n', 'fields:█'], 'dataset'],
  ['a text where a mapping belongs', ['datasets: █', 'stages: █\n', 'deployments: █', 'params: █']],
];
for (const [kind, texts, file] of nowhere) {
  test(`nothing is offered in ${kind}`, async () => {
    for (const marked of texts)
      assert.deepEqual(
        (await complete(marked, file)).items.map(({ label }) => label),
        [],
        marked,
      );
  });
}

test('indentation asks for nothing, a space behind a dash or colon does', async () => {
  const ask = async (marked: string) => {
    const { text, position } = withCursor(marked);
    server.change(uris.project, text);
    return (
      (
        await server.connection.sendRequest<{ items: CompletionItem[] } | null>('textDocument/completion', {
          textDocument: { uri: uris.project },
          position,
          context: { triggerKind: 2, triggerCharacter: ' ' },
        })
      )?.items.length ?? 0
    );
  };
  assert.equal(await ask(`${start} █`), 0);
  assert.equal(await ask(stage('  █')), 0);
  assert.ok((await ask(stage('deps:\n      - █'))) > 0);
  assert.ok((await ask(ordersYaml.replace('uses: train', 'uses: █'))) > 0);
});

test('snippets stand where their entries can begin, and nowhere else', async () => {
  const offered = async (marked: string, file?: File) =>
    (await complete(marked, file)).items.filter(({ kind }) => kind === 15).map(({ label }) => label);
  assert.deepEqual(await offered('█'), ['project', 'project-minimal', 'retraining', 'card']);
  assert.deepEqual(await offered('version: 1\n█\n'), ['retraining', 'card'], 'a whole project only into an empty file');
  assert.deepEqual(await offered(`${start}  █`), [
    'stage-cmd',
    'stage-collect',
    'stage-prepare',
    'stage-train',
    'stage-validate',
  ]);
  assert.deepEqual(await offered(`${start}  s:\n    uses: tr█`), []);
  assert.deepEqual(await offered(`${start}  st█:\n    cmd: x`), [], 'an entry that is there');
  assert.deepEqual(await offered(`${start}  { █ }`), [], 'several lines do not go into braces');
  assert.deepEqual(await offered(ordersYaml.replace('      roc_auc: { min: 0.6 }\n      pr', '      █\n      pr')), [
    'gate',
    'gate-champion',
    'gate-fairness',
    'gate-latency',
  ]);
  assert.deepEqual(await offered('version: 1\nproject: p\nretraining:\n  when:\n    - █\n'), [
    'when-drift',
    'when-below',
    'when-schedule',
  ]);
  assert.deepEqual(await offered('retraining:\n  when:\n    █\n'), ['when-drift', 'when-below', 'when-schedule']);
  assert.deepEqual(await offered('retraining:\n  when: █\n'), []);
  assert.equal((await offered('fields:\n  - █\n', 'dataset')).length, 8);
  assert.equal((await offered('fields: [ █ ]\n', 'dataset')).length, 7, 'those of one line');
  assert.deepEqual(await offered('fields:\n  - name: a\n    type: █\n', 'dataset'), []);
  assert.deepEqual(await offered('█', 'experiment'), [
    'experiment',
    'experiment-stage',
    'sweep-grid',
    'sweep-random',
    'sweep',
  ]);
  assert.deepEqual(await offered('sweep: █', 'experiment'), []);
});

test('an accepted snippet has the indentation of its place', async () => {
  assert.equal(
    await accepted('fields:\n  - █\n', 'field-number', 'dataset'),
    '  - name: amount\n    title: Amount charged\n    type: number\n    constraints: { minimum: 0, maximum: 50000 }\n    loopwright: { role: feature, unit: EUR, presence: 0.99, drift: { measure: wasserstein, threshold: 0.1 } }',
  );
  assert.equal(
    await accepted('fields:\n  █\n', 'field-id', 'dataset'),
    '  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }',
  );
  assert.equal(
    await accepted(`${start}  █\n`, 'stage-cmd'),
    '  train:\n    cmd: python train.py\n    deps: [train.py, data/features.parquet]\n    outs: [model/]\n    metrics: [metrics.json]',
  );
  assert.equal(await accepted('retraining:\n  when:\n    - █\n', 'when-schedule'), '    - { schedule: "0 3 * * 1" }');
});

test('Enter accepts a key that was begun, and a value only before the closing bracket or quote', async () => {
  const accepts = async (marked: string, file?: File) =>
    (await complete(marked, file)).items.some(({ data }) => (data as { enterAccepts: boolean }).enterAccepts);
  for (const marked of [
    'pro█',
    stage('ou█'),
    ordersYaml.replace('slices: [country]', 'slices: [country, am█]'),
    ordersYaml.replace('uses: train', 'uses: "tr█"'),
    ordersYaml.replace('${params.epochs}', '${par█}'),
    `${start}  s: { cmd: x, ou█ }`,
  ])
    assert.ok(await accepts(marked), marked);
  assert.ok(await accepts('fields:\n  - na█\n', 'dataset'));
  for (const marked of ['fields:\n  - id█\n', 'fields:\n  - name: a\n    zz█\n', 'xfields█'])
    assert.ok(!(await accepts(marked, 'dataset')), `${marked}: no key begins so`);
  for (const marked of [
    '█',
    ordersYaml.replace('uses: train', 'uses: tr█'),
    stage('deps: [src/█'),
    stage('deps:\n      - sr█'),
    stage('ou█: x'),
    ordersYaml.replace('slices: [country]', 'slices: [█]'),
    ordersYaml.replace('uses: train', 'uses: tr█ # c'),
  ])
    assert.ok(!(await accepts(marked)), marked);
});

test('a list is asked for again with the first letter only: meanwhile the editor shows the old one', async () => {
  for (const [marked, again] of [
    ['█', true],
    ['d█', false],
    ['datasets█', false],
    [stage('deps: [█]'), true],
    [stage('deps: [s█]'), false],
  ] as const) {
    const { text, position } = withCursor(marked);
    server.change(uris.project, text);
    const found = await server.connection.sendRequest<{ isIncomplete: boolean }>('textDocument/completion', {
      textDocument: { uri: uris.project },
      position,
    });
    assert.equal(found.isIncomplete, again, marked);
  }
});

test('whatever is accepted wherever, the file can still be read (random)', async () => {
  const random = seededRandom(11);
  const wrong: string[] = [];
  let tried = 0;
  for (let i = 0; i < 700; i++) {
    const at = random.integer(ordersYaml.length);
    // Before a further entry in brackets the person writes the comma.
    if (/[{,[]\s*$/.test(ordersYaml.slice(at - 3, at)) && /^\s*[\w"]/.test(ordersYaml.slice(at))) continue;
    const { text, items } = await complete(`${ordersYaml.slice(0, at)}█${ordersYaml.slice(at)}`);
    for (const item of items.filter(() => random.integer(4) === 0)) {
      tried++;
      const [problem] = parseYaml('a.yaml', acceptItem(text, item)).problems;
      if (problem)
        wrong.push(`${text.slice(at - 30, at)}█${text.slice(at, at + 30)} with ${item.label}: ${problem.message}`);
    }
  }
  assert.ok(tried > 300, `${tried} items`);
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${tried}`);
});
