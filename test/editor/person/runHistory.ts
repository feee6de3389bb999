import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordersFiles } from '../../helpers/ordersProject.ts';
import { writeFiles } from '../../helpers/makeProject.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';
import type { Workbench } from './workbench.ts';

/** Finds, marks, compares and exports runs with keyboard and mouse. */
export const runHistory: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'orders');
    writeFiles(project, ordersFiles({ rows: 400 }));
    for (const epochs of ['2', '3', '4'])
      execFileSync(
        process.execPath,
        [join(root, 'dist/cli.cjs'), 'run', '--param', `epochs=${epochs}`, '--project', project],
        { cwd: project },
      );
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'a filter is completed by keyboard and narrows the runs',
      async run({ workbench }) {
        const { keyboard } = workbench.page;
        await workbench.showExplorer();
        await workbench.pane('Life cycle').locator('.monaco-list-row', { hasText: 'Train' }).first().waitFor();
        await workbench.click('Life cycle', 'Track');
        const frame = await workbench.webview('tr[aria-selected]');
        await until('three runs', async () => (await frame.locator('tr[aria-selected]').count()) === 3);
        await frame.locator('table.runs').focus();
        await keyboard.press('f');
        await keyboard.type('params.ep');
        await frame.locator('#filter-list li', { hasText: 'params.epochs' }).waitFor();
        await workbench.picture('runHistory-completion');
        await keyboard.press('Tab');
        await keyboard.type(' >= 3');
        await keyboard.press('Enter');
        await until('two runs', async () => (await frame.locator('tr[aria-selected]').count()) === 2);
      },
    },
    {
      name: 'shortcuts of the editor work from inside the filter, and what is typed next is not in it',
      async run({ workbench }) {
        const { keyboard } = workbench.page;
        const frame = await workbench.webview('#filter');
        const quickInput = workbench.page.locator('.quick-input-widget');
        for (const key of ['Control+p', 'F1', 'Control+Shift+P']) {
          await frame.locator('#filter').focus();
          await keyboard.press(key);
          await quickInput.locator('input').waitFor();
          await keyboard.press('Escape');
          await quickInput.waitFor({ state: 'hidden' });
        }
        const sideBar = workbench.page.locator('.part.sidebar');
        await frame.locator('#filter').focus();
        await keyboard.press('Control+b');
        await sideBar.waitFor({ state: 'hidden' });
        await frame.locator('#filter').focus();
        await keyboard.press('Control+b');
        await sideBar.waitFor();
        assert.equal(await frame.locator('#filter').inputValue(), 'params.epochs >= 3');
      },
    },
    {
      name: 'S stars, Delete throws away, Ctrl+Z takes back',
      async run({ workbench }) {
        const { keyboard } = workbench.page;
        const frame = await workbench.webview('tr[aria-selected]');
        await frame.locator('table.runs').focus();
        await keyboard.press('Home');
        await keyboard.press('s');
        await frame.locator('#row-0 [aria-pressed="true"]').waitFor();
        await keyboard.press('Delete');
        await until('one run', async () => (await frame.locator('tr[aria-selected]').count()) === 1);
        await frame.locator('#undo').waitFor();
        await keyboard.press('Control+z');
        await until('two runs again', async () => (await frame.locator('tr[aria-selected]').count()) === 2);
      },
    },
    {
      name: 'C compares the selected runs, and a reload of the window comes back to it',
      async run({ workbench }) {
        const { keyboard } = workbench.page;
        const frame = await workbench.webview('tr[aria-selected]');
        await frame.locator('table.runs').focus();
        await keyboard.press('Control+a');
        await until('both selected', async () => (await frame.locator('tr[aria-selected="true"]').count()) === 2);
        await keyboard.press('c');
        await frame.locator('.u-over').first().waitFor();
        await workbench.picture('runHistory-compare');
        // VS Code writes what views keep to its storage every 5 s, and tells nobody.
        await workbench.openFile('loopwright.yaml');
        await workbench.page.locator('.tab', { hasText: 'Runs: orders' }).click();
        await workbench.page.waitForTimeout(6500);
        await workbench.page.reload();
        await workbench.ready();
        const again = await workbench.webview('.u-over');
        assert.equal(await again.locator('#filter').inputValue(), 'params.epochs >= 3');
        await workbench.picture('runHistory-reloaded');
      },
    },
    {
      name: 'a scatter plot comes with a file of its own, and the importance of params says what it needs',
      async run({ workbench }) {
        const frame = await workbench.webview('.u-over');
        await frame.locator('#tab-scatter').click();
        await frame.locator('.compare .plot canvas').first().waitFor();
        await workbench.picture('runHistory-scatter');
        await frame.locator('#tab-importance').click();
        await frame.getByText('2 runs can be used, and at least 8 are needed.').waitFor();
        await workbench.picture('runHistory-importance');
        await frame.locator('#tab-curves').click();
        await frame.locator('.u-over').first().waitFor();
      },
    },
    {
      name: 'the table is written where the person says',
      async run({ workbench, project }) {
        const frame = await workbench.webview('tr[aria-selected]');
        await frame.locator('#open-export').click();
        await frame.locator('.popup-export').getByText('CSV').first().click();
        await saveAs(workbench, /runs\.csv$/, join(project, 'table.csv'));
        await until('the file', () => existsSync(join(project, 'table.csv')));
        const lines = readFileSync(join(project, 'table.csv'), 'utf8').trim().split('\n');
        assert.equal(lines.length, 3, lines.join('\n'));
        await workbench.message(/2 runs written to table\.csv/);
      },
    },
    {
      name: 'a model card is saved as one HTML file where the person says',
      async run({ workbench, project }) {
        await workbench.command('Loopwright: Open model card');
        const frame = await workbench.webview('.card table.gates');
        await frame.getByText('Save as HTML…').click();
        const file = join(project, 'card.html');
        await saveAs(workbench, /card\.html$/, file);
        await until('the file', () => existsSync(file));
        const html = readFileSync(file, 'utf8');
        assert.match(html, /<h1>orders <span class="version">v\d/);
        assert.doesNotMatch(html, /<script|<vscode-button/);
        await workbench.message(/Saved card\.html/);
      },
    },
    {
      name: 'a part of the card that nobody wrote is written where the person is led',
      async run({ workbench, project }) {
        const frame = await workbench.webview('.card table.gates');
        await frame.getByRole('button', { name: 'Write it' }).first().click();
        await workbench.page.locator('.tab.active[data-resource-name="model-card.md"]').waitFor();
        await workbench.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
        await workbench.page.keyboard.type('Not for {{ metrics.roc_auc }} of blocking.');
        // Its value in the newest version stands behind it.
        await until('the hint', async () => /\}\}\s*0\.\d{3}/.test(await workbench.editor().innerText()));
        await workbench.picture('runHistory-write-card');
        await workbench.page.keyboard.press('Control+s');
        const file = join(project, 'model-card.md');
        await until('the file to be saved', () => existsSync(file) && readFileSync(file, 'utf8').includes('Not for'));
        assert.match(
          readFileSync(file, 'utf8'),
          /^# Out-of-scope use\n\nNot for \{\{ metrics\.roc_auc \}\} of blocking\./,
        );
      },
    },
  ],
};

/** Waits for the save dialog with the name that is proposed, types a path and accepts it. */
async function saveAs(workbench: Workbench, proposed: RegExp, path: string): Promise<void> {
  const input = workbench.page.locator('.quick-input-widget input.input');
  await until('the name that is proposed', async () => proposed.test(await input.inputValue()));
  const accept = workbench.page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' });
  await accept.waitFor();
  // The dialog first writes its own folder into its field.
  await until('the field to hold what was typed', async () => {
    await input.fill(path);
    await workbench.page.waitForTimeout(300);
    return (await input.inputValue()) === path;
  });
  await accept.click();
}
