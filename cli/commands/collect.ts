import { ProjectError } from '../../engine/base/errors.ts';
import { listenForEvents, type ListenerCounts } from '../../engine/listening/listenForEvents.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';

export interface CollectOptions {
  listen?: boolean;
  port?: string;
  host?: string;
  tokenEnv?: string;
}

const toldMs = 1000;

/** `loopwright collect --listen [STAGE]`: takes events until it is stopped. */
export async function collectCommand(
  context: CommandContext,
  stage: string | undefined,
  options: CollectOptions,
): Promise<number> {
  if (!options.listen)
    throw new ProjectError(
      `\`loopwright collect\` listens for events and needs \`--listen\`. To collect what has arrived, use \`loopwright run ${stage ?? 'STAGE'}\`.`,
    );
  const listener = await listenForEvents({
    project: context.project(),
    config: context.config(),
    stages: stage === undefined ? null : [stage],
    port: readPort(options.port),
    host: options.host,
    tokenEnv: options.tokenEnv,
  });
  if (context.json)
    context.terminal.line(JSON.stringify({ url: listener.url, stages: listener.stages, pid: process.pid }));
  else
    context.terminal.line(
      `${listener.stages.join(', ')}: listening at ${listener.url} (POST ${listener.stages.length === 1 ? '/events' : '/events/STAGE'}, GET /health, GET /metrics). Press Ctrl-C to stop.`,
    );
  const telling = setInterval(() => context.terminal.progress(countsText(listener.counts())), toldMs);
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(telling);
  context.terminal.progress(null);
  await listener.close();
  if (!context.json) context.terminal.line(countsText(listener.counts()));
  return exitCodes.done;
}

function countsText(counts: readonly ListenerCounts[]): string {
  return counts
    .map(
      ({ stage, accepted, refused }) =>
        `${stage}: ${accepted.toLocaleString('en-US')} accepted${refused > 0 ? `, ${refused.toLocaleString('en-US')} refused` : ''}`,
    )
    .join(' · ');
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new ProjectError(`\`--port ${text}\` is not a port.`);
}
