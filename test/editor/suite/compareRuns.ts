import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { commands, TabInputTextDiff, window, workspace } from 'vscode';
import { commandIds } from '../../../client/commandIds.ts';
import { runUri } from '../../../client/language/runDocuments.ts';
import { activated, fileUri, picture, root, until } from './inside.ts';

suite('What changed between two runs', () => {
  test('opens the editor’s own diffs on the state of both', async () => {
    const { projects } = await activated();
    const project = await until('the project', () => projects.byRoot(root()));
    await project.need();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: root() });
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    const run = async (lr: string): Promise<string> => {
      const terminal = await until('the endpoint', () => project.engine.request('tracking/endpoint', {}));
      // A run that a program logs: the quickest there is.
      const call = async (path: string, body: unknown): Promise<{ run?: { info: { run_id: string } } }> =>
        (
          await fetch(`${terminal.uri}/api/2.0/mlflow/${path}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${terminal.token}` },
            body: JSON.stringify(body),
          })
        ).json() as Promise<{ run?: { info: { run_id: string } } }>;
      const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root(), encoding: 'utf8' }).trim();
      const made = await call('runs/create', {
        experiment_id: '0',
        start_time: Date.now(),
        tags: [{ key: 'mlflow.source.git.commit', value: commit }],
      });
      const runId = made.run?.info.run_id ?? '';
      await call('runs/log-batch', {
        run_id: runId,
        metrics: [{ key: 'f1', value: Number(lr), timestamp: Date.now(), step: 0 }],
        params: [{ key: 'lr', value: lr }],
      });
      await call('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() });
      return runId;
    };
    const a = await run('0.1');
    const text = Buffer.from(await workspace.fs.readFile(fileUri('loopwright.yaml'))).toString();
    await workspace.fs.writeFile(fileUri('extra.py'), Buffer.from('print(1)\n'));
    git('add', 'extra.py');
    git('commit', '-q', '-m', 'y');
    const b = await run('0.2');
    const read = async (runId: string, path: string) =>
      (await workspace.openTextDocument(runUri({ root: root(), runId, part: { part: 'code', path } }))).getText();
    assert.equal(await read(a, 'loopwright.yaml'), text);
    assert.deepEqual([await read(a, 'extra.py'), await read(b, 'extra.py')], ['', 'print(1)\n']);
    const params = await workspace.openTextDocument(runUri({ root: root(), runId: b, part: { part: 'params' } }));
    assert.deepEqual([params.languageId, /lr: "0\.2"/.test(params.getText())], ['yaml', true]);
    await commands.executeCommand(commandIds.compareRuns, { project: root(), runId: a, against: b, text: 'all' });
    const tab = await until(
      'the changes',
      () => window.tabGroups.activeTabGroup.activeTab?.label.includes('↔') && window.tabGroups.activeTabGroup.activeTab,
    );
    assert.ok(!(tab.input instanceof TabInputTextDiff), 'all changes stand in one editor');
    await picture('compareRuns-small');
    await commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
