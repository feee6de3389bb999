import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { below } from './processes.ts';
import type { PersonSession } from './personTest.ts';

/** A folder that nobody trusted: it says what it does not do and why, and one click leads to trusting it. */
export const untrustedFolder: PersonSession = {
  prepare: (folder, root) => {
    const project = join(folder, 'visits');
    cpSync(join(root, 'test/fixtures/project'), project, { recursive: true });
    return project;
  },
  trust: false,
  tests: [
    {
      name: 'says that files are checked but nothing runs',
      async run({ workbench, server }) {
        await workbench.showExplorer();
        const welcome = workbench.pane('Life cycle').locator('.welcome-view-content');
        await welcome.getByText('Restricted mode').waitFor();
        assert.match(await welcome.innerText(), /checks and explains the files of this project but runs nothing/);
        assert.equal(await workbench.status(), 'Loopwright');
        assert.deepEqual(below(server.pid, 'cli.cjs service'), []);
        assert.deepEqual(below(server.pid, 'facts.cjs'), [], 'no data is read');
        await workbench.picture('untrusted-person');
      },
    },
    {
      name: 'shows the life of the model as soon as it is trusted',
      async run({ workbench }) {
        await workbench
          .pane('Life cycle')
          .locator('.welcome-view-content .monaco-button', { hasText: 'Manage trust' })
          .click();
        await workbench.page
          .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
          .first()
          .click();
        await workbench.says('Life cycle', 'Develop', /not run yet/);
      },
    },
  ],
};
