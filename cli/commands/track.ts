import { ProjectError } from '../../engine/base/errors.ts';
import { startTracking } from '../../engine/mlflow/trackingServer.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { jsonText } from '../safeText.ts';
import { settingLines } from '../shellVariables.ts';

export interface TrackOptions {
  port?: string;
}

/**
 * `loopwright track`: serves MLflow's tracking protocol over the project's store until it is stopped. With `--json` it
 * prints one line when it is ready.
 */
export async function track(context: CommandContext, options: TrackOptions): Promise<number> {
  const port = Number(options.port ?? '0');
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535))
    throw new ProjectError(
      `\`--port ${options.port}\` is not a port. Use a number from 0 to 65535; 0 picks a free port.`,
    );
  const server = await startTracking({ store: context.store, port });
  const { terminal } = context;
  if (context.json) terminal.line(jsonText({ uri: server.uri, token: server.token }));
  else {
    terminal.line(
      `Runs of MLflow programs are recorded in ${context.project().root}/.loopwright until this stops. In the shell of a program:`,
    );
    const variables = { MLFLOW_TRACKING_URI: server.uri, MLFLOW_TRACKING_TOKEN: server.token };
    for (const line of settingLines(variables)) terminal.line(`  ${line}`);
    terminal.line('Press Ctrl-C to stop.');
  }
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
  return exitCodes.done;
}
