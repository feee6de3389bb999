import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

/** Two folders with a project each in one window. */
export const twoProjects: PersonSession = {
  prepare: (folder, root) => {
    for (const name of ['alpha', 'beta']) {
      const project = join(folder, name);
      cpSync(join(root, 'test/fixtures/project'), project, { recursive: true });
      const file = join(project, 'loopwright.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('project: small', `project: ${name}`));
    }
    const workspace = join(folder, 'two.code-workspace');
    writeFileSync(workspace, JSON.stringify({ folders: [{ path: 'alpha' }, { path: 'beta' }] }));
    return workspace;
  },
  trust: true,
  tests: [
    {
      name: 'each project has a line of its own with its life below',
      async run({ workbench }) {
        await workbench.showExplorer();
        for (const name of ['alpha', 'beta']) await workbench.row('Experiments', name).waitFor();
        const lines = await until('both lives', async () => {
          const found = await workbench.lines('Life cycle');
          return found.some((line) => line.label === 'alpha') && found.length > 8 && found;
        });
        assert.equal(lines[0]?.label, 'alpha');
        assert.equal(lines[1]?.label, 'Collect');
        await workbench.picture('twoProjects');
      },
    },
    {
      name: 'a command asks which project is meant, and only that one runs',
      async run({ workbench, folder }) {
        await workbench.command('Loopwright: Run stage');
        await workbench.pick('beta');
        await workbench.page.locator('.quick-input-widget .monaco-list-row', { hasText: 'train' }).waitFor();
        await workbench.pick('train');
        await until('the run of beta', () => existsSync(join(folder, 'beta/loopwright.lock')));
        await until('one run of beta and none of alpha', async () => {
          const lines = (await workbench.lines('Experiments')).filter((line) => line.label === 'default').map((line) => line.detail);
          return lines.join() === 'no runs yet,1 run';
        });
        assert.ok(!existsSync(join(folder, 'alpha/loopwright.lock')));
        await workbench.noErrors();
      },
    },
    {
      name: 'a file belongs to its own project: no question is asked beside it',
      async run({ workbench }) {
        await workbench.page.keyboard.press('Control+P');
        const input = workbench.page.locator('.quick-input-widget input.input');
        await input.fill('alpha/loopwright.yaml');
        await until('the file', async () => /alpha/.test(await workbench.page.locator('.quick-input-widget .monaco-list-row').first().innerText()));
        await input.press('Enter');
        await workbench.page.locator('.tab.active', { hasText: 'loopwright.yaml' }).waitFor();
        await workbench.command('Loopwright: Open run history');
        const frame = await workbench.webview('main .empty, main table.runs');
        assert.match(await frame.locator('main').innerText(), /No run yet|no run/i);
        await workbench.page.locator('.tab', { hasText: 'Runs: alpha' }).waitFor();
      },
    },
  ],
};
