import { ProjectError } from '../../engine/base/errors.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';

export interface ServeOptions {
  port?: string;
}

/** `loopwright serve [DEPLOYMENT]`: an API deployment in the foreground, until it is stopped. */
export async function serve(context: CommandContext, name: string | undefined, options: ServeOptions): Promise<number> {
  const config = context.config();
  const apis = Object.entries(config.deployments ?? {})
    .filter(([, deployment]) => deployment.as === 'api')
    .map(([key]) => key);
  const deployment = name ?? apis[0];
  if (deployment === undefined) throw new ProjectError('No api deployment is declared under `deployments`.');
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
  if (context.json)
    context.terminal.line(JSON.stringify({ deployment, url: server.url, version: server.version, pid: process.pid }));
  else {
    context.terminal.line(
      `${deployment} serves v${server.version} at ${server.url} (POST /predict, GET /health, GET /metrics). Ctrl-C stops it.`,
    );
  }
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
    // The parent that started a server for a loop may be killed; then nobody would stop it.
    if (process.env['LOOPWRIGHT_PARENT'])
      process.stdin
        .resume()
        .once('end', () => resolve())
        .once('close', () => resolve());
  });
  // The open pipe to a parent would keep this process alive.
  process.stdin.destroy();
  await server.close();
  return exitCodes.done;
}
