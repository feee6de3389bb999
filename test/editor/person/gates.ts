import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordersFiles, ordersYaml } from '../../helpers/ordersProject.ts';
import { writeFiles } from '../../helpers/makeProject.ts';
import type { PersonSession } from './personTest.ts';
import { until, type Workbench } from './workbench.ts';

const yaml = ordersYaml.replace('pr_auc@champion: { min: -0.2 }', 'precision: { min: 0.1 }');

/** A row of the Test Explorer, with what a screen reader says of it. */
function testRow(workbench: Workbench, name: string) {
  return workbench.page.locator('.test-explorer .monaco-list-row', { hasText: name }).first();
}

async function says(workbench: Workbench, name: string, pattern: RegExp, ms = 60_000): Promise<void> {
  await until(
    `${name} to be ${pattern}`,
    async () => pattern.test((await testRow(workbench, name).getAttribute('aria-label')) ?? ''),
    ms,
  );
}

/** Gates in the Test Explorer: seen, run, failed, and the rows behind a failure. */
export const gates: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'orders');
    writeFiles(project, ordersFiles({ yaml }));
    mkdirSync(join(project, '.vscode'), { recursive: true });
    writeFileSync(
      join(project, '.vscode/settings.json'),
      JSON.stringify({ 'workbench.colorTheme': 'Light 2026', 'testing.automaticallyOpenTestResults': 'neverOpen' }),
    );
    execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), 'run', '--project', project], { cwd: project });
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'the Test Explorer has each gate with the outcome of the newest run',
      async run({ workbench }) {
        await workbench.openFile('loopwright.yaml', 30);
        await workbench.command('Testing: Focus on Test Explorer View');
        await says(workbench, 'validate', /passed/i);
        await testRow(workbench, 'validate').locator('.monaco-tl-twistie').click();
        await says(workbench, 'roc_auc', /passed/i);
        await says(workbench, 'precision', /passed/i);
        // One mark in the margin of each gate and of the stage.
        await until(
          'the marks beside the lines',
          async () => (await workbench.page.locator('.margin .testing-run-glyph').count()) >= 2,
        );
        await workbench.picture('gates-passed');
      },
    },
    {
      name: 'a bound that the model misses fails at its line, with what was expected and what came',
      async run({ workbench, project }) {
        const { page } = workbench;
        const file = join(project, 'loopwright.yaml');
        const changed = readFileSync(file, 'utf8').replace('precision: { min: 0.1 }', 'precision: { min: 0.999 }');
        const line = changed.split('\n').findIndex((text) => text.includes('precision: {')) + 1;
        await workbench.goTo(line);
        await page.keyboard.press('End');
        for (let i = 0; i < 5; i++) await page.keyboard.press('Backspace');
        await page.keyboard.type('0.999 }');
        await page.keyboard.press('Control+S');
        await until('the file', () => readFileSync(file, 'utf8') === changed);
        await workbench.command('Test: Run All Tests');
        await says(workbench, 'precision', /failed/i, 120_000);
        await says(workbench, 'roc_auc', /passed/i);
        await workbench.goTo(line);
        await page.locator('.test-error-content-widget, .test-message-inline-content').first().waitFor();
        await workbench.picture('gates-failed');
      },
    },
    {
      name: 'the rows that failed open as a table',
      async run({ workbench }) {
        await testRow(workbench, 'precision').hover();
        await testRow(workbench, 'precision').getByRole('button', { name: 'Go to the rows that failed' }).click();
        const frame = await workbench.webview('[role=tab][aria-selected=true]');
        await until('the rows', async () => /_error/.test(await frame.locator('[role=tabpanel]').innerText()));
        assert.match(await frame.locator('[role=tab][aria-selected=true]').innerText(), /Rows/);
        await workbench.picture('gates-rows');
      },
    },
    {
      name: 'the slices that were tested are shown as coverage of the schema',
      async run({ workbench }) {
        await workbench.command('Test: Run All Tests with Coverage');
        await until(
          'the coverage',
          async () => (await workbench.page.locator('.test-coverage-list-item-label, .test-coverage-bars').count()) > 0,
          120_000,
        );
        await workbench.picture('gates-coverage');
        await workbench.noErrors();
      },
    },
  ],
};
