import { ProjectError } from '../../engine/base/errors.ts';
import { hasSeveralModels, onlyApi } from '../../engine/project/models.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { versionText } from '../../words/models.ts';
import type { CommandContext } from '../context.ts';

export interface ServeOptions {
  port?: string;
}

/** `loopwright serve [DEPLOYMENT]`: serves an API deployment in the foreground until it is stopped. */
export async function serve(context: CommandContext, name: string | undefined, options: ServeOptions): Promise<number> {
  const config = context.config();
  const deployment = name ?? onlyApi(config);
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535))
    throw new ProjectError(`\`--port ${options.port}\` is not a port.`);
  const server = await serveDeployment({
    project: context.project(),
    store: context.store(),
    config,
    deployment,
    port,
    recordDeployment: !process.env['LOOPWRIGHT_PARENT'],
    onLog: (line) => context.terminal.note(line),
  });
  const served = versionText({ name: server.model, version: server.version }, hasSeveralModels(config));
  if (context.json)
    context.terminal.line(
      JSON.stringify({
        deployment,
        url: server.url,
        model: server.model,
        version: server.version,
        pid: process.pid,
      }),
    );
  else {
    context.terminal.line(
      `${deployment} serves ${served} at ${server.url} (POST /predict, GET /health, GET /metrics). Press Ctrl-C to stop.`,
    );
  }
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
    // The loop that started this server may be killed; the server then has to end by itself.
    if (process.env['LOOPWRIGHT_PARENT'])
      process.stdin
        .resume()
        .once('end', () => resolve())
        .once('close', () => resolve());
  });
  // The open pipe to the parent would keep this process alive.
  process.stdin.destroy();
  await server.close();
  return exitCodes.done;
}
