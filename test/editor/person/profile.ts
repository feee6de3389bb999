import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orders, ordersCsv, ordersFiles } from '../../helpers/ordersProject.ts';
import { writeFiles } from '../../helpers/makeProject.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

const themes = {
  light: ['Light 2026', 'vs'],
  dark: ['Dark 2026', 'vs-dark'],
  contrast: ['Default High Contrast', 'hc-black'],
} as const;

function wear(project: string, theme: keyof typeof themes): void {
  mkdirSync(join(project, '.vscode'), { recursive: true });
  writeFileSync(
    join(project, '.vscode/settings.json'),
    JSON.stringify({ 'workbench.colorTheme': themes[theme][0], 'editor.minimap.enabled': false }),
  );
}

/** Looks at data: from the explorer, a lens, a version, a file and the command palette, by mouse and by keyboard. */
export const profile: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'orders');
    writeFiles(project, ordersFiles({ rows: 3000 }));
    wear(project, 'light');
    const run = (): void =>
      void execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), 'run', 'prepare', '--project', project], {
        cwd: project,
      });
    run();
    // A month later amounts are higher.
    writeFileSync(
      join(project, 'incoming/orders-2.csv'),
      ordersCsv(orders({ rows: 2500, firstDay: 60, days: 30, seed: 2, shift: 60, prefix: 'p' })),
    );
    run();
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'a click on a dataset opens its profile',
      async run({ workbench }) {
        await workbench.showExplorer();
        await workbench.pane('Datasets').locator('.pane-header').click();
        // Room for the versions.
        for (const pane of ['Experiments', 'Models', 'Deployments'])
          await workbench.pane(pane).locator('.pane-header').click();
        await workbench.click('Datasets', 'features');
        const frame = await workbench.webview('table.columns tbody tr');
        await until('the verdict', async () =>
          /every row is valid/i.test(await frame.locator('.verdict').first().innerText()),
        );
        assert.match(await frame.locator('.profile .numbers').innerText(), /5,500 rows · 7 columns/);
        assert.match(await frame.locator('tbody tr', { hasText: 'amount' }).innerText(), /feature\s+number\s+0 %/);
        assert.match(await frame.locator('tbody tr', { hasText: 'late' }).innerText(), /target/);
        await workbench.page.locator('.tab.active', { hasText: 'Profile: features' }).waitFor();
        await workbench.picture('profile');
      },
    },
    {
      name: 'by keyboard: down to a column, its detail, a filter, and back',
      async run({ workbench }) {
        const { keyboard } = workbench.page;
        const frame = await workbench.webview('table.columns');
        await until('the focus in the table', () =>
          frame.evaluate(() => document.activeElement?.classList.contains('columns')),
        );
        await keyboard.press('ArrowDown');
        await keyboard.press('ArrowDown');
        await keyboard.press('Enter');
        await until('the detail', async () => (await frame.locator('.detail h2').innerText()) === 'amount');
        assert.match(await frame.locator('.detail').innerText(), /Median[\s\S]*Mean ± std/);
        await workbench.picture('profile-detail');
        await keyboard.press('/');
        await until('the focus in the filter', () => frame.evaluate(() => document.activeElement?.id === 'filter'));
        await keyboard.type('timestamp');
        await until('one column', async () => (await frame.locator('table.columns tbody tr').count()) === 1);
        await keyboard.press('Escape');
        await until('all columns', async () => (await frame.locator('table.columns tbody tr').count()) === 7);
        await keyboard.press('Escape');
        await frame.locator('.detail').waitFor({ state: 'detached' });
      },
    },
    {
      name: 'a version below a dataset is compared with the one before',
      async run({ workbench }) {
        const row = workbench.row('Datasets', 'features');
        await row.locator('.monaco-tl-twistie').click();
        const versions = await until('two versions', async () => {
          const found = (await workbench.lines('Datasets')).filter(({ label }) => /^[\da-f]{8}$/.test(label));
          return found.length === 2 && found;
        });
        assert.match(versions[0]?.detail ?? '', /5,500 rows · \+2,500/);
        await workbench.click('Datasets', versions[0]?.label ?? '');
        const frame = await workbench.webview('.miniature .then');
        await until('what changed', async () =>
          /Compared with features@[\da-f]{8}: \d+ of \d+ columns drifted: .*2,500 rows more than the 3,000 before/.test(
            await frame.locator('.verdict').nth(1).innerText(),
          ),
        );
        assert.match(await frame.locator('tbody tr', { hasText: 'amount' }).innerText(), /drifted/);
        await frame.locator('tbody tr', { hasText: 'amount' }).click();
        await frame.locator('.detail path.then').waitFor();
        await workbench.picture('profile-compare');
      },
    },
    {
      name: 'a lens above a dataset and the command palette lead to it',
      async run({ workbench }) {
        await workbench.openFile('loopwright.yaml', 8);
        const lens = await workbench.lens('Profile', '  orders:');
        await lens.click();
        await workbench.page.locator('.tab.active', { hasText: 'Profile: orders' }).waitFor();
        const frame = await workbench.webview('table.columns tbody tr');
        await until('the profile of orders', async () =>
          /5,500 rows · 6 columns/.test(await frame.locator('.profile .numbers').innerText()),
        );
        await workbench.command('Loopwright: Open data profile');
        await workbench.pick('features@');
        await workbench.page.locator('.tab.active', { hasText: 'Profile: features@' }).waitFor();
      },
    },
    {
      name: 'a file of the explorer, from its menu',
      async run({ workbench }) {
        const { page } = workbench;
        await page.locator('.activitybar .action-label[aria-label^="Explorer"]').click();
        await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'incoming' }).click();
        const file = page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'orders-2.csv' });
        await file.waitFor();
        const item = page.locator('.monaco-menu .action-item', { hasText: 'Open data profile' });
        // A menu takes no click in its first moment.
        await until('the profile of the file', async () => {
          if (!(await item.isVisible())) await file.click({ button: 'right', timeout: 2000 });
          await item.click({ timeout: 2000 });
          await page.locator('.tab.active', { hasText: 'Profile: incoming/orders-2.csv' }).waitFor({ timeout: 2000 });
          return true;
        });
        const frame = await workbench.webview('table.columns tbody tr');
        await until('the profile of the file', async () =>
          /2,500 rows · 6 columns/.test(await frame.locator('.profile .numbers').innerText()),
        );
        await frame.locator('#tab-rows').click();
        await frame.locator('table.values tbody tr').first().waitFor();
        await workbench.picture('profile-file');
        await workbench.noErrors();
      },
    },
    {
      name: 'a reload of the window comes back to the same data, compared with the same version',
      async run({ workbench }) {
        const { page } = workbench;
        await page.locator('.tab', { hasText: 'Profile: features' }).first().click();
        const before = await workbench.webview('#against');
        await before.locator('#against').selectOption({ index: 1 });
        const title = page.locator('.tab.active', { hasText: /Profile: features against features@[\da-f]{8}/ });
        await title.waitFor();
        // VS Code writes what views keep to its storage every 5 s, and tells nobody.
        await page.locator('.tab', { hasText: 'loopwright.yaml' }).click();
        await title
          .or(page.locator('.tab', { hasText: 'Profile: features against' }))
          .first()
          .click();
        await page.waitForTimeout(6500);
        await page.reload();
        await workbench.ready();
        const after = await workbench.webview('.miniature .then');
        await until('the comparison', async () =>
          /Compared with features@/.test(await after.locator('.verdict').nth(1).innerText()),
        );
        await page.locator('.tab.active', { hasText: 'Profile: features against features@' }).waitFor();
      },
    },
    {
      name: 'every part in dark, light and high contrast',
      async run({ workbench, project }) {
        const { page } = workbench;
        await page.locator('.tab', { hasText: 'Profile: incoming/orders-2.csv' }).click();
        // The view of the tab before may still stand there, and a click on one that is filling itself can miss.
        const frame = await workbench.webview('.profile .numbers:has-text("2,500 rows"):has-text("6 columns")');
        await frame.locator('.verdict:not(.waiting)').first().waitFor();
        for (const theme of ['dark', 'contrast', 'light'] as const) {
          wear(project, theme);
          await page.locator(`.monaco-workbench.${themes[theme][1]}`).waitFor();
          for (const part of ['columns', 'correlation', 'quality', 'rows']) {
            await frame.locator(`#tab-${part}`).click();
            await frame
              .locator(
                { columns: 'table.columns', correlation: 'table.heat', quality: '.quality', rows: 'table.values' }[
                  part
                ] ?? '',
              )
              .waitFor();
            await page.waitForTimeout(250);
            await workbench.picture(`profile-${part}-${theme}`);
          }
        }
      },
    },
  ],
};
