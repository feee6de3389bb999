import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { labelByKeys } from '../../cli/labelByKeys.ts';
import type { EngineMethod, EngineRequests } from '../../protocol/engineHost.ts';
import type { LabelDone, LabelSummary } from '../../protocol/labelling.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { runCli, runJson, startCli } from '../helpers/runCli.ts';
import { labelProject, openLabels } from '../labelling/labelProject.ts';

const labels = (root: string) =>
  readFileSync(join(root, 'data/labels/review.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/,\d{4}-[^,]+Z,/, ',T,'));

test('one label is appended, skipped and taken back', async () => {
  const root = labelProject();
  const one = (...args: string[]) => runCli(['data', 'label', 'review', '--labeller', 'ann', ...args], { cwd: root });
  const { code, out } = await one('--key', 'o1', '--label', 'fraud');
  assert.deepEqual([code, out], [0, '"o1" by ann: fraud\n']);
  assert.equal((await one('--key', 'o2', '--skip')).code, 0);
  assert.match((await one('--undo')).out, /"o2" by ann: not decided/);
  assert.deepEqual(labels(root), ['o1,fraud,ann,T,hand', 'o2,,ann,T,skip', 'o2,,ann,T,undo']);
  const { json } = await runJson<LabelDone & { labeller: string }>(
    ['data', 'label', 'review', '--labeller', 'ben', '--key', 'o1', '--label', 'fine'],
    { cwd: root },
  );
  assert.deepEqual(json, { key: 'o1', label: 'fine', note: null, labeller: 'ben' });
});

test('wrong use says what to do and writes nothing', async () => {
  const root = labelProject();
  const wrong: [string[], RegExp][] = [
    [[], /needs a terminal\..*--key VALUE with --label VALUE or --skip, or --undo/],
    [['--key', 'o1'], /either --label VALUE or --skip/],
    [['--key', 'o1', '--label', 'fraud', '--skip'], /either --label VALUE or --skip/],
    [['--label', 'fraud'], /Name the row with --key/],
    [['--key', 'o9', '--label', 'fraud'], /has no row whose `id` is "o9"/],
    [['--key', 'o1', '--label', 'frau'], /Did you mean `fraud`/],
    [['--key', 'o1', '--label', 'fraud', '--labeller', ' '], /Say who labels/],
  ];
  for (const [args, says] of wrong) {
    const { code, err } = await runCli(['data', 'label', 'review', ...args], { cwd: root });
    assert.equal(code, 2, args.join(' '));
    assert.match(err, says);
  }
  assert.equal(existsSync(join(root, 'data/labels/review.csv')), false);
  assert.match((await runCli(['data', 'labels', 'reviw'], { cwd: root })).err, /Did you mean `review`/);
});

test("who labels is git's user.name when nobody is named", async () => {
  const root = labelProject();
  const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Zoë, Q.' };
  assert.equal(
    (await runCli(['data', 'label', 'review', '--key', 'o1', '--label', 'fine'], { cwd: root, env })).code,
    0,
  );
  assert.deepEqual(labels(root), ['o1,fine,"Zoë, Q.",T,hand']);
});

const rule = { 'sql/weak.sql': "SELECT id AS key, 'fine' AS label, 'small' AS rule FROM orders WHERE amount < 40" };

test('progress, agreement and rules are told, and written as a dataset that a stage can read', async () => {
  const root = labelProject({ more: 'labellers: 2, rules: sql/weak.sql', files: rule });
  for (const [who, key, label] of [
    ['ann', 'o1', 'fraud'],
    ['ben', 'o1', 'fine'],
    ['ann', 'o5', 'fraud'],
    ['ben', 'o5', 'fraud'],
    ['ann', 'o2', 'fraud'],
  ] as const)
    await runCli(['data', 'label', '--labeller', who, '--key', key, '--label', label], { cwd: root });
  const { out } = await runCli(['data', 'labels'], { cwd: root });
  for (const says of [
    /3 of 6 rows labelled, 2 by 2 people/,
    /fraud +2 +0\nfine +0 +1/,
    /undecided +1 +0/,
    /ann +3 +0 +3/,
    /ann +ben +2 +0\.500 +0\.000/,
    /disagree on 1 rows/,
    /small +3 +0 +1 +0\.000/,
  ])
    assert.match(out, says);
  const { json } = await runJson<LabelSummary>(['data', 'labels', 'review'], { cwd: root });
  assert.deepEqual(json.agreement, [{ first: 'ann', second: 'ben', n: 2, observed: 0.5, kappa: 0 }]);
  for (const file of ['out/labels.csv', 'out/labels.parquet'])
    assert.match(
      (await runCli(['data', 'labels', '--output', file], { cwd: root })).err,
      /3 labels written to .*: 2 by hand, 1 by rules/,
    );
  assert.equal(
    readFileSync(join(root, 'out/labels.csv'), 'utf8'),
    'id,kind,labellers,source\no2,fraud,1,hand\no3,fine,0,rule\no5,fraud,2,hand\n',
  );
  assert.match(
    (await runCli(['data', 'labels', '--output', 'labels.xlsx'], { cwd: root })).err,
    /must end in \.csv or \.parquet/,
  );
  const yaml = readFileSync(join(root, 'loopwright.yaml'), 'utf8').replace(
    'look: { cmd: cat data/orders.csv, deps: [data/orders.csv] }',
    `look: { cmd: '"${process.execPath}" "$CLI" data labels review --output data/labelled.parquet', deps: [data/labels/review.csv], outs: [data/labelled.parquet] }`,
  );
  writeFiles(root, { 'loopwright.yaml': yaml });
  const run = await runCli(['run', 'look'], {
    cwd: root,
    env: { CLI: join(import.meta.dirname, '../../cli/main.ts') },
  });
  assert.equal(run.code, 0, run.err);
  assert.match((await runCli(['data', 'profile', 'data/labelled.parquet'], { cwd: root })).out, /3 rows, 4 columns/);
});

test('keys alone label, skip and take back', async (t) => {
  const root = labelProject();
  const open = await openLabels(t, root);
  const lines: string[] = [];
  const terminal = { line: (text = '') => void lines.push(text), style: (_: unknown, text: string) => text };
  async function* keys(pressed: string) {
    yield* pressed;
  }
  await labelByKeys(open, { labeller: 'ann', keys: keys('x12su9u1q2'), terminal });
  // o1 fraud, o2 fine, o3 skipped, taken back, 9 is no class, o2 taken back, o2 fraud, quit.
  assert.deepEqual(labels(root), [
    'o1,fraud,ann,T,hand',
    'o2,fine,ann,T,hand',
    'o3,,ann,T,skip',
    'o3,,ann,T,undo',
    'o2,,ann,T,undo',
    'o2,fraud,ann,T,hand',
  ]);
  assert.match(lines.join('\n'), /amount {2}10 EUR/);
  assert.equal(lines.at(-1), '2 decided.');
  await labelByKeys(open, { labeller: 'ann', keys: keys('1111'), terminal });
  assert.ok(lines.includes('Nothing is left to label.'));
});

test(
  'on a terminal single keys are read as they are pressed',
  { skip: process.platform === 'linux' ? false : 'needs script(1) of util-linux' },
  async () => {
    const root = labelProject();
    const { spawn } = await import('node:child_process');
    const main = join(import.meta.dirname, '../../cli/main.ts');
    const child = spawn(
      'script',
      ['-qec', `"${process.execPath}" "${main}" data label review --labeller ann --project "${root}"`, '/dev/null'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let shown = '';
    const seen = (what: RegExp) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (what.test(shown)) {
            child.stdout.off('data', look);
            resolve();
          }
        };
        child.stdout.on('data', look);
        look();
      });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const ended = new Promise((resolve) => {
      child.on('close', resolve);
    });
    for (const [wait, key] of [
      [/id {2}o1/, '1'],
      [/id {2}o2/, 's'],
      [/id {2}o3/, 'u'],
      [/undone: o2/, 'q'],
    ] as const) {
      await seen(wait);
      child.stdin.write(key);
    }
    assert.equal(await ended, 0);
    assert.deepEqual(labels(root), ['o1,fraud,ann,T,hand', 'o2,,ann,T,skip', 'o2,,ann,T,undo']);
  },
);

test('the engine host answers a view from the first card to agreement', async () => {
  const root = labelProject({ more: 'labellers: 2, rules: sql/weak.sql', files: rule });
  const { child } = startCli(['service', '--project', root], { cwd: '/' });
  assert.ok(child.stdin && child.stdout);
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  after(() => {
    connection.dispose();
    child.kill();
  });
  const ask = async <M extends EngineMethod>(method: M, params: EngineRequests[M]['params']) =>
    (await connection.sendRequest(method, params as object)) as EngineRequests[M]['result'];
  const { tasks, labeller } = await ask('labels/tasks', {});
  assert.deepEqual([tasks.map(({ name }) => name), labeller.length > 0], [['review'], true]);
  const queue = await ask('labels/next', { task: 'review', labeller: 'ann', limit: 3 });
  assert.deepEqual(
    queue.rows.map(({ key }) => key),
    ['o1', 'o2', 'o3'],
  );
  assert.deepEqual(queue.rows[0]?.rules, [{ rule: 'small', label: 'fine' }]);
  // Asked at once: each sees what the one before did.
  const [added, undone, again] = await Promise.all([
    ask('labels/add', { task: 'review', labeller: 'ann', key: 'o1', label: 'fraud' }),
    ask('labels/undo', { task: 'review', labeller: 'ann' }),
    ask('labels/next', { task: 'review', labeller: 'ann', limit: 1 }),
  ]);
  assert.deepEqual([added.label, undone, again.rows[0]?.key], ['fraud', { key: 'o1', note: null }, 'o1']);
  await ask('labels/add', { task: 'review', labeller: 'ann', key: 'o1', label: 'fraud' });
  // Somebody else labels from a terminal meanwhile.
  await runCli(['data', 'label', '--labeller', 'ben', '--key', 'o1', '--label', 'fine'], { cwd: root });
  const summary = await ask('labels/summary', { task: 'review' });
  assert.deepEqual([summary.disagreementCount, summary.complete], [1, 1]);
  assert.deepEqual((await ask('labels/rows', { task: 'review', labeller: 'ann', keys: ['o1'] }))[0]?.mine, 'fraud');
  await assert.rejects(ask('labels/add', { task: 'review', labeller: 'ann', key: 'o1', label: 'odd' }), /no class/);
  writeFiles(root, { 'data/orders.csv': 'id,amount,note\nn1,1,new\n' });
  assert.deepEqual(
    (await ask('labels/next', { task: 'review', labeller: 'ann', limit: 3 })).rows.map(({ key }) => key),
    ['n1'],
  );
});
