import { env, window } from 'vscode';
import type { RowSubject } from '../views/row.ts';
import { mayRun, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';

type Way = 'terminal' | 'shell' | 'powershell' | 'dotenv' | 'python' | 'address';

/**
 * Starts the MLflow endpoint of the project and gives its address to a program: in a terminal, or copied for a shell,
 * a .env file or a notebook.
 */
export function trackPrograms(context: CommandContext): (given?: RowSubject) => Promise<void> {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (!project) return;
    const { uri, token } = await project.engine.request('tracking/endpoint', {});
    const values = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_EXPERIMENT_NAME: 'default' };
    const way = await pick<Way>(`Programs that use MLflow log into ${project.name} at ${uri}`, [
      {
        ...choice<Way>('terminal', 'Open a terminal that logs here', '', 'terminal'),
        detail: 'Start your program there. Its run appears in the Experiments view.',
      },
      choice<Way>('shell', 'Copy for a shell', 'export MLFLOW_TRACKING_URI=…', 'copy'),
      choice<Way>('powershell', 'Copy for PowerShell', '$env:MLFLOW_TRACKING_URI = …', 'copy'),
      choice<Way>('dotenv', 'Copy for a .env file', 'MLFLOW_TRACKING_URI=…', 'copy'),
      choice<Way>('python', 'Copy for a notebook', 'os.environ.update(…)', 'notebook'),
      choice<Way>('address', 'Copy the address', uri, 'link'),
    ]);
    if (way === undefined) return;
    if (way === 'terminal')
      return window.createTerminal({ name: `Track ${project.name}`, cwd: project.root, env: values }).show();
    await env.clipboard.writeText(textFor(way, values));
    void window.showInformationMessage(
      `Copied. The endpoint is available while this window is open. The address and the token stay the same next time.`,
    );
  };
}

function textFor(way: Exclude<Way, 'terminal'>, values: Record<string, string>): string {
  const each = (write: (name: string, value: string) => string): string =>
    Object.entries(values)
      .map(([name, value]) => write(name, value))
      .join('\n');
  switch (way) {
    case 'shell':
      return each((name, value) => `export ${name}='${value}'`);
    case 'powershell':
      return each((name, value) => `$env:${name} = '${value}'`);
    case 'dotenv':
      return each((name, value) => `${name}=${value}`);
    case 'python':
      return `import os\nos.environ.update({\n${each((name, value) => `    "${name}": "${value}",`)}\n})`;
    case 'address':
      return values['MLFLOW_TRACKING_URI'] ?? '';
  }
}
