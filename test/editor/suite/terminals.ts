import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { window } from 'vscode';
import { activated, root, until } from './inside.ts';

suite('Terminals', () => {
  test('a program in a terminal logs into the project, and its run shows in the sidebar', async () => {
    const { projects } = await activated();
    const countOf = (): number =>
      project.overview?.experiments.find((experiment) => experiment.name === 'default')?.runCount ?? 0;
    const project = await until('the project', () => projects.byRoot(root()));
    await project.need();
    const before = countOf();
    const { uri, token } = await project.engine.request('tracking/endpoint', {});
    assert.match(uri, /^http:\/\/127\.0\.0\.1:\d+$/);
    const file = join(tmpdir(), `loopwright-terminal-${process.pid}.json`);
    const wanted = await until('the terminal’s environment', async () => {
      // The variables reach terminals that are opened after them.
      const terminal = window.createTerminal({ name: 'program' });
      try {
        const names = ['MLFLOW_TRACKING_URI', 'MLFLOW_TRACKING_TOKEN', 'MLFLOW_EXPERIMENT_NAME'];
        terminal.sendText(
          `printf '${names.map(() => '%s').join('\\n')}' ${names.map((name) => `"$${name}"`).join(' ')} > '${file}'`,
        );
        return await until(
          'the file',
          () =>
            existsSync(file) &&
            readFileSync(file, 'utf8').split('\n').length === 3 &&
            readFileSync(file, 'utf8').startsWith('http') &&
            readFileSync(file, 'utf8'),
          5000,
        );
      } finally {
        terminal.dispose();
      }
    });
    assert.deepEqual(wanted.split('\n'), [uri, token, 'default']);
    const call = async (path: string, body: unknown): Promise<unknown> => {
      const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 200, await response.clone().text());
      return response.json();
    };
    const { run } = (await call('runs/create', {
      experiment_id: '0',
      start_time: Date.now(),
      run_name: 'from-a-terminal',
    })) as { run: { info: { run_id: string } } };
    await call('runs/log-batch', {
      run_id: run.info.run_id,
      metrics: [{ key: 'loss', value: 0.25, timestamp: Date.now(), step: 1 }],
    });
    await call('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: Date.now() });
    // Nothing was asked for: the engine host tells that the store changed.
    await until('the run in the overview', () => countOf() === before + 1);
  });
});
