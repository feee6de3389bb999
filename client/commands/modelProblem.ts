import type { InspectedModel } from '../../protocol/modelFacts.ts';

/** Why a model cannot be scored on this machine. */
export interface ModelProblem {
  message: string;
  /** The command that mends it; null when no command does. */
  command: string | null;
}

/** Null when the model can be scored here, as far as its files tell. */
export function modelProblem({ facts, missing, install, pythonWhy }: InspectedModel): ModelProblem | null {
  const [problem] = facts.problems;
  if (problem !== undefined) return { message: problem, command: null };
  if (facts.needsPython && facts.python === null)
    return {
      message:
        'This model is scored by Python, and none was found. Create an environment in .venv, or select one in the Python extension.',
      command: null,
    };
  if (missing.length === 0) return null;
  return {
    message: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed in ${facts.python}${pythonWhy === null ? '' : ` (${pythonWhy.replaceAll('`', '')})`}.${install === null ? '' : ` "${install}" installs ${missing.length === 1 ? 'it' : 'them'}.`}`,
    command: install,
  };
}
