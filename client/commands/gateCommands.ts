import { window } from 'vscode';
import { plural } from '../../words/numbers.ts';
import { commandIds } from '../commandIds.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, pickDeclared, projectOf } from './ask.ts';
import type { CommandContext } from './context.ts';
import { choice } from './pick.ts';

/** Opens the test rows that speak against a gate as a table. */
export function gateCommands(context: CommandContext): Record<string, (given?: RowSubject) => Promise<void>> {
  return {
    [commandIds.openFailedRows]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const judged = (await project.engine.request('gates/list', {})).filter(({ history }) => history.length > 0);
      const test =
        judged.find(({ stage, gate }) => stage === given?.stage && gate === given.gate) ??
        (await pickDeclared(
          project,
          'The rows of which gate?',
          judged.map((one) => choice(one, one.gate, `${one.stage}: ${one.outcome}, ${one.actual}`, 'beaker')),
          { text: 'No gate of this project was judged yet. Run its validate stage.', part: 'validate' },
        ));
      const runId = test?.history[0]?.runId;
      if (!test || runId === undefined) return;
      const found = await project.engine.request('gates/rows', { runId, stage: test.stage, gate: test.gate });
      if (found.rows === 0)
        return void window.showInformationMessage(
          `None of ${plural(found.of, 'test row')} speaks against ${test.gate}.`,
        );
      context.panels.show('profile', project, {
        subject: { kind: 'file', path: found.path },
        against: null,
        tab: 'rows',
      });
      void window.setStatusBarMessage(`${plural(found.rows, 'test row')} ${found.which}, the worst first`, 8000);
    },
  };
}
