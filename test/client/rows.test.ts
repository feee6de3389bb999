import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Project } from '../../client/projects/project.ts';
import { EngineHost } from '../../client/host/engineHost.ts';
import { statusText } from '../../client/status/statusText.ts';
import { datasetRows } from '../../client/views/datasetRows.ts';
import { deploymentRows } from '../../client/views/deploymentRows.ts';
import { experimentRows } from '../../client/views/experimentRows.ts';
import { attentionCount, lifeCycleRows } from '../../client/views/lifeCycleRows.ts';
import { modelRows } from '../../client/views/modelRows.ts';
import type { Row } from '../../client/views/row.ts';
import type { SubjectChoice } from '../../protocol/dataProfile.ts';
import type { EngineRequests } from '../../protocol/engineHost.ts';
import { overview } from '../fixtures/views/overview.ts';
import { makeRuns, pageOf } from '../fixtures/views/runs.ts';

const version = (dataset: string, id: string, rows: number, age: number): SubjectChoice => ({ subject: { kind: 'snapshot', id }, title: `${dataset}@${id.slice(0, 8)}`, rows, madeAt: Date.now() - age * 3_600_000, before: [] });
const versions: SubjectChoice[] = [
  { subject: { kind: 'dataset', name: 'transactions' }, title: 'transactions', rows: 205_317, madeAt: null, before: [] },
  version('transactions', 'a71c0de9f2b1', 205_317, 2), version('transactions', '3f2a91c4d0e7', 191_713, 26), version('transactions', '0b54aa10ffee', 191_713, 50),
  version('transactions_raw', 'ffff0000ffff', 3, 1),
];

class FixtureEngine extends EngineHost {
  constructor() {
    super({ project: 'fixture', start: () => { throw new Error('not started'); }, log: { info() {}, warn() {}, error() {}, debug() {} }, changed() {}, crashed() {} });
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
  assert.deepEqual(lines(rows).slice(0, 3), ['Collect | 6 snapshots · 2 h ago', 'Prepare | 204,113 rows · 1,204 quarantined', 'Train | params.epochs 20 → 30']);
  assert.equal(rows.length, 8);
  assert.match(rows[6]?.tooltip ?? '', /needs a person/);
  assert.match(rows[2]?.context ?? '', /runnable explained/);
  assert.equal(rows[5]?.context, 'life deploy stoppable');
  const stages = (await rows[2]?.children?.()) ?? [];
  assert.equal(lines(stages)[2], 'train | stale · params.epochs 20 → 30');
});

it('counts what needs a person', async () => {
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
  assert.match(lines(versions)[1] ?? '', /^v3 \| pr_auc 0\.912 · champion · \w.*$/);
  assert.match(lines(deploymentRows(made))[0] ?? '', /^production \| healthy · v3 · :8080 · 48,211 served/);
  assert.equal(deploymentRows(made)[2]?.context, 'monitor');
});

it('opens the profile of a dataset, and of each version what it changed', async () => {
  const [dataset, labels] = datasetRows(await project());
  assert.deepEqual([dataset?.open?.id, dataset?.context], ['loopwright.openProfile', 'dataset file']);
  const children = (await dataset?.children?.()) ?? [];
  assert.deepEqual(lines(children.filter(({ context }) => context === 'data version')), [
    'a71c0de9 | 2 hours ago · 205,317 rows · +13,604', '3f2a91c4 | yesterday · 191,713 rows · as many as before', '0b54aa10 | 2 days ago · 191,713 rows',
  ]);
  assert.deepEqual([children.at(-1)?.open?.id, children.at(-1)?.subject?.snapshot], ['loopwright.openProfile', '0b54aa10ffee']);
  assert.match(children.find(({ label }) => label === 'a71c0de9')?.tooltip ?? '', /compared with transactions@3f2a91c4/);
  assert.equal(new Set(children.map(({ id }) => id)).size, children.length);
  assert.ok(((await labels?.children?.()) ?? []).every(({ context }) => context !== 'data version'));
});

it('sums it up in the status bar', async () => {
  const made = await project();
  assert.equal(statusText(made, true).text, '$(verified) card-fraud v3 · pr_auc 0.912 $(warning) 2');
  assert.match(statusText(made, false).tooltip, /not trusted/);
});

it('keeps the last good overview when the engine fails', async () => {
  let fail = false;
  const made = new Project('/p', () => Object.assign(new FixtureEngine(), { request: async () => { if (fail) throw new Error('gone'); return overview; } }) as EngineHost);
  await made.need();
  fail = true;
  await made.refresh();
  assert.equal(made.error, 'gone');
  assert.equal(made.overview?.project, 'card-fraud');
});
