import { aliasNumbers } from '../aliasNumbers.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import { hasSeveralModels, modelNamed, onlyApi } from '../../engine/project/models.ts';
import { keepPredictionsDaily } from '../../engine/monitoring/keepPredictions.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import type { ModelRef } from '../../protocol/models.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { versionText } from '../../words/models.ts';
import type { CommandContext } from '../context.ts';
import { readVersion } from '../readOption.ts';
import { jsonText } from '../safeText.ts';

export interface ServeOptions {
  model?: string;
  port?: string;
}

/** `loopwright serve [DEPLOYMENT]`: serves an API deployment, or one version, in the foreground until it is stopped. */
export async function serve(context: CommandContext, name: string | undefined, options: ServeOptions): Promise<number> {
  const config = context.config();
  if (name !== undefined && options.model !== undefined)
    throw new ProjectError('Name a deployment or give `--model NAME@3`, not both.');
  const deployment = options.model === undefined ? (name ?? onlyApi(config)) : versionNamed(context, options.model);
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
  const retention = keepPredictionsDaily(context.store(), config, (line) => context.terminal.note(line));
  const served = versionText({ name: server.model, version: server.version }, hasSeveralModels(config));
  if (context.json)
    context.terminal.line(
      jsonText({
        deployment: typeof deployment === 'string' ? deployment : null,
        url: server.url,
        model: server.model,
        version: server.version,
        pid: process.pid,
      }),
    );
  else {
    const what =
      typeof deployment === 'string'
        ? `${deployment} serves ${served}`
        : `${versionText({ name: server.model, version: server.version }, true)} is served`;
    context.terminal.line(
      `${what} at ${server.url} (${['/predict', ...server.takes].map((path) => `POST ${path}`).join(', ')}, GET /signature, GET /openapi.json, GET /health, GET /metrics). Press Ctrl-C to stop.`,
    );
    if (typeof deployment !== 'string') context.terminal.line('Its predictions are not logged.');
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
  await retention.stop();
  await server.close();
  return exitCodes.done;
}

/** A version as `NAME@3`; `3` alone in a project with one model. The registry may hold names that no project file has. */
function versionNamed(context: CommandContext, text: string): ModelRef {
  const at = text.lastIndexOf('@');
  const name = at > 0 ? text.slice(0, at) : modelNamed(context.config(), null).name;
  const which = text.slice(at + 1);
  return { name, version: aliasNumbers(context)(name, which) ?? readVersion(which) };
}
