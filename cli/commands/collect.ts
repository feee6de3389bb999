import { ProjectError } from '../../engine/base/errors.ts';
import { eventStages } from '../../engine/listening/eventStages.ts';
import { listenForEvents, type RunningListener } from '../../engine/listening/listenForEvents.ts';
import { listenForMessages, messageStages, type RunningReceiver } from '../../engine/listening/listenForMessages.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { jsonText } from '../safeText.ts';

export interface CollectOptions {
  listen?: boolean;
  port?: string;
  host?: string;
  tokenEnv?: string;
}

const toldMs = 1000;

/** `loopwright collect --listen [STAGE]`: takes events over HTTP and messages of brokers until it is stopped. */
export async function collectCommand(
  context: CommandContext,
  stage: string | undefined,
  options: CollectOptions,
): Promise<number> {
  if (!options.listen)
    throw new ProjectError(
      `\`loopwright collect\` listens for events and needs \`--listen\`. To collect what has arrived, use \`loopwright run ${stage ?? 'STAGE'}\`.`,
    );
  const [project, config] = [context.project(), context.config()];
  const ofMessages = messageStages(project, config).filter(({ name }) => stage === undefined || name === stage);
  const ofEvents =
    stage === undefined ? eventStages(project, config).map(({ name }) => name) : ofMessages.length > 0 ? [] : [stage];
  if (ofMessages.length + ofEvents.length === 0)
    throw new ProjectError(
      'No stage listens. Add one with `uses: collect` and `from: { events: FOLDER }` or `from: { mqtt: ADDRESS, topics: [...] }`.',
    );
  const receivers: RunningReceiver[] = [];
  let listener: RunningListener | null = null;
  try {
    if (ofEvents.length > 0)
      listener = await listenForEvents({
        project,
        config,
        stages: ofEvents,
        port: readPort(options.port),
        host: options.host,
        tokenEnv: options.tokenEnv,
      });
    for (const one of ofMessages)
      receivers.push(
        await listenForMessages(project, one, { signal: context.signal, log: (line) => context.terminal.note(line) }),
      );
    tellStart(context, listener, receivers);
    const telling = setInterval(() => context.terminal.progress(countsText(listener, receivers)), toldMs);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      else context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    clearInterval(telling);
    context.terminal.progress(null);
  } finally {
    await Promise.all([listener?.close(), ...receivers.map((receiver) => receiver.close())]);
  }
  if (!context.json) context.terminal.line(countsText(listener, receivers, true));
  return exitCodes.done;
}

function tellStart(
  { json, terminal }: CommandContext,
  listener: RunningListener | null,
  receivers: readonly RunningReceiver[],
): void {
  if (json) {
    terminal.line(
      jsonText({
        url: listener?.url ?? null,
        stages: [...(listener?.stages ?? []), ...receivers.map(({ stage }) => stage)],
        pid: process.pid,
      }),
    );
    return;
  }
  if (listener)
    terminal.line(
      `${listener.stages.join(', ')}: listening at ${listener.url} (POST ${listener.stages.length === 1 ? '/events' : '/events/STAGE'}, GET /health, GET /metrics). Press Ctrl-C to stop.`,
    );
  for (const { stage, broker } of receivers)
    terminal.line(`${stage}: receiving messages from ${broker}. Press Ctrl-C to stop.`);
}

function countsText(listener: RunningListener | null, receivers: readonly RunningReceiver[], isOver = false): string {
  const events = (listener?.counts() ?? []).map(
    ({ stage, accepted, refused }) =>
      `${stage}: ${accepted.toLocaleString('en-US')} accepted${refused > 0 ? `, ${refused.toLocaleString('en-US')} refused` : ''}`,
  );
  const messages = receivers.map(
    (receiver) =>
      `${receiver.stage}: ${receiver.counts().received.toLocaleString('en-US')} messages${isOver || receiver.isConnected() ? '' : ', not connected'}`,
  );
  return [...events, ...messages].join(' · ');
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new ProjectError(`\`--port ${text}\` is not a port.`);
}
