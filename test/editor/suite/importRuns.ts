import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands, window } from 'vscode';
import { commandIds } from '../../../client/commandIds.ts';
import { activated, root, until } from './inside.ts';

const id = '0123456789abcdef0123456789abcdef';
const experiment =
  "artifact_location: mlruns/0\ncreation_time: 1700000000000\nexperiment_id: '0'\nlast_update_time: 1700000000000\nlifecycle_stage: active\nname: before\n";
const run = `artifact_uri: mlruns/0/${id}/artifacts\nend_time: 1700000060000\nentry_point_name: ''\nexperiment_id: '0'\nlifecycle_stage: active\nrun_id: ${id}\nrun_name: from-mlflow\nrun_uuid: ${id}\nsource_name: train.py\nsource_type: 4\nsource_version: ''\nstart_time: 1700000000000\nstatus: 3\ntags: []\nuser_id: me\n`;

suite('runs of MLflow', () => {
  test('are found in the project, imported in a task, and told with the way to them', async () => {
    const { projects } = await activated();
    const project = await until('the project', () => projects.byRoot(root()));
    const folder = join(root(), 'mlruns');
    const files = {
      '0/meta.yaml': experiment,
      [`0/${id}/meta.yaml`]: run,
      [`0/${id}/metrics/loss`]: '1700000001000 0.5 0\n1700000002000 0.25 1\n',
      [`0/${id}/params/lr`]: '0.1',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { showQuickPick, showInformationMessage } = window;
    const told: string[] = [];
    const offered: string[] = [];
    Object.assign(window, {
      showQuickPick: (items: { label: string }[]) => {
        offered.push(...items.map(({ label }) => label));
        return Promise.resolve(items[0]);
      },
      showInformationMessage: (text: string, ...buttons: string[]) => {
        told.push([text, ...buttons].join(' | '));
        return Promise.resolve(undefined);
      },
    });
    try {
      await commands.executeCommand(commandIds.importRuns, { project: root() });
      assert.equal(offered[0], 'mlruns');
      await until('what was done', () =>
        told.find((text) => /The runs of mlruns were imported into .*Open run history/.test(text)),
      );
      const { runs } = await project.engine.request('runs/list', { experiment: 'before', limit: 5 });
      assert.deepEqual(
        runs.map(({ name, params, metrics }) => [name, params['lr'], metrics['loss']]),
        [['from-mlflow', '0.1', 0.25]],
      );
    } finally {
      Object.assign(window, { showQuickPick, showInformationMessage });
      rmSync(folder, { recursive: true });
    }
  });
});
