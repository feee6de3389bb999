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
import type { EngineRequests } from '../../protocol/engineHost.ts';
import { overview } from '../fixtures/views/overview.ts';
import { makeRuns, pageOf } from '../fixtures/views/runs.ts';

class FixtureEngine extends EngineHost {
  constructor() {
    super({ project: 'fixture', start: () => { throw new Error('not started'); }, log: { info() {}, warn() {}, error() {}, debug() {} }, changed() {}, crashed() {} });
  }

  override async request(method: keyof EngineRequests, params: object): Promise<never> {
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
  assert.match(runs[0]?.description ?? '', /train: epoch 14\/30 · pr_auc 0\.8\d+/);
  assert.equal(runs.at(-1)?.label, 'All 31 runs');
});

it('lists datasets, models and deployments', async () => {
  const made = await project();
  assert.match(lines(datasetRows(made))[0] ?? '', /^transactions \| 6 snapshots · 205,317 rows/);
  assert.match(lines(datasetRows(made))[1] ?? '', /^labels \| no snapshot yet/);
  const [model] = modelRows(made);
  assert.equal(model?.description, 'v4 challenger · v3 champion');
  const versions = (await model?.children?.()) ?? [];
  assert.match(lines(versions)[1] ?? '', /^v3 \| champion · pr_auc 0\.912$/);
  assert.match(lines(deploymentRows(made))[0] ?? '', /^production \| healthy · v3 · :8080 · 48,211 served/);
  assert.equal(deploymentRows(made)[2]?.context, 'monitor');
});

it('sums it up in the status bar', async () => {
  const made = await project();
  assert.equal(statusText(made, true).text, '$(verified) card-fraud v3 $(warning) 2');
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
