import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { below } from './processes.ts';
import type { PersonSession } from './personTest.ts';
import { until } from './workbench.ts';

/** What breaks: the project file, the engine, the language server. Each is told, and each comes back. */
export const recovery: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'visits');
    cpSync(join(root, 'test/fixtures/project'), project, { recursive: true });
    const file = join(project, 'loopwright.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('stages:\n', 'stages: [\n'));
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'a project file that cannot be read says so, and a click opens the place',
      async run({ workbench }) {
        await workbench.showExplorer();
        const problem = workbench.pane('Life cycle').locator('.monaco-list-row:has(.codicon-error)').first();
        await problem.waitFor();
        await workbench.picture('broken');
        assert.doesNotMatch(await problem.innerText(), /undefined|\[object/);
        await problem.locator('.label-name').click();
        await workbench.page.locator('.tab.active', { hasText: 'loopwright.yaml' }).waitFor();
        await until(
          'the place in the file',
          async () =>
            Number(/Ln (\d+)/.exec(await workbench.page.locator('#status\\.editor\\.selection').innerText())?.[1]) > 1,
          5000,
        );
        await workbench.page.locator('.squiggly-error').first().waitFor();
      },
    },
    {
      name: 'and shows the life of the model as soon as it was mended',
      async run({ workbench, project }) {
        const file = join(project, 'loopwright.yaml');
        writeFileSync(file, readFileSync(file, 'utf8').replace('stages: [\n', 'stages:\n'));
        await workbench.says('Life cycle', 'Develop', /not run yet/);
        assert.equal((await workbench.lines('Life cycle')).length, 8);
      },
    },
    {
      name: 'an engine that is killed is told, started again, and the views go on',
      async run({ workbench, server, project }) {
        await workbench.command('Loopwright: Open run history');
        await workbench.webview('main .empty, main table.runs');
        const [pid] = below(server.pid, `cli.cjs service --project ${project}`);
        assert.ok(pid !== undefined, 'no engine runs');
        process.kill(pid, 'SIGKILL');
        assert.match(await workbench.message(/The engine of .* stopped/), /restarting/);
        await until('another engine', () =>
          below(server.pid, `cli.cjs service --project ${project}`).find((one) => one !== pid),
        );
        assert.equal((await workbench.lines('Life cycle')).length, 8);
        await workbench.command('Loopwright: Run all stale stages');
        await workbench.says('Life cycle', 'Develop', /exit code 0|accuracy/, 60_000);
        const frame = await workbench.webview('main table.runs');
        await until('the run in the open view', async () => (await frame.locator('table.runs td.name').count()) === 1);
        await workbench.closePanel();
      },
    },
    {
      name: 'a language server that is killed is told, started again, and marks mistakes again',
      async run({ workbench, server }) {
        const [pid] = below(server.pid, 'dist/server.cjs');
        assert.ok(pid !== undefined, 'no language server runs');
        process.kill(pid, 'SIGKILL');
        await workbench.message(/language server stopped and was restarted/);
        await until('another server', () => below(server.pid, 'dist/server.cjs').find((one) => one !== pid));
        await workbench.page.locator('.tab', { hasText: 'loopwright.yaml' }).click();
        await workbench.goTo(3);
        for (const key of ['End', 'Enter']) await workbench.page.keyboard.press(key);
        await workbench.page.keyboard.type('sed: 3');
        await workbench.page.keyboard.press('Escape');
        await workbench.page.locator('.squiggly-error').first().waitFor();
        for (const key of ['Shift+Home', 'Delete', 'Backspace']) await workbench.page.keyboard.press(key);
      },
    },
  ],
};
