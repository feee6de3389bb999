import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { findModel } from '../../engine/runner/findModel.ts';
import { validateModel } from '../../engine/runner/validateModel.ts';
import { serveDeployment, type RunningServer } from '../../engine/serving/serveDeployment.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders } from '../helpers/ordersProject.ts';
import { pythonOrdersFiles, pythonOrdersProject } from '../helpers/pythonOrders.ts';
import { runIn } from '../helpers/runIn.ts';

// A model that refuses rows which its schema allows, as scikit-learn does with missing values and unknown categories.

const running: RunningServer[] = [];
// Before the store closes.
after(() => Promise.all(running.map((server) => server.close())));
const root = pythonOrdersProject();
const project = runIn(root);
const { store } = project;
const rows = orders({ rows: 40, firstDay: 100, seed: 7, prefix: 'n' }).map(({ id, at, amount, hour, country }) => ({
  id,
  at,
  amount,
  hour,
  country,
}));
const gap = { ...(rows[0] ?? assert.fail()), id: 'gap', hour: null };

before(async () => {
  await project.run({ stages: ['prepare'] });
  writeFiles(root, {
    'rules.py': `def predict(rows):
    if rows['hour'].isna().any():
        raise ValueError('Input hour contains NaN')
    return (rows['amount'].fillna(0).clip(0, 100) / 100).to_numpy()
`,
  });
  const loaded = loadProject(root);
  const config = configFor(loaded, 'default');
  const model = findModel('rules.py:predict', { store, config, folders: [root] });
  const data = { project: loaded, store, model, name: null, data: 'features', commandLine: 'loopwright validate' };
  const [ref] = (await validateModel(data)).registered;
  promote(store, ref ?? assert.fail(), { why: 'test', actor: 'test:me' });
});

async function served(invalid: string) {
  const yaml = pythonOrdersFiles()['loopwright.yaml'] ?? '';
  writeFiles(root, { 'loopwright.yaml': yaml.replace('as: api,', `as: api, invalid: ${invalid},`) });
  const loaded = loadProject(root);
  const config = configFor(loaded, 'default');
  const server = await serveDeployment({ project: loaded, store, config, deployment: 'production', port: 0 });
  running.push(server);
  return {
    url: server.url,
    async post(instances: unknown[]) {
      const response = await fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ instances }),
      });
      const json = (await response.json()) as {
        error?: string;
        violations?: unknown[];
        predictions?: { score: number | null; errors?: unknown[] }[];
      };
      return { status: response.status, json };
    },
  };
}

const reason = 'ValueError: Input hour contains NaN';

test('of many rows, only those that the model refuses have no prediction', async () => {
  const { post, url } = await served('quarantine');
  const many = rows.map((row, i) => ([3, 4, 29].includes(i) ? { ...gap, id: row.id } : row));
  const { status, json } = await post(many);
  assert.equal(status, 200);
  const refused = json.predictions?.flatMap(({ score }, i) => (score === null ? [i] : []));
  assert.deepEqual(refused, [3, 4, 29]);
  assert.deepEqual(json.predictions?.[29]?.errors, [{ field: null, rule: 'model', value: null, message: reason }]);
  const alone = await post(many.slice(30));
  assert.deepEqual(json.predictions?.slice(30), alone.json.predictions);
  const logged = store.sql.all<{ key: string; error: string }>(
    'SELECT key, error FROM predictions WHERE error NOT NULL',
  );
  assert.deepEqual(
    logged,
    [3, 4, 29].map((i) => ({ key: rows[i]?.id, error: `row ${i}: ${reason}` })),
  );
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^loopwright_refused_rows_total\{deployment="production"\} 3$/m);
  assert.match(metrics, /^loopwright_predictions_total\{deployment="production"\} 47$/m);
  assert.match(metrics, /field="",rule="model",handling="quarantine"\} 3$/m);
});

test('a request without a row that the model takes is refused, with row and reason', async () => {
  const { post } = await served('warn');
  const { status, json } = await post([gap, gap]);
  assert.equal(status, 400);
  assert.equal(json.error, `row 0: ${reason}; and 1 more in \`violations\``);
  assert.equal(json.violations?.length, 2);
  assert.equal((await post([rows[1], gap])).status, 200);
});

test('with `invalid: fail`, one row that the model refuses refuses the request', async () => {
  const { post } = await served('fail');
  const { status, json } = await post([rows[1], gap, rows[2]]);
  assert.deepEqual([status, json.error], [400, `row 1: ${reason}`]);
});

test('a request of rows that the model refuses ends after a hundred of them', async () => {
  const { post } = await served('quarantine');
  const { status, json } = await post(Array.from({ length: 5000 }, () => gap));
  assert.deepEqual([status, json.error], [400, `The model refuses more than 100 rows. First: row 0: ${reason}`]);
});
