import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands, tasks } from 'vscode';
import { commandIds } from '../../../client/commandIds.ts';
import { activated, fileUri, root, until, withFile } from './inside.ts';

function taskEnd(name: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const watch = tasks.onDidEndTaskProcess((event) => {
      if (event.execution.task.name !== name) return;
      watch.dispose();
      resolve(event.exitCode);
    });
  });
}

suite('stages', () => {
  test('are offered as tasks', async () => {
    const found = await tasks.fetchTasks({ type: 'loopwright' });
    const names = found.map((task) => task.name);
    for (const name of ['run all', 'run prepare', 'run train', 'run all (slower)', 'check'])
      assert.ok(names.includes(name), names.join(', '));
  });

  test('run in a task, and the run is listed afterwards without asking', async () => {
    const { projects } = await activated();
    const [project] = projects.all;
    assert.ok(project);
    const ended = taskEnd('run train');
    await commands.executeCommand(commandIds.runStage, { project: root(), stage: 'train' });
    assert.equal(await ended, 0);
    const page = await project.engine.request('runs/list', { offset: 0, limit: 10 });
    assert.equal(page.runs[0]?.status, 'finished');
    await until('the stage to be fresh in the overview', () =>
      project.overview?.stages.every((stage) => stage.state === 'fresh'),
    );
  });

  test('say why they are stale after a param changed', async () => {
    const { projects } = await activated();
    const [project] = projects.all;
    const text = readFileSync(fileUri('loopwright.yaml').fsPath, 'utf8');
    await withFile('loopwright.yaml', text.replace('learning_rate: 0.1', 'learning_rate: 0.2'), async () => {
      const stage = await until('a stale stage', () =>
        project?.overview?.stages.find((one) => one.name === 'train' && one.state === 'stale'),
      );
      assert.match(stage.reasons.join(), /learning_rate/);
    });
    await until(
      'it to be fresh again',
      () => project?.overview?.stages.find((one) => one.name === 'train')?.state === 'fresh',
    );
  });

  test('stop with their whole process tree', async () => {
    const { projects } = await activated();
    const [project] = projects.all;
    const before = readFileSync(fileUri('loopwright.yaml').fsPath, 'utf8');
    await withFile(
      'loopwright.yaml',
      `${before}  forever:\n    cmd: node -e "require('fs').writeFileSync('pid.txt', String(process.pid)); setInterval(() => {}, 1000)"\n`,
      async () => {
        await until('the new stage', () => project?.overview?.stages.some((one) => one.name === 'forever'));
        const ended = taskEnd('run forever');
        await commands.executeCommand(commandIds.runStage, { project: root(), stage: 'forever' });
        const pid = await until('the process', () => Number(readFileSync(fileUri('pid.txt').fsPath, 'utf8')) || null);
        tasks.taskExecutions.find((execution) => execution.task.name === 'run forever')?.terminate();
        await ended;
        await until('the process to be gone', () => !alive(pid), 15_000);
      },
    );
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
