import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonSession } from './personTest.ts';

const dvcYaml = `stages:
  prepare:
    cmd: mkdir data && echo 1 > data/rows.csv
    outs: [data]
  train:
    cmd: printf '{"accuracy":0.75}' > metrics.json
    deps: [data/rows.csv]
    params: [lr]
    metrics: [metrics.json]
`;

/** A folder of DVC as its people have it, without any file of ours. */
export const dvcFolder: PersonSession = {
  prepare: (folder) => {
    const project = join(folder, 'flowers');
    mkdirSync(project);
    writeFileSync(join(project, 'dvc.yaml'), dvcYaml);
    writeFileSync(join(project, 'params.yaml'), 'lr: 0.1\n');
    return project;
  },
  trust: true,
  tests: [
    {
      name: 'is a project: its stages stand in the explorer and run, with what they measured',
      async run({ workbench, project }) {
        await workbench.showExplorer();
        await workbench.says('Life cycle', 'Develop', /not run yet/);
        await workbench.command('Loopwright: Run all stale stages');
        await workbench.says('Life cycle', 'Develop', /accuracy/, 60_000);
        assert.ok(existsSync(join(project, 'metrics.json')));
        await workbench.says('Experiments', 'default', /1 run/);
        await workbench.picture('dvcFolder');
        await workbench.noErrors();
      },
    },
    {
      name: 'a stage is opened where it stands in the dvc.yaml',
      async run({ workbench }) {
        await workbench.row('Life cycle', 'Develop').locator('.monaco-tl-twistie').click();
        await workbench.row('Life cycle', 'train').waitFor();
        await workbench.click('Life cycle', 'train');
        await workbench.page.locator('.tab.active', { hasText: 'dvc.yaml' }).waitFor();
      },
    },
  ],
};
