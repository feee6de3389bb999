import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonSession } from './personTest.ts';
import { until, type Workbench } from './workbench.ts';

const inner =
  'version: 1\nproject: inner\nstages:\n  train:\n    cmd: "echo inner > train.txt"\n    outs: [train.txt]\n';

/**
 * Two folders in one window: a monorepo with a project in a project, a .yml and an ignored one, and a folder below a
 * project.
 */
export const manyProjects: PersonSession = {
  prepare: (folder, root) => {
    const mono = join(folder, 'mono');
    for (const name of ['alpha', 'beta']) {
      const project = join(mono, 'services', name);
      cpSync(join(root, 'test/fixtures/project'), project, { recursive: true });
      const file = join(project, 'loopwright.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('project: small', `project: ${name}`));
    }
    for (const [path, text] of Object.entries({
      'services/alpha/ml/loopwright.yml': inner,
      'built/loopwright.yaml': inner.replace('inner', 'built'),
      '.gitignore': 'built/\n',
      '../around/loopwright.yaml': inner.replace('inner', 'around'),
      '../around/sql/x.sql': 'SELECT 1\n',
    })) {
      mkdirSync(join(mono, path, '..'), { recursive: true });
      writeFileSync(join(mono, path), text);
    }
    const workspace = join(folder, 'many.code-workspace');
    writeFileSync(
      workspace,
      JSON.stringify({
        folders: [{ path: 'mono' }, { path: 'around/sql' }],
        settings: { 'files.associations': { '*.yml': 'yaml' } },
      }),
    );
    return workspace;
  },
  trust: true,
  tests: [
    {
      name: 'the project around a folder and those below one are found, not what is ignored; one is shown and can be chosen',
      async run({ workbench }) {
        await workbench.showExplorer();
        await choices(workbench, ['alpha', 'inner', 'beta', 'around']);
        await workbench.picture('chooseProject');
        await workbench.pick('alpha');
        await shows(workbench, 'mono/services/alpha', 'chosen');
        await workbench.row('Experiments', 'slower').waitFor();
        assert.match(await which(workbench), /mono\/services\/alpha/);
        await workbench.picture('manyProjects');
      },
    },
    {
      name: 'a command acts on the chosen project and says so, whatever file is in front',
      async run({ workbench, folder }) {
        await workbench.openFile('beta/loopwright.yaml');
        await workbench.command('Loopwright: Run stage');
        await workbench.page
          .locator('.quick-input-title', { hasText: 'Run which stage? (mono/services/alpha)' })
          .waitFor();
        await workbench.pick('train');
        await until('the run of alpha', () => existsSync(join(folder, 'mono/services/alpha/loopwright.lock')));
        await workbench.says('Experiments', 'default', /1 run/);
        assert.ok(!existsSync(join(folder, 'mono/services/beta/loopwright.lock')));
        await workbench.closePanel();
      },
    },
    {
      name: 'the choice outlives a reload; given back, the sidebar follows the editor',
      async run({ workbench }) {
        await workbench.page.reload();
        await workbench.ready();
        await shows(workbench, 'alpha', 'chosen');
        await workbench.page.locator('.statusbar-item[id*="loopwright.project"]').click();
        await workbench.pick('Follow the active editor');
        await shows(workbench, 'beta');
        await workbench.noErrors();
      },
    },
    {
      name: 'Run above a stage of the inner file runs the inner project, though another language took the file',
      async run({ workbench, folder }) {
        await workbench.openFile('ml/loopwright.yml');
        await workbench.message(
          /loopwright\.yml has the language mode "yaml", set by "\*\.yml" in the setting files\.associations/,
        );
        await shows(workbench, 'inner');
        await workbench.pressLens('Run', 'train:', () => workbench.hasPanel());
        await until('the run of the inner project', () => existsSync(join(folder, 'mono/services/alpha/ml/train.txt')));
        assert.match(await workbench.page.locator('.part.panel').innerText(), /run train in services\/alpha\/ml/);
        await workbench.closePanel();
        await workbench.pressInMessage('loopwright.yml has the language mode', 'Use Loopwright');
        await workbench.page.locator('#status\\.editor\\.mode', { hasText: 'Loopwright project' }).waitFor();
        await workbench.noErrors();
      },
    },
    {
      name: 'projects that come and go while the window is open are noticed, a deleted folder and a new rule of .gitignore too',
      async run({ workbench, folder }) {
        const mono = join(folder, 'mono');
        mkdirSync(join(mono, 'services/gamma/deep'), { recursive: true });
        writeFileSync(join(mono, 'services/gamma/deep/loopwright.yml'), inner.replace('inner', 'gamma'));
        await choices(workbench, ['alpha', 'inner', 'beta', 'gamma', 'around']);
        rmSync(join(mono, 'services/gamma'), { recursive: true });
        await choices(workbench, ['alpha', 'inner', 'beta', 'around']);
        writeFileSync(join(mono, '.gitignore'), 'built/\nbeta/\n');
        await choices(workbench, ['alpha', 'inner', 'around']);
        await workbench.noErrors();
      },
    },
  ],
};

/** Asks for the list of projects and waits until it has these, and no other. */
async function choices(workbench: Workbench, names: readonly string[]): Promise<void> {
  const rows = workbench.page.locator('.quick-input-widget .monaco-list-row .label-name');
  await until(`the projects ${names.join(', ')}`, async () => {
    // A list that is open stays as it was.
    if (await rows.first().isVisible()) await workbench.page.keyboard.press('Escape');
    await workbench.command('Loopwright: Choose project');
    await workbench.page.locator('.quick-input-title', { hasText: 'Which project' }).waitFor();
    const found = (await rows.allInnerTexts()).slice(1).join();
    if (found === names.join()) return true;
    await workbench.page.keyboard.press('Escape');
    throw new Error(`there are ${found}`);
  });
}

async function shows(workbench: Workbench, title: string, more = ''): Promise<void> {
  const header = workbench.pane('Life cycle').locator('.pane-header .description');
  await until(`the sidebar to show ${title}`, async () => {
    const text = await header.innerText({ timeout: 1000 });
    if (!text.includes(title) || !text.includes(more)) throw new Error(`it shows "${text}"`);
    return true;
  });
}

async function which(workbench: Workbench): Promise<string> {
  return workbench.page.locator('.statusbar-item[id*="loopwright.project"]').innerText();
}
