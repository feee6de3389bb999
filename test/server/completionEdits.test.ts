import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { acceptItem } from '../helpers/acceptItem.ts';
import { accepted, complete, stage, start, type File } from '../helpers/completing.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

// What an accepted item replaces. `█` is the cursor. Each kind lists the variations that were tried: in the middle of a
// word, before a colon, in quotes, in flow and block style, in a list, behind and before other text.

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
  const logs = `${start}  s: { uses: collect, with: { dataset: d, from: { logs: src/█, format: json } } }\n`;
  assert.match(await accepted(logs, 'src/train.py'), /logs: src\/train\.py, format/);
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
    'stage-train-trees',
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
