import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { numbersIn, readMetricLine } from '../../engine/tracking/metricLines.ts';
import { metricsFile, metricsPath } from '../../engine/tracking/metricsFile.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runJson, startCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

const helper = join(import.meta.dirname, '../../helper/loopwright.mjs');

/** All points of a run: `key@step=value`. */
/** All points but those of the machine, which a run of more than ten seconds has. */
function points(store: ReturnType<typeof openStore>, runId: string): string[] {
  return store.sql
    .all<{ key: string; step: number; value: number; is_nan: number }>(
      "SELECT k.key, p.step, p.value, p.is_nan FROM points p JOIN metric_keys k ON k.id = p.key JOIN runs r ON r.id = p.run WHERE r.run_id = ? AND k.key NOT LIKE 'system/%' ORDER BY k.key, p.step, p.at",
      runId,
    )
    .map(({ key, step, value, is_nan: isNan }) => `${key}@${step}=${isNan ? 'NaN' : value}`);
}

function freshRun() {
  const root = makeProject();
  const store = openStore(root);
  after(() => store.sql.close());
  const run = recordRun(store, {
    experiment: 'default',
    params: { lr: 0.1 },
    seed: null,
    commit: null,
    dirty: false,
    environment: {},
    command: '',
    asOf: null,
  });
  const path = metricsPath(store, run.runId, 's');
  mkdirSync(dirname(path), { recursive: true });
  const warnings: string[] = [];
  const open = () => metricsFile({ store, runId: run.runId, stage: 's', root, warn: (text) => warnings.push(text) });
  return { root, store, run, path, warnings, open };
}

test('a line is a metric, a param, a tag, an artifact, or invalid', () => {
  const empty = { metrics: {}, params: {}, tags: {}, artifacts: [], step: null, at: null };
  assert.deepEqual(readMetricLine('{"loss": 0.5, "step": 3}'), { ...empty, metrics: { loss: 0.5 }, step: 3 });
  assert.deepEqual(readMetricLine('{"metrics": {"val": {"loss": 1}, "a/b": -0}, "step": -1, "at": 1700000000000.5}'), {
    ...empty,
    metrics: { 'val.loss': 1, 'a/b': -0 },
    step: -1,
    at: 1_700_000_000_000,
  });
  assert.deepEqual(
    readMetricLine(
      '{"params": {"lr": 0.1, "layers": [64, 32], "name": "x"}, "tags": {"a": "b", "n": 3}, "artifact": ["a.png", "b"]}',
    ),
    { ...empty, params: { lr: 0.1, layers: [64, 32], name: 'x' }, tags: { a: 'b', n: '3' }, artifacts: ['a.png', 'b'] },
  );
  assert.deepEqual(
    readMetricLine('\uFEFF{"a": NaN, "b": -Infinity, "c": Infinity, "d": null, "tags": {"t": "NaN, \\"Infinity\\""}}'),
    { ...empty, metrics: { a: Number.NaN, b: -Infinity, c: Infinity, d: Number.NaN }, tags: { t: 'NaN, "Infinity"' } },
  );
  assert.deepEqual(readMetricLine('{"metrics": 1, "params": 2, "tags": 3}').metrics, {
    metrics: 1,
    params: 2,
    tags: 3,
  });
  for (const [line, why] of [
    ['loss 0.5', /JSON/],
    ['[1]', /no JSON object/],
    ['{"a": "x"}', /`a` is not a number; words belong under/],
    ['{"a": [1]}', /`a` is not a number/],
    ['{"a": 1, "step": 1.5}', /`step` is not a whole number/],
    ['{"a": 1, "step": "1"}', /`step` is not a number/],
    ['{"params": 1, "a": true}', /`a`/],
    ['{"params": []}', /`params` is no object/],
    ['{"artifact": 3}', /not a path/],
    ['{"": 1}', /1 to 250/],
    [`{"${'k'.repeat(251)}": 1}`, /1 to 250/],
  ] as const)
    assert.throws(() => readMetricLine(line), why, line);
  assert.deepEqual(numbersIn('{"a": NaN, "b": {"c": [1, "NaN"]}}'), { a: Number.NaN, 'b.c.0': 1 });
});

test('steps are counted where none is given; params, tags and artifacts are stored; invalid lines are reported once, by number', () => {
  const { root, store, run, path, warnings, open } = freshRun();
  writeFileSync(join(root, 'plot.png'), 'png');
  mkdirSync(join(root, 'out/deep'), { recursive: true });
  writeFileSync(join(root, 'out/deep/x.txt'), 'x');
  appendFileSync(
    path,
    [
      '{"loss": 1}',
      '',
      '{"loss": 0.5}',
      'oops',
      '{"loss": 0.4, "step": 10}',
      '{"loss": 0.3}',
      '{"params": {"lr": 0.1, "depth": 3}}',
      '{"params": {"lr": 0.2}}',
      '{"tags": {"model": "a"}}',
      '{"artifact": "plot.png"}',
      '{"artifact": "out"}',
      '{"artifact": "none.png"}',
      '{"artifact": "."}',
      '{"x": NaN}',
      '',
    ].join('\n'),
  );
  const file = open();
  file.take();
  assert.deepEqual(points(store, run.runId), ['loss@0=1', 'loss@1=0.5', 'loss@10=0.4', 'loss@11=0.3', 'x@0=NaN']);
  const detail = getRun(store, run.runId);
  assert.deepEqual(
    [detail.params, detail.tags, detail.artifacts.map((one) => one.path)],
    [{ lr: 0.1, depth: 3, 'program.lr': 0.2 }, { model: 'a' }, ['out/deep/x.txt', 'plot.png']],
  );
  assert.match(
    warnings.join('\n'),
    /^warning: line 4 of \$LOOPWRIGHT_METRICS was not understood: .*JSON.*Further ones are counted only\.$/,
  );
  file.take(true);
  assert.match(warnings.at(-1) ?? '', /3 lines of \$LOOPWRIGHT_METRICS were not understood/);
  file.remove();
  assert.ok(!existsSync(path) && store.sql.get('SELECT * FROM imports') === undefined);
});

test('a partial line or character is read once complete; a reader that continues reads nothing twice; a rewritten file is read again', () => {
  const { store, run, path, open } = freshRun();
  const line = Buffer.from('{"größe": 1}\n');
  const [first, again] = [open(), open()];
  appendFileSync(path, line.subarray(0, 5));
  assert.equal(first.take(), 0);
  appendFileSync(path, line.subarray(5));
  assert.equal(first.take(), 1);
  assert.equal(open().take(), 0, 'what another process took is known');
  assert.equal(again.take(), 0, 'by one that was opened before as well');
  appendFileSync(path, '{"b": 1}\n{"c": 2}');
  assert.equal(open().take(), 1);
  assert.equal(open().take(true), 1, 'the last line needs no end');
  truncateSync(path, 0);
  appendFileSync(path, '{"d": 1}\n');
  assert.equal(open().take(), 1);
  assert.deepEqual(points(store, run.runId), ['b@0=1', 'c@0=2', 'd@0=1', 'größe@0=1']);
});

test('a hundred thousand lines are read exactly, in pieces; an endless line does not fill the memory', () => {
  const { store, run, path, warnings, open } = freshRun();
  appendFileSync(path, Array.from({ length: 100_000 }, (_, i) => `{"loss":${1 / (i + 1)},"step":${i}}\n`).join(''));
  assert.equal(open().take(), 100_000);
  const kept = store.sql.all<{ step: number; value: number }>(
    'SELECT step, value FROM points WHERE run = ? ORDER BY step',
    run.number,
  );
  assert.ok(kept.length === 100_000 && kept.every(({ step, value }, i) => step === i && value === 1 / (i + 1)));
  appendFileSync(path, Buffer.alloc(20 << 20, 'x'));
  appendFileSync(path, '\n{"after": 1}\n');
  open().take(true);
  assert.ok(points(store, run.runId).includes('after@0=1') && /not understood/.test(warnings[0] ?? ''));
});

test('metrics reach the store while the program runs, and the last ones are not lost', async () => {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\nstages:\n  s: { cmd: "sh ./s.sh", metrics: [out/m.json] }\n`,
    // Without its project, as after a test that failed, it ends: it would hold the suite.
    's.sh': `mkdir -p out
wait_for() { while [ ! -e "$1" ]; do [ -e loopwright.yaml ] || exit 1; sleep 0.02; done; }
echo '{"loss": 1}' >> $LOOPWRIGHT_METRICS
echo '{"f1": 0.1, "same": 7}' > out/m.json
wait_for one
printf '{"loss": 0.5}\\n{"los' >> $LOOPWRIGHT_METRICS
echo '{"f1": 0.2, "same": 7}' > out/m.json
wait_for two
printf 's": NaN}' >> $LOOPWRIGHT_METRICS
echo '{"f1": Infinity, "same": 7}' > out/m.json
`,
  });
  mkdirSync(join(root, 'out'));
  writeFileSync(join(root, 'out/m.json'), '{"f1": 99}');
  const { run, store, logs } = runIn(root);
  const going = run();
  const runId = await until(
    'the run is there',
    () => store.sql.get<{ run_id: string }>('SELECT run_id FROM runs')?.run_id,
  );
  await until('the first points are live', () => points(store, runId).join() === 'f1@0=0.1,loss@0=1,same@0=7');
  symlinkSync('.', join(root, 'one'));
  await until(
    'the next are, and half a line is not',
    () => points(store, runId).join() === 'f1@0=0.1,f1@1=0.2,loss@0=1,loss@1=0.5,same@0=7',
  );
  symlinkSync('.', join(root, 'two'));
  const outcome = await going;
  assert.equal(outcome.status, 'finished', outcome.error?.message);
  assert.deepEqual(points(store, runId), [
    'f1@0=0.1',
    'f1@1=0.2',
    'f1@2=Infinity',
    'loss@0=1',
    'loss@1=0.5',
    'loss@2=NaN',
    'same@0=7',
  ]);
  assert.ok(!logs.some((line) => line.includes('warning')) && !existsSync(metricsPath(store, runId, 's')));
});

test('NaN does not pass a gate', async () => {
  const { run } = runIn(
    makeProject({
      'loopwright.yaml': `version: 1\nproject: p\nstages:\n  s: { cmd: "echo '{\\"f1\\": NaN}' > m.json", metrics: [m.json], gates: { f1: { min: 0.5 } } }\n`,
    }),
  );
  const outcome = await run();
  assert.deepEqual([outcome.status, /the value is NaN/.test(outcome.error?.message ?? '')], ['refused', true]);
});

test('killing the run loses no line that its program appended', async () => {
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages: { s: { cmd: "i=0; while true; do echo \\"{\\\\\\"n\\\\\\": $i, \\\\\\"step\\\\\\": $i}\\" >> $LOOPWRIGHT_METRICS; i=$((i+1)); done" } }\n',
  });
  const { child, ended } = startCli(['run'], { cwd: root });
  const store = await until('there is a store', () =>
    existsSync(join(root, '.loopwright/loopwright.db')) ? openStore(root) : null,
  );
  after(() => store.sql.close());
  const runId = await until(
    'points are live',
    () =>
      store.sql.get<{ run_id: string }>('SELECT r.run_id FROM runs r JOIN latest l ON l.run = r.id WHERE l.count > 200')
        ?.run_id,
  );
  child.kill('SIGKILL');
  await ended;
  const path = metricsPath(store, runId, 's');
  const size = statSync(path).size;
  await until('the orphan goes on writing', () => statSync(path).size > size);
  const appended = readFileSync(path).subarray(0, size).toString().split('\n').length - 1;
  openStore(root).sql.close();
  const text = store.sql.all<{ step: number; value: number }>(
    'SELECT p.step, p.value FROM points p JOIN runs r ON r.id = p.run JOIN metric_keys k ON k.id = p.key WHERE r.run_id = ? AND k.key = ? ORDER BY p.step',
    runId,
    'n',
  );
  assert.deepEqual(
    [text.every(({ step, value }, i) => step === i && value === i), existsSync(path), getRun(store, runId).status],
    [true, false, 'interrupted'],
  );
  assert.ok(text.length >= appended && appended > 200, `${text.length} points of ${appended} lines`);
});

test('the helper for Node programs logs metrics, params, tags and artifacts; outside of a stage it only prints a warning', async () => {
  const program = `import { active, artifact, log, params, runId, seed, tag } from 'loopwright';
import { writeFileSync } from 'node:fs';
params({ depth: 3, layers: [64, 32], name: 'x' });
for (let step = 0; step < 3; step++) log({ loss: 1 / (step + 1), deep: { f1: step } }, step);
log({ odd: Number.NaN, far: -Infinity });
log({ odd: 2n });
tag('framework', 'none');
writeFileSync('plot.svg', '<svg/>');
artifact('plot.svg');
artifact(new URL('./train.mjs', import.meta.url));
console.log(JSON.stringify({ active, same: runId === process.env.LOOPWRIGHT_RUN_ID, seed }));
`;
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nseed: 4\nstages:\n  s: { cmd: node train.mjs, env: { PATH: "${env.PATH}" } }\n  t: { cmd: "node t.cjs" }\n'.replace(
        ', env: { PATH: "${env.PATH}" }',
        '',
      ),
    'train.mjs': program,
    't.cjs': 'const { log } = require(process.env.LOOPWRIGHT_HELPER);\nlog({ required: 1 });\n',
  });
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(join(import.meta.dirname, '../..'), join(root, 'node_modules/loopwright'), 'junction');
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const { json, err } = await runJson<{ runId: string; status: string }>(['run'], { cwd: root, env: { PATH: path } });
  assert.equal(json.status, 'finished', err);
  const store = openStore(root);
  after(() => store.sql.close());
  // A slow run also has the load of the machine.
  const own = points(store, json.runId).filter((point) => !point.startsWith('system/'));
  assert.deepEqual(own, [
    'deep.f1@0=0',
    'deep.f1@1=1',
    'deep.f1@2=2',
    'far@0=-Infinity',
    'loss@0=1',
    'loss@1=0.5',
    'loss@2=0.3333333333333333',
    'odd@0=NaN',
    'odd@1=2',
    'required@0=1',
  ]);
  const detail = getRun(store, json.runId);
  assert.deepEqual(
    [detail.params, detail.tags, detail.artifacts.map((one) => one.path)],
    [{ depth: 3, layers: [64, 32], name: 'x' }, { framework: 'none' }, ['plot.svg', 'train.mjs']],
  );
  assert.match(err, /\{"active":true,"same":true,"seed":4\}/);
  const outside = spawnSync(process.execPath, ['train.mjs'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, LOOPWRIGHT_METRICS: undefined, LOOPWRIGHT_RUN_ID: undefined, LOOPWRIGHT_SEED: undefined },
  });
  assert.deepEqual(
    [outside.status, outside.stdout, outside.stderr.match(/runs outside a stage/g)?.length],
    [0, '{"active":false,"same":true}\n', 1],
  );
});

test('the types of the helper fit its functions', () => {
  const root = makeProject({
    'good.ts':
      "import { artifact, log, params, seed, tag } from 'loopwright';\nlog({ loss: 1, deep: { f1: 2n } }, 3);\nlog({ loss: 1 });\nparams({ lr: 0.1, layers: [64, 32], name: 'x', none: null });\ntag('a', 1);\nartifact(new URL('file:///x'));\nexport const next: number = (seed ?? 0) + 1;\n",
    'bad.ts':
      "import { log, params } from 'loopwright';\nlog({ loss: 'low' });\nlog({ loss: 1 }, 'three');\nparams({ f: () => 1 });\n",
  });
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(join(import.meta.dirname, '../..'), join(root, 'node_modules/loopwright'), 'junction');
  const check = (file: string) =>
    spawnSync(
      process.execPath,
      [
        join(import.meta.dirname, '../../node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--lib',
        'es2023,dom',
        '--types',
        '',
        '--skipLibCheck',
        'false',
        file,
      ],
      { cwd: root, encoding: 'utf8' },
    );
  assert.equal(check('good.ts').stdout, '');
  assert.deepEqual(
    [...check('bad.ts').stdout.matchAll(/^bad\.ts\((\d+)/gm)].map(([, line]) => line),
    ['2', '3', '4'],
  );
  assert.deepEqual(
    Object.keys(
      JSON.parse(
        execFileSync(
          process.execPath,
          [
            '-e',
            `import(${JSON.stringify(`file://${helper}`)}).then((m) => console.log(JSON.stringify({ ...m, ...Object.fromEntries(Object.keys(m).map((k) => [k, 1])) })))`,
          ],
          { encoding: 'utf8' },
        ),
      ) as object,
    ).toSorted(),
    [...readFileSync(helper.replace('.mjs', '.d.mts'), 'utf8').matchAll(/^export (?:function|const) (\w+)/gm)]
      .map(([, name]) => name)
      .toSorted(),
  );
});
