import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeFiles } from '../../helpers/makeProject.ts';
import { pythonOrdersFiles } from '../../helpers/pythonOrders.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

/**
 * A model of scikit-learn that the program of a `cmd` stage logs through MLflow, from the run to the API: registered,
 * validated, promoted and served by clicks alone.
 */
export const anyModel: PersonSession = {
  prepare: (folder) => {
    const project = join(folder, 'orders');
    writeFiles(project, pythonOrdersFiles());
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'the run of a program that logs a model shows the model, which nobody registered',
      async run({ workbench }) {
        await workbench.showExplorer();
        await workbench.openFile('loopwright.yaml');
        await workbench.command('Loopwright: Run stage');
        await workbench.pick('train');
        await workbench.says('Life cycle', 'Develop', /exit code 0/, 120_000);
        await workbench.closePanel();
        await workbench.click('Experiments', 'default');
        const run = await until('the run in the tree', async () =>
          (await workbench.lines('Experiments')).find(({ label }) => /^[a-z]+-[a-z]+$/.test(label)),
        );
        await workbench.click('Experiments', run.label);
        const frame = await workbench.webview('.models');
        const text = await frame.locator('.models').innerText();
        assert.match(text, /late/);
        assert.match(text, /mlflow · .*Pipeline/);
        assert.match(text, /not registered/);
        await workbench.picture('anyModel-run');
      },
    },
    {
      name: '"Register as a model…" asks for the data, validates it with progress, and offers its card',
      async run({ workbench }) {
        const frame = await workbench.webview('.models');
        await frame.getByRole('button', { name: 'Register as a model…' }).click();
        await workbench.page.locator('.quick-input-widget', { hasText: 'Validate on which dataset?' }).waitFor();
        await workbench.picture('anyModel-dataset');
        await workbench.pick('used by its validate stage');
        await workbench.message(/orders v1 is validated: \d gates? passed\./, 120_000);
        await workbench.closePanel();
        await workbench.says('Models', 'v1', /challenger · mlflow · /);
        await until('the version beside the model', async () =>
          /orders v1\s+validated/.test(await frame.locator('.models').innerText()),
        );
        await workbench.pressInMessage('orders v1 is validated', 'Show card');
        const card = await workbench.webview('.card .verdict');
        const text = await card.locator('.card').innerText();
        assert.match(text, /Flavour\s+mlflow/);
        assert.match(text, /Answers\s+one of .*, with probabilities/);
        assert.match(text, /Opening this model runs the code in its files/);
        assert.match(text, /scikit-learn\s+\d/);
        assert.doesNotMatch(text, /undefined|NaN|\[object/);
        await workbench.picture('anyModel-card');
      },
    },
    {
      name: 'it is promoted on its card',
      async run({ workbench }) {
        const card = await workbench.webview('.card .verdict');
        await card.getByRole('button', { name: 'Promote to champion…' }).click();
        assert.match(await workbench.answerModal('Promote'), /Promote orders v1 to champion\?/);
        await workbench.says('Models', 'v1', /champion/);
        await workbench.openFile('loopwright.yaml');
        const lens = workbench.page.locator('.codelens-decoration', { hasText: 'model: mlflow · v1 champion' });
        await lens.waitFor();
        await workbench.picture('anyModel-lens');
      },
    },
    {
      name: '"Serve…" answers over HTTP on this machine, and the explorer says that it is not logged',
      async run({ workbench }) {
        await workbench.command('Loopwright: Serve a model version');
        await workbench.pick('orders v1');
        const said = await workbench.message(/orders v1 answers at http:\S+\/predict/, 60_000);
        const url = /http:\S+\/predict/.exec(said)?.[0] ?? '';
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            instances: [{ amount: 40, hour: 9, country: 'de', at: '2026-03-01T09:00:00Z' }],
          }),
        });
        const answer = (await response.json()) as { model_version: number; predictions: { score: number }[] };
        assert.deepEqual([response.status, answer.model_version], [200, 1]);
        const score = answer.predictions[0]?.score ?? -1;
        assert.ok(score >= 0 && score <= 1, `a probability: ${score}`);
        assert.match(await workbench.says('Deployments', 'orders@1', /healthy/), /to try it, not logged/);
        await workbench.picture('anyModel-served');
        await workbench.rowAction('Deployments', 'orders@1', 'Stop deployment');
        await until('the end of the server', () =>
          fetch(url).then(
            () => false,
            () => true,
          ),
        );
        await workbench.noErrors();
      },
    },
  ],
};
