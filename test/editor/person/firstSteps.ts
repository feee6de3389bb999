import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

/** A person who just installed it: an empty folder, a first project, the example. */
export const firstSteps: PersonSession = {
  prepare: (folder) => {
    const project = join(folder, 'mine');
    mkdirSync(project);
    mkdirSync(join(folder, 'elsewhere'));
    return project;
  },
  trust: true,
  bare: true,
  tests: [
    {
      name: 'an empty folder says what will stand here and creates a project at one click',
      async run({ workbench, project }) {
        await workbench.showExplorer();
        const welcome = workbench.pane('Life cycle').locator('.welcome-view-content');
        await welcome.locator('.monaco-button', { hasText: 'Create a project' }).waitFor();
        await workbench.picture('empty');
        await welcome.locator('.monaco-button', { hasText: 'Create a project' }).click();
        await until('the project file', () => existsSync(join(project, 'loopwright.yaml')));
        await workbench.says('Life cycle', 'Develop', /not run yet/);
        await workbench.page.locator('.tab.active', { hasText: 'loopwright.yaml' }).waitFor();
        await workbench.closePanel();
        await workbench.picture('created');
        await workbench.noErrors();
      },
    },
    {
      name: 'the project that was written runs as it is',
      async run({ workbench }) {
        await workbench.command('Loopwright: Run all stale stages');
        await workbench.says('Life cycle', 'Track', /1 run/);
        await workbench.says('Life cycle', 'Develop', /learning_rate|fresh|0\.01/);
        await workbench.closePanel();
      },
    },
    {
      name: 'the example is copied where the person says, with its data, and opens',
      async run({ workbench, folder, address }) {
        const { page } = workbench;
        const another = page.context().waitForEvent('page', { timeout: 60_000 });
        // Awaited below; when a step before that fails, its own end is no news.
        another.catch(() => {});
        await workbench.command('Loopwright: Open example project');
        const choices = page.locator('.quick-input-widget .monaco-list-row');
        await choices.filter({ hasText: 'Late flights' }).waitFor();
        assert.equal(await choices.count(), 3);
        await workbench.picture('examples');
        await choices.filter({ hasText: 'Card fraud' }).click();
        const input = page.locator('.quick-input-widget input.input');
        const accept = page.locator('.quick-input-widget .monaco-button', { hasText: 'Put the example here' });
        await accept.waitFor();
        // The dialog first writes its own folder into its field.
        await until('the field to hold what was typed', async () => {
          await input.fill(`${join(folder, 'elsewhere')}/`);
          await page.waitForTimeout(300);
          return (await input.inputValue()) === `${join(folder, 'elsewhere')}/`;
        });
        await accept.click();
        const target = join(folder, 'elsewhere/loopwright-fraud');
        await until('its data', () => readdirSync(join(target, 'incoming')).length >= 7);
        assert.deepEqual(readdirSync(join(target, 'experiments')).toSorted(), ['rates.experiment.yaml', 'wider.experiment.yaml']);
        const opened = await another;
        await until('its address', () => decodeURIComponent(opened.url()).includes('loopwright-fraud'));
        // The new window of a test has no extension under development: the first one goes there instead.
        await opened.close();
        await workbench.open(address(target));
        // It opens with its file, and says what to do first.
        await page.locator('.tab.active', { hasText: 'loopwright.yaml' }).waitFor();
        await page.locator('.notification-toast', { hasText: 'Run all stages: data is collected' }).waitFor();
        await workbench.showExplorer();
        await workbench.picture('example-opened');
        await workbench.says('Life cycle', 'Collect', /not run yet/);
        assert.equal((await workbench.lines('Life cycle')).length, 8);
        await workbench.noErrors();
      },
    },
  ],
};
