import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit, expectFixed, expectMarks, findings, type Texts } from '../helpers/checking.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const yaml = 'loopwright.yaml';
const schema = 'schemas/orders.dataset.yaml';
const api = (inputs: string) => edit(yaml, ['as: api, port: 18080', `as: api, ${inputs}`]);
const batch = (inputs: string) =>
  edit(yaml, ['as: batch, input: incoming/*.csv, output: data/scored', `as: batch, ${inputs}`]);
const monitor = (...changes: [string, string][]) => edit(yaml, ...changes);
const bothGates = '    gates:\n      roc_auc: { min: 0.6 }\n      pr_auc@champion: { min: -0.2 }\n';

test('LW602 open to others without a token', () => {
  const over = api('port: 18080, host: «0.0.0.0»');
  expectMarks('LW602', over);
  assert.match(expectFixed('LW602', over), /host: 0\.0\.0\.0, auth: \{ token_env: LOOPWRIGHT_TOKEN \} \}/);
  expectMarks('LW602', api('port: 18080, host: 0.0.0.0, auth: { token_env: TOKEN }'));
  for (const host of ['localhost', '127.0.0.2', '"::1"']) expectMarks('LW602', api(`port: 18080, host: ${host}`));
});

test('LW620 a token over http to another machine', () => {
  const at = (entry: string) =>
    edit(yaml, ['\nstages:\n', `\nmodels:\n  orders: { from: train }\n  late: ${entry}\nstages:\n`]);
  const [problem] = expectMarks(
    'LW620',
    at('{ address: «"http://models.example.com:5000/invocations"», token_env: TOKEN }'),
  );
  assert.match(problem?.message ?? '', /The token in TOKEN is sent to models\.example\.com:5000 without encryption/);
  expectMarks('LW620', at('{ address: "https://models.example.com", token_env: TOKEN }'));
  expectMarks('LW620', at('{ address: "http://models.example.com" }'));
  expectMarks('LW620', at('{ address: "http://127.0.0.1:5000", token_env: TOKEN }'));
});

test('LW621 a monitor of nothing, of two things, and of a table without time or predictions', () => {
  const field = (name: string, role: string) => `  - { name: ${name}, type: any, loopwright: { role: ${role} } }\n`;
  const project = (monitor: string, roles = ['timestamp', 'score']) => ({
    [yaml]: `version: 1
project: p
datasets: { log: { path: log.csv, schema: log.dataset.yaml } }
stages: { validate: { uses: validate, with: { predictions: log } } }
deployments: { front: { as: api, model: champion, port: 18080 } }
monitors:
  ${monitor}
`,
    'log.dataset.yaml': `fields:\n${roles.map((role) => field(role, role)).join('')}`,
    'log.csv': 'a\n',
  });
  const only = { only: true };
  const rest = 'reference: validate, window: { every: 1d }, expect: { accuracy: { min: 0.5 } } }';
  expectMarks('LW621', project(`«theirs»: { ${rest}`), only);
  expectMarks('LW621', project(`theirs: { deployment: front, «predictions»: log, ${rest}`), only);
  expectMarks('LW621', project(`theirs: { predictions: log, ${rest}`), only);
  expectMarks('LW621', project(`theirs: { deployment: front, ${rest}`), only);
  const [timeless] = expectMarks('LW621', project(`theirs: { predictions: «log», ${rest}`, ['score']), only);
  assert.match(timeless?.message ?? '', /cannot be divided into windows/);
  const [empty] = expectMarks('LW621', project(`theirs: { predictions: «log», ${rest}`, ['timestamp']), only);
  assert.match(empty?.message ?? '', /role: prediction/);
  expectMarks('LW201', project(`theirs: { predictions: «lag», ${rest}`), only);
  expectMarks('LW206', project(`theirs: { predictions: log, ${rest}`), only);
  // The table may hold the true values itself.
  expectMarks('LW617', project(`theirs: { predictions: log, ${rest.replace('accuracy', '«accuracy»')}`), only);
  expectMarks('LW617', project(`theirs: { predictions: log, ${rest}`, ['timestamp', 'score', 'target']), only);
});

test('LW622 a shadow that answers anyway', () => {
  const over = api('port: 18080, shadow: «champion»');
  expectMarks('LW622', over);
  assert.match(expectFixed('LW622', over), /as: api, port: 18080 \}/);
  expectMarks('LW622', api('port: 18080, shadow: «orders@champion»'));
  expectMarks('LW622', api('port: 18080, shadow: challenger'));
  expectMarks('LW220', api('port: 18080, shadow: «other@champion»'));
  expectMarks('LW106', api('port: 18080, shadow: «challengr»'));
});

test('LW603 a reference of data without the features', () => {
  const other = (from: string, to: string) => ({
    ...edit(
      yaml,
      ['model: train, data: features', 'model: train, data: labels'],
      ['slices: [country], fairness: { attributes: [country] }, ', ''],
      [from, to],
    ),
  });
  const [problem] = expectMarks('LW603', other('reference: validate', 'reference: «validate»'));
  assert.match(problem?.message ?? '', /lacks `amount`, `hour`, `country` of the model\. Test on `features`/);
  assert.equal(problem?.related?.[0]?.message, '`validate` tests on this dataset.');
  expectMarks('LW603', { ...edit(yaml, ['model: train, data: features', 'model: train, data: orders']) });
  expectMarks('LW603', {
    ...edit(
      yaml,
      ['model: train, data: features', 'model: train, data: labels'],
      ['path: labels/*.csv, schema: schemas/labels.dataset.yaml', 'path: labels/*.csv'],
    ),
  });
});

test('LW604 windows of a few rows', () => {
  expectMarks('LW604', monitor(['min_rows: 50', 'min_rows: «29»']));
  expectMarks('LW604', monitor(['min_rows: 50', 'min_rows: 30']));
  expectMarks('LW604', monitor([', min_rows: 50', '']));
});

test('LW605 thresholds on another scale than the measure', () => {
  const drift = (field: string, text: string) =>
    edit(schema, [`loopwright: { role: ${field} }`, `loopwright: { role: ${field}, drift: { ${text} } }`]);
  const amount = (text: string) => drift('feature', text);
  assert.equal(expectMarks('LW605', amount('measure: ks, threshold: «1.5»'))[0]?.severity, 'error');
  assert.equal(expectMarks('LW605', amount('measure: psi, threshold: «2.5»'))[0]?.severity, 'warning');
  assert.match(expectMarks('LW605', amount('threshold: «11»'))[0]?.message ?? '', /Wasserstein/);
  assert.match(expectMarks('LW605', amount('measure: js, threshold: «0»'))[0]?.message ?? '', /always have drifted/);
  assert.match(
    expectMarks(
      'LW605',
      edit(schema, [
        'pl], loopwright: { role: feature }',
        'pl], loopwright: { role: feature, drift: { threshold: «2» } }',
      ]),
    )[0]?.message ?? '',
    /Jensen-Shannon/,
  );
  for (const fine of [
    'measure: ks, threshold: 0.05',
    'measure: js, threshold: 1',
    'measure: psi, threshold: 2',
    'threshold: 10',
    'measure: none, threshold: 0',
  ])
    expectMarks('LW605', amount(fine));
  // A boolean is two categories, whose distance is at most 1.
  const [truth] = expectMarks(
    'LW605',
    edit(schema, [
      'name: late, type: boolean, constraints: { required: true }, loopwright: { role: target,',
      'name: late, type: boolean, constraints: { required: true }, loopwright: { role: target, drift: { threshold: «5» },',
    ]),
  );
  assert.deepEqual([truth?.severity, /Jensen-Shannon/.test(truth?.message ?? '')], ['error', true]);
});

test('LW606 labels that take many windows', () => {
  const [info] = expectMarks('LW606', monitor(['delay: 2d', 'delay: «3d»']));
  assert.equal(info?.severity, 'info');
  assert.match(info?.message ?? '', /3 windows late/);
  assert.equal(info?.related?.[0]?.message, 'A window takes 1d.');
  const alone: [string, string] = ['    - { monitor: production, drift: dataset, for: 2 windows }\n', ''];
  assert.equal(expectMarks('LW606', monitor(['delay: 2d', 'delay: «5d»'], alone))[0]?.severity, 'warning');
  assert.equal(expectMarks('LW606', monitor(['delay: 2d', 'delay: «4d»'], alone))[0]?.severity, 'info');
  assert.equal(expectMarks('LW606', monitor(['delay: 2d', 'delay: «5d»']))[0]?.severity, 'info');
  expectMarks('LW606', monitor([', delay: 2d', '']));
});

test('LW607 retraining that starts itself again', () => {
  const none = monitor(['retraining:', '«retraining»:'], ['  cooldown: 3d\n', '']);
  expectMarks('LW607', none);
  assert.match(expectFixed('LW607', none), /^ {2}then: promote\n {2}cooldown: 2d$/m);
  const short = monitor(['cooldown: 3d', 'cooldown: «36h»']);
  expectMarks('LW607', short);
  assert.match(expectFixed('LW607', short), /^ {2}cooldown: 2d$/m);
  expectMarks('LW607', monitor(['cooldown: 3d', 'cooldown: 48h']));
  expectMarks(
    'LW607',
    monitor(
      ['  cooldown: 3d\n', ''],
      [
        '    - { monitor: production, drift: dataset, for: 2 windows }\n    - { monitor: production, below: roc_auc }\n',
        '    - { schedule: "0 3 * * 1" }\n',
      ],
    ),
  );
});

test('LW608 promotion that nothing holds back', () => {
  const over = edit(yaml, [bothGates, ''], ['then: promote', 'then: «promote»']);
  assert.deepEqual(
    expectMarks('LW608', over)[0]?.related?.map(({ message }) => message),
    ['`validate` has no gates.'],
  );
  assert.match(expectFixed('LW608', over), /then: propose/);
  expectMarks('LW608', edit(yaml, [bothGates, ''], ['then: promote', 'then: propose']));
  expectMarks(
    'LW608',
    edit(
      yaml,
      [bothGates, ''],
      [
        '\ndeployments:\n',
        '  bench: { cmd: bench, deps: [labels], metrics: [m.json], gates: { speed: { min: 1 } } }\n\ndeployments:\n',
      ],
      ['train, validate]', 'train, validate, bench]'],
    ),
  );
  expectMarks('LW608', edit(yaml, [bothGates, ''], ['train, validate]', 'train]']));
});

test('LW609 a port for administrators', () => {
  expectMarks('LW609', api('port: «1023»'));
  expectMarks('LW609', api('port: 1024'));
});

test('LW610 a batch that reads what it writes', () => {
  const [problem] = expectMarks('LW610', batch('input: data/today/*.parquet, output: «data/today/»'));
  assert.equal(problem?.related?.[0]?.message, 'The rows are read here.');
  expectMarks('LW610', batch('input: "data/**/*.parquet", output: «data/scored»'));
  expectMarks('LW610', batch('input: ./data, output: «data/scored»'));
  expectMarks('LW610', batch('input: data/*.parquet, output: data/scored'));
  expectMarks('LW610', batch('input: data/*.csv, output: data'));
  expectMarks('LW610', batch('input: data/today.parquet, output: data'));
});

test('LW612 retraining on rows without labels', () => {
  const over = monitor(['data: { window: 90d }', 'data: { window: «2d» }']);
  assert.match(expectMarks('LW612', over)[0]?.message ?? '', /delay of its labels, 3d/);
  assert.match(expectFixed('LW612', over), /data: \{ window: 6d \}/);
  expectMarks('LW612', monitor(['data: { window: 90d }', 'data: { window: 3d }']));
  expectMarks('LW612', monitor(['  data: { window: 90d }\n', '']));
});

test('LW613 retraining that makes no model', () => {
  const over = monitor(['run: [collect, prepare, train, validate]', 'run: «[collect, prepare, train]»']);
  expectMarks('LW613', over);
  assert.match(expectFixed('LW613', over), /run: \[collect, prepare, train, validate\]/);
  expectMarks('LW613', monitor(['run: [collect, prepare, train, validate]', 'run: [validate]']));
  expectMarks('LW613', monitor(['  run: [collect, prepare, train, validate]\n', '']));
  expectMarks('LW613', monitor(['run: [collect, prepare, train, validate]', 'run: [collect, valdate]']));
});

test('LW614 a deployment that nothing watches', () => {
  const second = (name: string) =>
    ['  nightly: {', `  ${name}: { model: challenger, as: api, port: 18081 }\n  nightly: {`] as [string, string];
  expectMarks('LW614', edit(yaml, second('«second»')));
  expectMarks('LW614', edit(yaml, second('second'), ['deployment: production', 'deployment: secnd']));
  expectMarks('LW614', { [yaml]: ordersYaml.replace(/\nmonitors:[\s\S]*?\ncard:/, '\ncard:') });
  expectMarks('LW614', {
    [yaml]: ordersYaml
      .replace(/\nmonitors:[\s\S]*?\ncard:/, '\nretraining: { when: [{ schedule: "0 3 * * 1" }] }\ncard:')
      .replace('  production: { model', '  «production»: { model'),
  });
});

test('LW615 labels without what the model tells', () => {
  const labels = (to: string): Texts => edit('schemas/labels.dataset.yaml', ['name: late', `name: ${to}`]);
  const marked = monitor(['labels: { dataset: labels', 'labels: { dataset: «labels»']);
  assert.match(
    expectMarks('LW615', { ...marked, ...labels('lates') })[0]?.message ?? '',
    /has no `late`.*Did you mean `lates`\?/,
  );
  expectMarks('LW615', { ...labels('late') });
  expectMarks('LW615', { ...labels('lates'), ...edit(schema, ['role: target', 'role: ignore']) });
});

test('LW616 a key that predictions do not carry', () => {
  const labels = edit(
    'schemas/labels.dataset.yaml',
    ['name: id', 'name: order_id'],
    ['primaryKey: id', 'primaryKey: order_id'],
  );
  const over = { ...monitor(['key: id', 'key: «order_id»']), ...labels };
  assert.match(expectMarks('LW616', over)[0]?.message ?? '', /not a column of the training data `features`/);
  expectMarks('LW616', { ...monitor(['key: id', 'key: order_id']) });
  expectMarks('LW616', {
    ...over,
    [yaml]: (over[yaml] ?? '').replaceAll(/[«»]/g, ''),
    ...edit(schema, ['name: id', 'name: order_id'], ['primaryKey: id', 'primaryKey: order_id']),
  });
});

test('LW617 performance without labels', () => {
  const without: [string, string] = ['    labels: { dataset: labels, key: id, delay: 2d }\n', ''];
  expectMarks('LW617', edit(yaml, without, ['    expect:\n      roc_auc:', '    expect:\n      «roc_auc»:']));
  expectMarks(
    'LW617',
    edit(yaml, without, [
      '    expect:\n      roc_auc: { min: 0.6 }',
      '    expect:\n      latency_p95_ms: { max: 20 }\n      error_rate: { max: 0.1 }',
    ]),
  );
  expectMarks('LW617', {});
});

const drift = (text: string) => monitor(['drift: { share: 0.3 }', `drift: { ${text} }`]);

test('LW618 a measure of drift that the profile does not have', () => {
  const [misspelt] = expectMarks('LW618', drift('measure: «hellingr»'));
  assert.match(
    misspelt?.message ?? '',
    /^The profile loopwright has no measure `hellingr`\. Did you mean `hellinger`\?/,
  );
  assert.match(expectFixed('LW618', drift('measure: «hellingr»')), /drift: \{ measure: hellinger \}/);
  const [elsewhere] = expectMarks('LW618', drift('profile: tfdv, measure: «psi», threshold: 0.1'));
  assert.match(
    elsewhere?.message ?? '',
    /no measure `psi`\. The profiles loopwright, evidently have it\. Measures: domain_classifier, js_divergence_2,/,
  );
  for (const right of ['measure: js', 'measure: domain_classifier', 'profile: nannyml, measure: chi2', 'share: 0.3'])
    expectMarks('LW618', drift(right));
});

test('LW619 drift that leaves features without a verdict', () => {
  const [some] = expectMarks('LW619', drift('measure: «ks»'));
  assert.deepEqual([some?.severity, some?.message], ['info', '`ks` compares numbers, so `country` is not judged.']);
  const [most] = expectMarks('LW619', drift('measure: «total_variation»'));
  assert.equal(most?.message, '`total_variation` compares categories, so `amount`, `hour` are not judged.');
  const numbersOnly = edit(schema, [
    'categories: [de, fr, pl], loopwright: { role: feature }',
    'loopwright: { role: ignore }',
  ]);
  const [none] = expectMarks('LW619', { ...drift('measure: «total_variation»'), ...numbersOnly });
  assert.deepEqual(
    [none?.severity, none?.message],
    ['warning', '`total_variation` compares categories, and the model has no such feature, so none is judged.'],
  );
  assert.match(
    expectMarks('LW619', drift('profile: «tfdv»'))[0]?.message ?? '',
    /^TFDV has no default threshold, so no feature is judged/,
  );
  // To evidently a whole number of few values is a category.
  expectMarks('LW619', { ...drift('profile: evidently, measure: «chisquare»') });
  expectMarks('LW619', { ...drift('measure: ks'), ...numbersOnly });
  for (const fits of ['measure: js', 'measure: domain_classifier', 'profile: tfdv, threshold: 0.1', 'measure: unknown'])
    expectMarks('LW619', drift(fits));
});

test('LW624 a trigger on scores that are not compared', () => {
  const trigger = (drift: string) => monitor(['drift: dataset, for: 2 windows', `drift: ${drift}`]);
  const of = (target: string) =>
    edit(schema, [
      'name: late, type: boolean, constraints: { required: true }',
      `name: late, ${target}, constraints: { required: true }`,
    ]);
  const several = of('type: string, categories: [early, right, late]');
  const [problem] = expectMarks('LW624', { ...trigger('«score»'), ...several });
  assert.match(problem?.message ?? '', /several classes, whose scores are not compared/);
  expectMarks('LW624', { ...trigger('dataset'), ...several });
  expectMarks('LW624', trigger('score'));
});

test('LW623 a significance that the profile does not use', () => {
  const [problem] = expectMarks('LW623', drift('profile: evidently, significance: «0.001»'));
  assert.equal(problem?.message, 'The profile evidently judges by its own rules, so `significance` has no effect.');
  assert.match(expectFixed('LW623', drift('profile: nannyml, significance: «0.001»')), /drift: \{ profile: nannyml \}/);
  for (const right of ['significance: 0.001', 'profile: loopwright, significance: 0.05', 'profile: evidently'])
    expectMarks('LW623', drift(right));
  for (const wrong of ['«0»', '«1»']) expectMarks('LW105', drift(`significance: ${wrong}`));
});

test('an unknown profile of a monitor is refused, with the one that was meant', () => {
  const [problem] = expectMarks('LW106', drift('profile: «evidentli»'));
  assert.match(problem?.message ?? '', /Did you mean `evidently`\?/);
});

test('the orders project has no finding about its service', () => {
  for (const code of [
    'LW602',
    'LW603',
    'LW604',
    'LW605',
    'LW606',
    'LW607',
    'LW608',
    'LW609',
    'LW610',
    'LW612',
    'LW613',
    'LW614',
    'LW615',
    'LW616',
    'LW617',
    'LW618',
    'LW619',
    'LW620',
    'LW621',
    'LW622',
    'LW623',
    'LW624',
  ])
    assert.deepEqual(findings(code, {}).problems, []);
});

test('LW631 stages that cannot listen, LW632 events without a schema', () => {
  const project = (stages: string, deployment = '') => ({
    [yaml]: `version: 1
project: p
datasets: { a: { path: a.parquet, schema: a.dataset.yaml }, b: { path: b.parquet, schema: a.dataset.yaml }, c: { path: c.parquet } }
stages:
${stages}
${deployment === '' ? '' : `deployments: { front: { as: api, model: champion, port: 18080, ${deployment} } }`}
`,
    'a.dataset.yaml': 'fields:\n  - { name: id, type: string }\nprimaryKey: id\n',
  });
  const a = '  a: { uses: collect, with: { dataset: a, from: { events: data/spool } } }';
  const b = (from: string) => `${a}\n  b: { uses: collect, with: { dataset: b, from: { ${from} } } }`;
  expectMarks('LW631', project(b('events: «./data/spool/»')));
  expectMarks('LW631', project(b('events: data/other')));
  expectMarks('LW631', project(b('events: data/other, host: «0.0.0.0»')));
  expectMarks('LW631', project(b('events: data/other, host: 0.0.0.0, token_env: TOKEN')));
  expectMarks('LW631', project(b("mqtt: 'mqtt://h', topics: x, client_id: one")));
  expectMarks(
    'LW631',
    project(
      `${b("mqtt: 'mqtt://h', topics: x, client_id: one")}\n  c: { uses: collect, with: { dataset: c, from: { mqtt: 'mqtt://h', topics: y, client_id: «one» } } }`,
    ),
  );
  expectMarks('LW631', project(b('files: x.csv'), 'events: a, feedback: «b»'));
  expectMarks('LW631', project(b('files: x.csv'), 'events: «c»'));
  expectMarks('LW631', project(b('files: x.csv'), 'events: a, feedback: «a»'));
  expectMarks('LW632', project(a));
  expectMarks('LW632', project('  c: { uses: collect, with: { dataset: «c», from: { events: data/spool } } }'));
});
