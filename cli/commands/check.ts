import { checkProject } from '../../engine/checks/checkProject.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { problemLine, type CommandContext } from '../context.ts';

/** `loopwright check`: every finding about the project's files. */
export async function check(context: CommandContext): Promise<number> {
  const problems = checkProject(context.project());
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  if (context.json) context.printJson(problems);
  else {
    for (const problem of problems) context.terminal.line(problemLine(problem));
    const warnings = problems.length - errors;
    context.terminal.line(problems.length === 0 ? 'No problems.' : `${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`);
  }
  return errors > 0 ? exitCodes.failed : exitCodes.done;
}
