// Events and true values at a deployment. Variations: the names of feedback and those of the dataset, many at once, a label
// that is corrected, an unknown key, a wrong type; the token of the deployment.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { feedbackNames } from '../../engine/serving/feedbackNames.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const yaml = ordersYaml
  .replace(
    '\nstages:\n',
    `  outcomes: { path: data/outcomes.parquet, schema: schemas/outcomes.dataset.yaml }\n  clicks: { path: data/clicks.parquet, schema: schemas/clicks.dataset.yaml }\n\nstages:\n  outcomes: { uses: collect, with: { dataset: outcomes, from: { events: data/outcomes-spool } } }\n  clicks: { uses: collect, with: { dataset: clicks, from: { events: data/clicks-spool } } }\n`,
  )
  .replace(
    / {2}nightly:/,
    '  live: { model: champion, as: api, port: 18083, events: clicks, feedback: outcomes }\n  nightly:',
  );
const root = ordersProject({ yaml });
writeFiles(root, {
  'schemas/outcomes.dataset.yaml':
    'fields:\n  - { name: id, type: string }\n  - { name: late, type: boolean, constraints: { required: true } }\nprimaryKey: id\n',
  'schemas/clicks.dataset.yaml':
    'fields:\n  - { name: id, type: string }\n  - { name: page, type: string }\nprimaryKey: id\n',
});
const project = runIn(root);
await project.run({ stages: ['validate'] });
promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });

test('feedback and events of a deployment reach their datasets once', async () => {
  const loaded = loadProject(root);
  const server = await serveDeployment({
    project: loaded,
    store: project.store,
    config: configFor(loaded, 'default'),
    deployment: 'live',
    port: 0,
  });
  after(() => server.close());
  assert.deepEqual(server.takes, ['/events', '/feedback']);
  const post = async (path: string, body: unknown) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as { accepted?: number; error?: string }) };
  };
  assert.equal((await post('/feedback', { prediction_id: 'o1', label: true })).accepted, 1);
  assert.equal(
    (
      await post('/feedback', [
        { id: 'o2', outcome: false },
        { prediction_id: 'o3', late: 1 },
      ])
    ).accepted,
    2,
  );
  assert.equal((await post('/feedback', { prediction_id: 'o1', actual: false })).accepted, 1);
  assert.match((await post('/feedback', { prediction_id: 'o4', label: 'maybe' })).error ?? '', /late: not a boolean/);
  assert.match((await post('/feedback', { label: true })).error ?? '', /id: missing but required/);
  assert.equal((await post('/events', { id: 'c1', page: '/' })).accepted, 1);
  assert.equal((await post('/predict', { instances: [] })).status, 400, 'predictions keep their own parser');
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(metrics, /loopwright_events_accepted_total\{stage="outcomes"\} 4\n/);
  assert.equal(metrics.match(/# EOF/g)?.length, 1);
  assert.equal((await project.run({ stages: ['outcomes', 'clicks'] })).status, 'finished', project.logs.join('\n'));
  assert.deepEqual(await project.rows('data/outcomes.parquet', 'SELECT id, late FROM data ORDER BY id'), [
    { id: 'o1', late: false },
    { id: 'o2', late: false },
    { id: 'o3', late: true },
  ]);
  assert.equal((await project.rows('data/clicks.parquet')).length, 1);
});

test('feedback keeps names of its own, and what is no object', () => {
  const names = feedbackNames('id', 'late');
  assert.deepEqual(names({ prediction_id: 1, label: 2, more: 3 }), { id: 1, late: 2, more: 3 });
  assert.deepEqual(names({ id: 1, prediction_id: 2, late: 3, label: 4 }), {
    id: 1,
    prediction_id: 2,
    late: 3,
    label: 4,
  });
  assert.deepEqual(feedbackNames(null, 'late')({ prediction_id: 1, outcome: 2 }), { prediction_id: 1, late: 2 });
  for (const other of [5, null, 'x', [1]]) assert.deepEqual(names(other), other);
});
