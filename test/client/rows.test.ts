import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Project } from '../../client/projects/project.ts';
import { EngineHost } from '../../client/host/engineHost.ts';
import { pythonText, statusText } from '../../client/status/statusText.ts';
import { datasetRows } from '../../client/views/datasetRows.ts';
import { deploymentRows } from '../../client/views/deploymentRows.ts';
import { experimentRows, runRow } from '../../client/views/experimentRows.ts';
import { attentionCount, lifeCycleRows, shortReason } from '../../client/views/lifeCycleRows.ts';
import { modelRows } from '../../client/views/modelRows.ts';
import type { Row } from '../../client/views/row.ts';
import type { SubjectChoice } from '../../protocol/dataProfile.ts';
import type { EngineRequests } from '../../protocol/engineHost.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { overview } from '../fixtures/views/overview.ts';
import { makeRuns, pageOf } from '../fixtures/views/runs.ts';

const version = (dataset: string, id: string, rows: number, age: number): SubjectChoice => ({
  subject: { kind: 'snapshot', id },
  title: `${dataset}@${id.slice(0, 8)}`,
  rows,
  madeAt: Date.now() - age * 3_600_000,
  before: [],
});
const versions: SubjectChoice[] = [
  {
    subject: { kind: 'dataset', name: 'transactions' },
    title: 'transactions',
    rows: 205_317,
    madeAt: null,
    before: [],
  },
  version('transactions', 'a71c0de9f2b1', 205_317, 2),
  version('transactions', '3f2a91c4d0e7', 191_713, 26),
  version('transactions', '0b54aa10ffee', 191_713, 50),
  version('transactions_raw', 'ffff0000ffff', 3, 1),
];

class FixtureEngine extends EngineHost {
  constructor() {
    super({
      project: 'fixture',
      start: () => {
        throw new Error('not started');
      },
      log: { info() {}, warn() {}, error() {}, debug() {} },
      changed() {},
      crashed() {},
    });
  }

  override async request(method: keyof EngineRequests, params: object): Promise<never> {
    if (method === 'data/subjects') return versions as never;
    return (method === 'runs/list' ? pageOf(makeRuns(41), params) : overview) as never;
  }
}

async function project(): Promise<Project> {
  const made = new Project('/projects/card-fraud', () => new FixtureEngine());
  await made.need();
  return made;
}

const lines = (rows: Row[]) => rows.map((row) => `${row.label} | ${row.description ?? ''}`);

it('shows the life of the model, state in words and not by colour alone', async () => {
  const rows = lifeCycleRows(await project());
  assert.deepEqual(lines(rows).slice(0, 3), [
    'Collect | 6 snapshots · 2 h ago',
    'Prepare | 204,113 rows · 1,204 quarantined',
    'Train | params.epochs 20 → 30',
  ]);
  assert.equal(rows.length, 8);
  assert.match(rows[6]?.tooltip ?? '', /needs attention/);
  assert.match(rows[2]?.context ?? '', /runnable explained/);
  assert.equal(rows[5]?.context, 'life deploy stoppable');
  const stages = (await rows[2]?.children?.()) ?? [];
  assert.equal(lines(stages)[2], 'train | stale · params.epochs 20 → 30');
});

it('counts what needs attention', async () => {
  assert.equal(attentionCount(await project()), 2);
});

it('lists experiments with their runs, and the rest behind one line', async () => {
  const [first] = experimentRows(await project());
  const runs = (await first?.children?.()) ?? [];
  assert.equal(runs.length, 21);
  assert.match(runs[0]?.description ?? '', /^pr_auc 0\.8\d+ · train: epoch 14\/30 · /);
  assert.equal(runs.at(-1)?.label, 'All 31 runs');
});

it('lists datasets, models and deployments', async () => {
  const made = await project();
  assert.match(lines(datasetRows(made))[0] ?? '', /^transactions \| 6 snapshots · 205,317 rows/);
  assert.match(lines(datasetRows(made))[1] ?? '', /^labels \| no snapshot yet/);
  const [model] = modelRows(made);
  assert.equal(model?.description, 'v4 challenger · v3 champion');
  const versions = (await model?.children?.()) ?? [];
  assert.match(lines(versions)[1] ?? '', /^v3 \| pr_auc 0\.912 · champion · loopwright · \w.*$/);
  assert.match(lines(deploymentRows(made))[0] ?? '', /^production \| healthy · v3 · :8080 · 48,211 served/);
  assert.equal(deploymentRows(made)[2]?.context, 'monitor');
});

it('opens the profile of a dataset, and of each version what it changed', async () => {
  const [dataset, labels] = datasetRows(await project());
  assert.deepEqual([dataset?.open?.id, dataset?.context], ['loopwright.openProfile', 'dataset file']);
  const children = (await dataset?.children?.()) ?? [];
  assert.deepEqual(lines(children.filter(({ context }) => context === 'data version')), [
    'a71c0de9 | 2 hours ago · 205,317 rows · +13,604',
    '3f2a91c4 | yesterday · 191,713 rows · same row count as before',
    '0b54aa10 | 2 days ago · 191,713 rows',
  ]);
  assert.deepEqual(
    [children.at(-1)?.open?.id, children.at(-1)?.subject?.snapshot],
    ['loopwright.openProfile', '0b54aa10ffee'],
  );
  assert.match(
    children.find(({ label }) => label === 'a71c0de9')?.tooltip ?? '',
    /compared with transactions@3f2a91c4/,
  );
  assert.equal(new Set(children.map(({ id }) => id)).size, children.length);
  const source = children.find(({ label }) => label === 'Source');
  assert.match(source?.description ?? '', /^files · collected /);
  assert.equal(source?.open?.id, 'loopwright.previewSource');
  assert.ok(((await labels?.children?.()) ?? []).every(({ context }) => context !== 'data version'));
});

it('says who listens for a dataset, and when the listener has died', async () => {
  const made = await project();
  const [dataset] = made.overview?.datasets ?? [];
  assert.ok(dataset?.source);
  const before = dataset.source;
  const row = async (state: 'listening' | 'stopped' | 'died') => {
    const listener = { state, pid: 7, address: 'http://127.0.0.1:8090', taken: 2, lastAt: null, waitingBytes: 0 };
    dataset.source = { stage: 'collect', kind: 'events', listener };
    const children = (await datasetRows(made)[0]?.children?.()) ?? [];
    return children.find(({ label }) => label === 'Source');
  };
  try {
    assert.match((await row('listening'))?.description ?? '', /^events · listening · collected /);
    assert.match((await row('listening'))?.tooltip ?? '', /listening at http:\/\/127\.0\.0\.1:8090 · 2 taken/);
    assert.match((await row('stopped'))?.description ?? '', /^events · collected /);
    const died = await row('died');
    assert.match(died?.description ?? '', /^events · the listener has died · /);
    assert.equal(died?.icon, 'warning');
  } finally {
    dataset.source = before;
  }
});

it('sums it up in the status bar', async () => {
  const made = await project();
  assert.equal(statusText(made, true).text, '$(verified) card-fraud v3 · pr_auc 0.912 $(warning) 2');
  assert.deepEqual(pythonText(made, true), {
    text: '$(snake) .venv',
    tooltip: 'Loopwright uses the Python .venv/bin/python (.venv of the project)',
  });
  assert.equal(pythonText(made, false), null);
  assert.match(statusText(made, false).tooltip, /not trusted/);
});

it('keeps the last good overview when the engine fails', async () => {
  let fail = false;
  const made = new Project(
    '/p',
    () =>
      Object.assign(new FixtureEngine(), {
        request: async () => {
          if (fail) throw new Error('gone');
          return overview;
        },
      }) as EngineHost,
  );
  await made.need();
  fail = true;
  await made.refresh();
  assert.equal(made.error, 'gone');
  assert.equal(made.overview?.project, 'card-fraud');
});

it('a run is told by its value first, and one that its gates refused by how many failed', () => {
  const [base] = makeRuns(3);
  assert.ok(base);
  const primary = [
    { name: 'rmse', direction: 'minimize' as const, why: 'primary_metric' },
    { name: 'val_loss', direction: 'minimize' as const, why: 'most runs logged it' },
  ];
  const made = new Project('/p', () => new FixtureEngine());
  const row = (more: Partial<RunSummary>, swept: string[] = []) =>
    runRow(
      made,
      { ...base, status: 'finished', progress: null, startedAt: Date.now() - 7_200_000, ...more },
      primary,
      swept,
    );
  const refused = row({
    status: 'refused',
    metrics: { aa: 1, rmse: 3.1425, 'system/cpu': 2 },
    verdict: { passed: 2, total: 4 },
  });
  assert.equal(refused.description, 'rmse 3.14 · 2 of 4 gates failed · 2 hours ago');
  assert.deepEqual(
    [refused.icon, /refused by its gates, 2 of 4 gates failed/.test(refused.tooltip ?? '')],
    ['thumbsdown', true],
  );
  assert.equal(
    row({ metrics: { 'system/cpu': 2, val_loss: 0.25 } }).description,
    'val_loss 0.250 · 2 hours ago',
    'what stands in for the primary metric',
  );
  assert.equal(
    row({ metrics: { 'system/cpu': 2, training_score: 1 } }).description,
    '2 hours ago',
    'no other metric stands for it',
  );
  const trial = row(
    {
      metrics: { rmse: 3 },
      params: { lr: 0.000123456, depth: 3, seed: 1 },
      tags: { 'loopwright.trial': '4' },
      registered: [],
    },
    ['lr', 'depth'],
  );
  assert.equal(trial.description, 'rmse 3 · lr 0.000123 · depth 3 · 2 hours ago');
  assert.match(trial.context ?? '', /registrable/);
  assert.doesNotMatch(row({ tags: {}, registered: [] }).context ?? '', /registrable/);
  assert.match(row({ startedAt: Date.UTC(2024, 4, 28, 12) }).description ?? '', /28 May 2024$/);
});

it('a model version is compared with the champion, whichever way its metric gets better', async () => {
  const [first, second] = overview.models;
  assert.ok(first && second);
  const models = [
    { ...first, metrics: { latency: 9, rmse: 3.1 }, gatesPassed: 1, gatesTotal: 1 },
    { ...second, metrics: { latency: 8, rmse: 3.6 } },
  ];
  const made = new Project(
    '/p',
    () =>
      Object.assign(new FixtureEngine(), {
        request: async () => ({ ...overview, models, primary: [{ name: 'rmse', direction: 'minimize', why: '' }] }),
      }) as EngineHost,
  );
  await made.need();
  const [v4, v3] = (await modelRows(made)[0]?.children?.()) ?? [];
  assert.match(v4?.description ?? '', /^rmse 3\.10 · challenger · /);
  assert.match(v4?.tooltip ?? '', /0\.5 better than v3\n1 gate passed\n/);
  assert.doesNotMatch(v3?.tooltip ?? '', /than/);
  assert.equal(statusText(made, true).text, '$(verified) card-fraud v3 · rmse 3.60 $(warning) 2');
});

it('says of a version what it is, whether it was validated here, and of which model the project does not know', async () => {
  const made = await project();
  const [newest] = overview.models;
  assert.ok(newest && made.overview);
  const logged = {
    ...newest,
    version: 5,
    aliases: [],
    isChallenger: false,
    isValidated: false,
    metrics: {},
    gatesPassed: 0,
    gatesTotal: 0,
    algorithm: 'sklearn.pipeline.Pipeline',
    runtime: null,
    runId: '',
    runName: '',
  };
  const elsewhere = 'The files of `churn` v1 are at s3://models/churn, which is not in this project.';
  made.overview.models.push(logged, { ...logged, model: 'churn', version: 1, flavour: null, problem: elsewhere });
  const [own, other] = modelRows(made);
  assert.deepEqual(lines([own, other].flatMap((row) => row ?? [])), [
    'card-fraud | v4 challenger · v3 champion · 1 not validated',
    'churn | not validated · not in loopwright.yaml',
  ]);
  const [five, four, three] = (await own?.children?.()) ?? [];
  assert.match(five?.description ?? '', /^not validated · mlflow · /);
  assert.match(
    five?.tooltip ?? '',
    /cannot be promoted or served yet\.\nModel: sklearn\.pipeline\.Pipeline \(mlflow\)\n/,
  );
  assert.deepEqual(
    [five, four, three].map((row) => [row?.icon, row?.context]),
    [
      ['unverified', 'version unvalidated declared'],
      ['thumbsdown', 'version refused declared'],
      ['verified-filled', 'version champion declared'],
    ],
  );
  assert.equal(five?.subject && 'runId' in five.subject, false, 'no run is not the run without a name');
  assert.match(four?.description ?? '', /challenger · 1 of 5 gates failed · mlflow · /);
  assert.match(
    three?.tooltip ?? '',
    /Model: multi-layer perceptron \(loopwright\), scored by TensorFlow\.js 4\.22 \(wasm\)/,
  );
  const [foreign] = (await other?.children?.()) ?? [];
  assert.equal(foreign?.context, 'version unvalidated undeclared');
  assert.match(foreign?.tooltip ?? '', /s3:\/\/models\/churn/);
  assert.doesNotMatch(
    JSON.stringify([five, foreign].map((row) => [row?.label, row?.description, row?.tooltip])),
    /undefined|null/,
  );
});

it('a reason in the narrow line names files without their folders, and whole addresses and commands', () => {
  const short = {
    'stale: data/raw/orders.csv changed (2 B → 5 B)': 'orders.csv changed (2 B → 5 B)',
    'stale: sql/features.sql is new; data/*.csv changed': 'features.sql is new; *.csv changed',
    'stale: It is tracked: `dvc pull data/a.dvc` brings it from https://github.com/iterative/registry.':
      'It is tracked: dvc pull data/a.dvc brings it from https://github.com/iterative/registry.',
    'from.s3 s3://bucket/a/b.csv → s3://bucket/a/c.csv': 'from.s3 s3://bucket/a/b.csv → s3://bucket/a/c.csv',
  };
  for (const [detail, shown] of Object.entries(short)) assert.equal(shortReason(detail), shown);
});
