import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildGraph } from '../../engine/project/graph.ts';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { tableReads } from '../../engine/project/tableReads.ts';
import { edit, expectFixed, expectMarks, findings, inMemory, ordersTexts, projectOf } from '../helpers/checking.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const yaml = 'loopwright.yaml';
const experiment = 'experiments/longer.experiment.yaml';
const sql = 'sql/features.sql';
const withStages = (stages: string) => `version: 1\nproject: p\nseed: 1\nstages:\n${stages}`;
const only = { only: true };
const afterStages = (stage: string) => edit(yaml, ['\ndeployments:\n', `${stage}\ndeployments:\n`]);

test('LW203 a cycle shows its other stages', () => {
  const [problem] = expectMarks(
    'LW203',
    {
      [yaml]: withStages(
        '  «one»: { cmd: x, deps: [b.txt], outs: [a.txt] }\n  two: { cmd: x, deps: [a.txt], outs: [b.txt] }\n',
      ),
    },
    only,
  );
  assert.deepEqual(
    problem?.related?.map(({ line, column, endColumn, message }) => [line, column, endColumn, message]),
    [[6, 3, 6, '`one` waits for `two`.']],
  );
});

test('LW210 a dependency that nobody produces', () => {
  const [problem] = expectMarks(
    'LW210',
    {
      [yaml]: withStages(
        '  a: { cmd: x, outs: [model/] }\n  b: { cmd: y, deps: [«modle/», model/w.bin, «"gone/*.txt"»] }\n',
      ),
    },
    only,
  );
  assert.match(problem?.message ?? '', /no stage writes it\. Did you mean `model\/`\?/);
  expectMarks(
    'LW210',
    { [yaml]: withStages('  b: { cmd: y, deps: [here.txt, data] }\n'), 'here.txt': '', 'data/x.csv': '' },
    only,
  );
});

test('LW227 a metric that two files hold', () => {
  // Tried: files of two stages and of one, nested names, YAML, files that are not there or cannot be read.
  const text = withStages(
    `  us: { cmd: x, outs: [us], metrics: [us/m.json] }
  uk: { cmd: y, metrics: [«uk.json», gone.json, broken.json] }
  both: { cmd: z, metrics: [a.yaml, «b.json»] }
`,
  );
  const problems = expectMarks(
    'LW227',
    {
      [yaml]: text,
      'us/m.json': '{"acc": 0.9, "n": 1, "deep": {"f1": 0.5}}',
      'uk.json': '{"acc": NaN, "deep": {"f1": 0.4}, "other": 1}',
      'a.yaml': 'mse: 1_000\n',
      'b.json': '{"mse": 2, "rmse": 3}',
      'broken.json': '{"acc"',
    },
    only,
  );
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      '`acc`, `deep.f1` are in `us/m.json` too. Runs keep them apart as `us:acc` and `uk:acc`.',
      '`mse` is in `a.yaml` too. Runs keep them apart as `a.yaml:mse` and `b.json:mse`.',
    ],
  );
});

test('LW227 a metric of a whole dvc.yaml that a stage holds too', () => {
  // Tried: a file that no stage names, one in the output of another stage and of the same, a folder, a file that is a
  // metric of its stage as well.
  const found = checkProject(
    loadProject(
      makeProject({
        'dvc.yaml': `metrics: [top.json, out/m.json, folder, us.json]
stages:
  us: { cmd: x, metrics: [us.json], outs: [beside] }
  uk: { cmd: y, outs: [out] }
`,
        'us.json': '{"acc": 0.9, "f1": 0.5, "mse": 1, "rmse": 2}',
        'top.json': '{"acc": 0.8}',
        'out/m.json': '{"f1": 0.4}',
        'folder/deep/m.yaml': 'mse: 1\n',
        'beside/other.json': '{"acc": 3}',
      }),
    ),
  ).filter(({ code }) => code === 'LW227');
  assert.deepEqual(
    found.map(({ file, line, column, message, related }) => [file, line, column, message, related?.[0]?.line]),
    [
      ['dvc.yaml', 1, 11, '`acc` is in `us.json` too. Runs keep them apart as `us.json:acc` and `top.json:acc`.', 3],
      ['dvc.yaml', 1, 21, '`f1` is in `us.json` too. Runs keep them apart as `us:f1` and `uk:f1`.', 3],
      [
        'dvc.yaml',
        1,
        33,
        '`mse` is in `us.json` too. Runs keep them apart as `us.json:mse` and `folder/deep/m.yaml:mse`.',
        3,
      ],
    ],
  );
});

test('LW211 a dataset that is written and not read', () => {
  const files = { 'sql/other.sql': 'SELECT * FROM orders' };
  const other = (name: string) =>
    edit(
      yaml,
      ['\nstages:\n', '  other: { path: data/other.parquet }\n\nstages:\n'],
      ['  train:\n', `  extra: { uses: prepare, with: { sql: sql/other.sql, output: ${name} } }\n  train:\n`],
    );
  expectMarks('LW211', { ...other('«other»'), ...files });
  expectMarks('LW211', {
    ...other('other'),
    ...files,
    'sql/features.sql': 'SELECT o.* FROM orders o JOIN other USING (id)',
  });
  const read = edit(
    yaml,
    ['\nstages:\n', '  other: { path: data/other.parquet }\n\nstages:\n'],
    [
      '  train:\n',
      '  extra: { uses: prepare, with: { sql: sql/other.sql, output: other } }\n  report: { cmd: report, deps: [data/] }\n  train:\n',
    ],
  );
  expectMarks('LW211', { ...read, ...files });
  expectMarks('LW211', { [yaml]: read[yaml]?.replace('deps: [data/]', 'outs: [report.html]') ?? '', ...files });
});

test('LW212 a stage that no target needs', () => {
  expectMarks('LW212', afterStages('  «baseline»: { uses: train, with: { data: features, model: logistic } }\n'));
  expectMarks(
    'LW212',
    afterStages(
      '  baseline: { uses: train, with: { data: features, model: logistic } }\n  second: { uses: validate, with: { model: baseline, data: features } }\n',
    ),
  );
  expectMarks('LW212', afterStages('  report: { cmd: report, deps: [data/features.parquet], outs: [report.html] }\n'));
  expectMarks(
    'LW212',
    { [yaml]: withStages('  train: { uses: train, with: { data: features, model: mlp } }\n') },
    only,
  );
  const deadEnd = edit(
    yaml,
    ['\nstages:\n', '  raw: { path: data/raw.parquet }\n  other: { path: data/other.parquet }\n\nstages:\n'],
    [
      '  train:\n',
      '  «fetch»: { uses: collect, with: { dataset: raw, from: { files: incoming/b.csv } } }\n  extra: { uses: prepare, with: { sql: sql/other.sql, output: other } }\n  train:\n',
    ],
  );
  expectMarks('LW212', { ...deadEnd, 'sql/other.sql': 'SELECT * FROM raw', 'incoming/b.csv': '' });
});

test('LW213 an alias that gates do not know', () => {
  const over = edit(yaml, ['pr_auc@champion', '«pr_auc@champoin»']);
  const [problem] = expectMarks('LW213', over);
  assert.match(problem?.message ?? '', /Did you mean `champion`\?/);
  expectMarks('LW501', edit(yaml, ['pr_auc@champion', 'pr_auc@champoin']));
  assert.match(expectFixed('LW213', over), /^ {6}pr_auc@champion: \{ min: -0\.2 \}$/m);
  const quoted = edit(yaml, [
    '      pr_auc@champion: { min: -0.2 }',
    '      «"equal_opportunity_difference[country]@challenger"»: { max: 0.1 }',
  ]);
  assert.match(expectMarks('LW213', quoted)[0]?.message ?? '', /compares with `@champion` only/);
  assert.match(expectFixed('LW213', quoted), /"equal_opportunity_difference\[country\]@champion": /);
  expectMarks(
    'LW213',
    { [yaml]: withStages('  a: { cmd: x, metrics: [m.json], gates: { top@5: { min: 0.5 } } }\n') },
    only,
  );
});

test('LW214 a param that nothing uses', () => {
  const over = edit(yaml, ['  epochs: 3\n', '  epochs: 3\n  «momentum»: 0.9\n']);
  expectMarks('LW214', over);
  assert.doesNotMatch(expectFixed('LW214', over), /momentum/);
  const swept = {
    ...edit(yaml, ['  epochs: 3\n', '  epochs: 3\n  «momentum»: 0.9\n']),
    [experiment]:
      'describe: x\nparams: { epochs: 5, «momentum»: 0.8 }\nsweep:\n  method: grid\n  objective: { maximize: pr_auc }\n  params:\n    «momentum»: { choice: [0.1, 0.9] }\n',
  };
  const problems = expectMarks('LW214', swept);
  assert.deepEqual(
    problems.map(({ file, severity, fixes }) => [file, severity, fixes === undefined]),
    [
      [experiment, 'warning', true],
      [experiment, 'warning', true],
      [yaml, 'info', true],
    ],
  );
  expectMarks('LW214', {
    ...edit(yaml, ['  epochs: 3\n', '  epochs: 3\n  l2: 0.1\n']),
    [experiment]: 'describe: x\nstages: { train: { with: { l2: "${params.l2}" } } }\n',
  });
  expectMarks(
    'LW214',
    edit(
      yaml,
      ['  epochs: 3\n', '  epochs: 3\n  momentum: 0.9\n'],
      ['\ndeployments:\n', '  report: { cmd: report, deps: [data/] }\n\ndeployments:\n'],
    ),
  );
});

test('LW215 a dataset that nothing uses', () => {
  const over = edit(yaml, ['\nstages:\n', '  «old»: { path: data/old.parquet }\n\nstages:\n']);
  expectMarks('LW215', over);
  assert.doesNotMatch(expectFixed('LW215', over), /old\.parquet/);
  expectMarks('LW215', edit(yaml, ['\nstages:\n', '  today: { path: "incoming/*.csv" }\n\nstages:\n']));
  expectMarks('LW215', edit(yaml, ['\nstages:\n', '  scored: { path: data/scored/*.parquet }\n\nstages:\n']));
  expectMarks(
    'LW215',
    edit(
      yaml,
      ['\nstages:\n', '  old: { path: data/old.parquet }\n\nstages:\n'],
      ['seed: 3\n', 'seed: 3\n'],
      [
        '  train:\n    uses',
        '  report: { cmd: "report ${datasets.old.path}", deps: [data/orders] }\n  train:\n    uses',
      ],
    ),
  );
  expectMarks('LW215', {
    ...edit(yaml, ['\nstages:\n', '  countries: { path: data/countries.csv }\n\nstages:\n']),
    'schemas/labels.dataset.yaml':
      'fields:\n  - { name: id, type: string, loopwright: { role: id } }\n  - { name: late, type: boolean }\nforeignKeys:\n  - { fields: id, reference: { resource: countries, fields: id } }\n',
  });
  expectMarks('LW215', edit(yaml, ['labels: { dataset: labels', 'labels: { dataset: lables']));
});

test('LW216 one path with two names', () => {
  const over = (path: string, schema: string) =>
    edit(yaml, ['\nstages:\n', `  again: { path: ${path}, schema: schemas/${schema}.dataset.yaml }\n\nstages:\n`]);
  const [other] = expectMarks('LW216', over('«./labels/*.csv»', 'orders'));
  assert.equal(other?.severity, 'warning');
  assert.equal(other?.related?.[0]?.line, ordersYaml.slice(0, ordersYaml.indexOf('labels/*.csv')).split('\n').length);
  assert.equal(expectMarks('LW216', over('«labels/*.csv»', 'labels'))[0]?.severity, 'info');
  expectMarks('LW216', over('labels/*.tsv', 'labels'));
});

test('LW217 a code that no check has', () => {
  const over = edit(
    yaml,
    ['seed: 3\n', 'seed: 3\nchecks: { «LW9999»: off, LW405: off, LW104: info, LW208: off, LW217: warning }\n'],
    ['  epochs: 3\n', '  epochs: 3 # loopwright-ignore «LW998», LW214\n'],
  );
  expectMarks('LW217', {
    ...over,
    [sql]: '-- loopwright-ignore «LW21»\nSELECT id, "at", amount, hour, country, late\nFROM orders\n',
  });
  const one = edit(yaml, ['seed: 3\n', 'seed: 3\nchecks: { «LW9999»: off, LW405: off }\n']);
  assert.match(expectFixed('LW217', one), /^checks: \{ LW405: off \}$/m);
});

test('LW218 a table that is no dataset', () => {
  const [problem] = expectMarks('LW218', {
    [sql]: 'SELECT o.*\nFROM «ordres» AS o\nJOIN "labels" l USING (id)\nJOIN "«nothing»" n USING (id)\n',
  });
  assert.match(problem?.message ?? '', /There is no dataset `ordres`\. Did you mean `orders`\?/);
  expectMarks('LW218', {
    [sql]: 'WITH "two days"(n) AS MATERIALIZED (FROM ORDERS), b AS (SELECT * FROM "two days")\nSELECT * FROM b',
  });
  expectMarks('LW218', { [sql]: '' });
});

test('LW219 SQL that reads what it writes', () => {
  const [problem] = expectMarks('LW219', { [sql]: 'SELECT * FROM orders UNION SELECT * FROM «Features»' });
  assert.equal(problem?.related?.[0]?.message, '`prepare` writes `features` here.');
  expectMarks('LW219', { [sql]: 'WITH features AS (SELECT * FROM orders) SELECT * FROM features' });
});

test('LW228 an output that is no Parquet file is found before the run', () => {
  const stages = (path: string, stage: string) => ({
    [yaml]: `version: 1\nproject: p\ndatasets:\n  a: { path: a.csv }\n  f: { path: ${path} }\nstages:\n  p: ${stage}\n`,
    'f.sql': 'SELECT * FROM a',
    'a.csv': 'id\n1\n',
  });
  const prepare = '{ uses: prepare, with: { sql: f.sql, output: f } }';
  // Globs of each form, other formats, packed files, a folder, no extension.
  const others: [string, string][] = [
    ['data/f/*.parquet', 'data/f.parquet'],
    ['"data/{x,y}.parquet"', 'data.parquet'],
    ['data/f.csv', 'data/f.parquet'],
    ['data/f.csv.gz', 'data/f.parquet'],
    ['data/f.pq', 'data/f.parquet'],
    ['data/f', 'data/f.parquet'],
    ['"*.parquet"', 'data.parquet'],
  ];
  for (const [path, better] of others) {
    const [problem] = expectMarks('LW228', stages(`«${path}»`, prepare), only);
    assert.ok(problem?.message.includes(`\`${better}\``), `${path}: ${problem?.message}`);
    assert.equal(problem?.severity, 'error');
  }
  for (const path of ['data/f.parquet', 'data/F.PARQUET', './f.parquet'])
    expectMarks('LW228', stages(path, prepare), only);
  const collect = '{ uses: collect, with: { dataset: f, from: { files: a.csv } } }';
  for (const path of ['«data/f.jsonl»', '«data/f.csv.gz»', '«data/f.pq»', '«data/f/*»', 'data/f/*.parquet', 'f.csv'])
    expectMarks('LW228', stages(path, collect), only);
});

test('tables that SQL surely reads', () => {
  const names = (text: string) => tableReads(text).map(({ name }) => name);
  assert.deepEqual(names('FROM a SELECT x'), ['a']);
  assert.deepEqual(
    names(
      "SELECT extract(year FROM at), trim(BOTH ' ' FROM b), x IS DISTINCT FROM y FROM t LEFT JOIN u ON true ASOF JOIN v USING (k)",
    ),
    ['t', 'u', 'v'],
  );
  assert.deepEqual(names('SELECT * FROM (SELECT * FROM inner_one) JOIN (FROM inner_two) ON true'), [
    'inner_one',
    'inner_two',
  ]);
  assert.deepEqual(
    names(
      "SELECT * FROM read_csv('x.csv'), main.t, \"data/x.parquet\", 'y.csv' JOIN range(3) ON true JOIN LATERAL (SELECT 1) ON true",
    ),
    [],
  );
  assert.deepEqual(
    names('SELECT * FROM information_schema.tables JOIN s.t ON true JOIN "a"."b" ON true JOIN duckdb_settings ON true'),
    [],
  );
  assert.deepEqual(names("-- FROM a\n/* FROM b */ SELECT 'FROM c', $$ FROM d $$ FROM e"), ['e']);
  assert.deepEqual(
    names(
      'WITH RECURSIVE r(n, m) AS (SELECT 1, 2 UNION ALL SELECT n, m FROM r), q AS NOT MATERIALIZED (SELECT 1) SELECT * FROM r JOIN q ON true',
    ),
    [],
  );
  assert.deepEqual(names('SELECT (SELECT max(x) FROM sub WHERE exists (SELECT 1 FROM "Sub Two")) FROM ünder_1'), [
    'sub',
    'Sub Two',
    'ünder_1',
  ]);
});

test('the orders project has no finding about its graph', () => {
  for (const code of ['LW210', 'LW211', 'LW212', 'LW213', 'LW214', 'LW215', 'LW216', 'LW217', 'LW218', 'LW219'])
    assert.deepEqual(findings(code, {}).problems, []);
});

const twoModels = (models: string): [string, string] => ['\nstages:\n', `\nmodels:\n${models}\nstages:\n`];

test('LW202 and LW201 a model from a stage or with data that is not there', () => {
  expectMarks('LW202', edit(yaml, twoModels('  late: { from: «trian» }\n')));
  expectMarks('LW202', edit(yaml, twoModels('  late: { from: «prepare» }\n')));
  expectMarks('LW201', edit(yaml, twoModels('  late: { from: train, data: «featurs» }\n')));
  expectMarks('LW202', edit(yaml, twoModels('  late: { from: train, data: features }\n')));
});

test('LW220 a deployment, a labelling task and the retraining name a model that is declared', () => {
  const [near] = expectMarks(
    'LW220',
    edit(yaml, twoModels('  late: { from: train }\n'), [
      '{ model: champion, as: api',
      '{ model: «lat@champion», as: api',
    ]),
  );
  assert.match(near?.message ?? '', /There is no model `lat`\. Did you mean `late`\?/);
  expectMarks('LW220', edit(yaml, ['retraining:\n', 'retraining:\n  model: «late»\n']));
  expectMarks('LW220', edit(yaml, ['retraining:\n', 'retraining:\n  model: orders\n']));
  expectMarks('LW220', edit(yaml, ['{ model: champion, as: api', '{ model: orders@champion, as: api']));
});

test('LW220 an alias without a name is not enough in a project with several models', () => {
  const second = '  other:\n    uses: train\n    with: { data: features, model: logistic }\n  validate:\n';
  const [problem] = expectMarks(
    'LW220',
    edit(
      yaml,
      twoModels('  late: { from: train }\n  early: { from: other }\n'),
      ['  validate:\n', second],
      ['{ model: champion, as: api', '{ model: «champion», as: api'],
      ['{ model: champion, as: batch', '{ model: early@champion, as: batch'],
    ),
  );
  assert.match(problem?.message ?? '', /2 models\. Name one of them: `late@champion`, `early@champion`\./);
});

test('LW221 a validate stage whose model has no name', () => {
  const second = '  other:\n    uses: train\n    with: { data: features, model: logistic }\n  validate:\n';
  const [problem] = expectMarks(
    'LW221',
    edit(
      yaml,
      twoModels('  late: { from: other }\n'),
      ['  validate:\n', second],
      ['with: { model: train, data: features, slices', 'with: { model: «train», data: features, slices'],
    ),
  );
  assert.match(problem?.message ?? '', /No entry of `models` has `from: train`/);
  expectMarks('LW221', edit(yaml, twoModels('  late: { from: train }\n')));
});

test('LW223 a model with no source, with two, or with keys of another kind', () => {
  const at = (entry: string) =>
    edit(yaml, twoModels(`  orders: { from: train }\n  remote: ${entry}\n`), [
      '  validate:\n',
      '  other: { uses: validate, with: { model: remote, data: features } }\n  validate:\n',
    ]);
  expectMarks('LW223', edit(yaml, twoModels('  orders: { from: train }\n  «remote»: { description: x }\n')));
  expectMarks('LW223', at('{ address: "http://127.0.0.1:5000" }'));
  expectMarks('LW223', at('{ address: "http://127.0.0.1:5000", protocol: mlflow, token_env: TOKEN }'));
  expectMarks('LW223', at('{ from: other, «address»: "http://127.0.0.1:5000" }'));
  expectMarks('LW223', at('{ from: train, «token_env»: TOKEN }'));
  expectMarks('LW223', at('{ predictions: features }'));
  expectMarks('LW223', at('{ predictions: features, «path»: model }'));
  expectMarks('LW223', at('{ address: "http://127.0.0.1:5000", «python»: .venv }'));
});

test('a validation of a model at an address needs no stage', () => {
  const over = edit(yaml, twoModels('  orders: { from: train }\n  remote: { address: "http://127.0.0.1:5000" }\n'), [
    '  validate:\n',
    '  other: { uses: validate, with: { model: remote, data: features } }\n  validate:\n',
  ]);
  expectMarks('LW202', over);
  expectMarks('LW221', over);
  const config = configFor(projectOf({ ...ordersTexts, ...over }), 'default');
  assert.deepEqual(buildGraph(config, inMemory({})).stages.get('other')?.dependsOn, ['prepare']);
});

test('LW222 two models of one stage', () => {
  const [problem] = expectMarks(
    'LW222',
    edit(yaml, twoModels('  late: { from: train }\n  later: { from: «train» }\n')),
  );
  assert.deepEqual(
    problem?.related?.map(({ message }) => message),
    ['`late` is made by the same stage.'],
  );
});
