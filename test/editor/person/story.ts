import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { portOf, smallFraud } from './fraud.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

interface Answer {
  model: string;
  model_version: number;
  predictions: { score: number; prediction: unknown }[];
}

const transaction = {
  at: '2026-03-31T10:00:00Z',
  amount: 29.4,
  merchant_category: 'groceries',
  hour: 1,
  distance_km: 18.5,
  device_age_days: 263,
  country: 'DE',
  transactions_last_day: 0,
  is_online: false,
};

/** The life of a model as a person lives it: one window, from a typing mistake to the retrained model. */
export const story: PersonSession = {
  prepare: smallFraud,
  trust: true,
  bare: true,
  tests: [
    {
      name: 'a mistake is marked while it is typed, and the mark goes with it',
      async run({ workbench }) {
        await workbench.showExplorer();
        await workbench.says('Life cycle', 'Collect', /not run yet/);
        await workbench.openFile('loopwright.yaml', 3);
        await workbench.page.keyboard.press('End');
        await workbench.page.keyboard.press('Enter');
        await workbench.page.keyboard.type('stagess: 3');
        await workbench.page.keyboard.press('Escape');
        await workbench.page.locator('.squiggly-error').first().waitFor();
        await until('the status bar to count the error', async () =>
          /1/.test(await workbench.page.locator('#status\\.problems').innerText()),
        );
        await workbench.picture('story-mistake');
        for (const key of ['Shift+Home', 'Delete', 'Backspace', 'Control+S']) await workbench.page.keyboard.press(key);
        await workbench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
      },
    },
    {
      name: 'the lens above validate runs all four stages in a task',
      async run({ workbench, project }) {
        await workbench.goTo(37);
        await workbench.pressLens('Run', '  validate:', () => workbench.hasPanel());
        for (const part of ['Collect', 'Prepare', 'Develop', 'Validate'])
          await workbench.row('Life cycle', part).waitFor();
        await workbench.says('Life cycle', 'Validate', /pr_auc 0\.\d+ · 4 gates passed · v1/, 60_000);
        assert.match(await workbench.detail('Life cycle', 'Collect'), /rows · .*quarantined/);
        assert.match(await workbench.detail('Life cycle', 'Prepare'), /rows/);
        assert.match(await workbench.detail('Life cycle', 'Develop'), /best epoch/);
        await workbench.lens('fresh', '  validate:');
        await workbench.picture('story-ran');
        assert.ok(existsSync(join(project, 'loopwright.lock')));
        await workbench.closePanel();
      },
    },
    {
      name: 'the explorer has the run and the version, the run history has the same run',
      async run({ workbench }) {
        await workbench.click('Experiments', 'default');
        const run = await until('the run in the tree', async () =>
          (await workbench.lines('Experiments')).find(
            ({ label, detail }) => label !== 'default' && /pr_auc/.test(detail),
          ),
        );
        await workbench.click('Experiments', run.label);
        const frame = await workbench.webview('table.runs');
        assert.deepEqual(await frame.locator('table.runs td.name button').allInnerTexts(), [run.label]);
        assert.match(await frame.locator('table.runs').innerText(), /finished/);
        const detail = frame.locator('.detail');
        await detail.getByRole('button', { name: 'Reproduce' }).waitFor();
        assert.match(await detail.innerText(), /pr_auc/);
        await workbench.says('Models', 'v1', /challenger/);
        await workbench.picture('story-runHistory');
      },
    },
    {
      name: 'the model card shows version 1 with its gates and what a person wrote',
      async run({ workbench }) {
        await workbench.click('Models', 'v1');
        const frame = await workbench.webview('.card');
        assert.match(await frame.locator('h1').innerText(), /card-fraud v1/);
        assert.match(await frame.locator('.verdict').innerText(), /All 4 gates passed/);
        assert.match(await frame.locator('blockquote').first().innerText(), /written by a person/);
        assert.equal(await frame.locator('table.gates tbody tr').count(), 4);
        await workbench.picture('story-card');
      },
    },
    {
      name: 'promotion asks first, with the gates, and makes the champion',
      async run({ workbench }) {
        await workbench.command('Loopwright: Promote a model version');
        await workbench.pick('v1');
        await workbench.page.locator('.monaco-dialog-box').waitFor();
        await workbench.picture('story-promote');
        const asked = await workbench.answerModal('Promote');
        assert.match(asked, /Promote card-fraud v1 to champion\?/);
        assert.match(asked, /✓ passed\s+pr_auc/);
        await workbench.message(/v1 is now the champion/);
        await workbench.says('Models', 'v1', /champion/);
        const card = await workbench.webview('.card .badge');
        await until('the badge on the open card', async () =>
          (await card.locator('.badge').allInnerTexts()).includes('champion'),
        );
      },
    },
    {
      name: 'a deployment answers over HTTP with its version, and the explorer counts what it served',
      async run({ workbench, project }) {
        await workbench.command('Loopwright: Start deployment');
        const url = `http://127.0.0.1:${portOf(project)}`;
        await until('the API', async () => (await fetch(`${url}/health`)).ok);
        await workbench.says('Deployments', 'production', /healthy · v1 · :\d+/);
        const answer = await fetch(`${url}/predict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ instances: [transaction, transaction, { ...transaction, amount: 900 }] }),
        });
        const body = (await answer.json()) as Answer;
        assert.equal(answer.status, 200, JSON.stringify(body));
        assert.equal(body.model_version, 1);
        assert.equal(body.predictions.length, 3);
        assert.ok(body.predictions.every((one) => one.score >= 0 && one.score <= 1));
        await workbench.says('Deployments', 'production', /3 served/);
        await workbench.says('Life cycle', 'Deploy', /production v1 · 3 served/);
        await workbench.picture('story-deployed');
      },
    },
    {
      name: 'stopping it ends the task and closes the port',
      async run({ workbench, project }) {
        await workbench.rowAction('Life cycle', 'Deploy', 'Stop deployment');
        await workbench.says('Deployments', 'production', /stopped/);
        await until('the port to be closed', () => refused(portOf(project)));
        await workbench.closePanel();
      },
    },
    {
      name: 'three more months are played through the API, and the window follows by itself',
      async run({ workbench, project, folder, cli }) {
        cpSync(join(folder, 'later'), join(project, 'incoming'), { recursive: true });
        const played = await program(
          cli,
          [
            'loop',
            '--project',
            project,
            '--replay',
            'incoming/transactions-2026-0[45].csv',
            '--from',
            '2026-04-01',
            '--to',
            '2026-06-01',
            '--port',
            '0',
          ],
          project,
        );
        assert.equal(played.code, 0, played.output);
        await workbench.says('Deployments', 'production', /[\d,]{5,} served/);
        assert.equal((await workbench.lines('Deployments')).filter((line) => /^monitor/.test(line.detail)).length, 1);
      },
    },
    {
      name: 'the drift view shows the windows, what drifted and that it hurts',
      async run({ workbench }) {
        await workbench.click('Life cycle', 'Monitor');
        const frame = await workbench.webview('.drift .verdict');
        assert.match(await frame.locator('.drift').innerText(), /9 windows|8 windows|10 windows/);
        assert.match(
          await frame.locator('.verdict').innerText(),
          /pr_auc 0\.\d+ \(95 % interval .*\), expected at least 0\.750/,
        );
        await frame.locator('.timeline canvas').first().waitFor();
        await frame.locator('.distribution').waitFor();
        assert.match(await frame.locator('.selected').innerText(), /drifted/);
        await frame.locator('details summary').first().click();
        assert.match(await frame.locator('details table').innerText(), /score \(model output\)/);
        await workbench.picture('story-drift');
      },
    },
    {
      name: 'Retrain makes a new version through the gates',
      async run({ workbench }) {
        const frame = await workbench.webview('.drift');
        await frame.getByText('Retrain', { exact: true }).click();
        // Four stages, beside other suites.
        await workbench.row('Models', 'v2').waitFor({ timeout: 240_000 });
        await workbench.says('Models', 'v2', /pr_auc/);
        await workbench.closePanel();
        await workbench.click('Models', 'v2');
        await until('the card of version 2', async () =>
          /card-fraud v2/.test(await (await workbench.webview('.card h1')).locator('h1').innerText()),
        );
        await workbench.picture('story-retrained');
      },
    },
    {
      name: 'a reload of the window brings the views back as they were left',
      async run({ workbench }) {
        const { page } = workbench;
        await page.locator('.tab', { hasText: 'Drift: production' }).click();
        const before = await workbench.webview('.drift .selected h2');
        const first = await before.locator('.selected h2').innerText();
        await before.locator('.timeline').focus();
        await page.keyboard.press('ArrowDown');
        const chosen = await until('another feature', async () => {
          const now = await before.locator('.selected h2').innerText();
          return now !== first && now;
        });
        // VS Code writes what views keep to its storage every 5 s, later on a loaded machine, and tells nobody.
        await page.locator('.tab', { hasText: 'loopwright.yaml' }).click();
        await page.locator('.tab', { hasText: 'Drift: production' }).click();
        await page.waitForTimeout(20_000);
        await page.reload();
        await workbench.ready();
        // A loaded machine can keep which tab was in front later than what the views keep.
        await page.locator('.tab', { hasText: 'Drift: production' }).click();
        const after = await workbench.webview('.drift .selected h2');
        assert.equal(await after.locator('.selected h2').innerText(), chosen);
        assert.ok((await page.locator('.tab', { hasText: 'card-fraud v2' }).count()) > 0);
        await workbench.picture('story-reloaded');
        await workbench.noErrors();
      },
    },
  ],
};

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

function program(cli: string, args: string[], cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('exit', (code) => resolve({ code, output }));
  });
}
