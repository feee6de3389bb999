import fastify, { type FastifyInstance } from 'fastify';
import { ProjectError } from '../base/errors.ts';
import { SpoolWriter } from '../data/spool/spoolWriter.ts';
import { foreignHost } from '../http/foreignHost.ts';
import { listen } from '../http/listen.ts';
import { isLoopback } from '../http/loopback.ts';
import { hasToken } from '../http/hasToken.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { EventSchema } from '../data/spool/eventSchema.ts';
import { eventRoutes, type EventRoute } from './eventRoutes.ts';
import { eventStages, type EventStage } from './eventStages.ts';
import { ListenerMetrics } from './listenerMetrics.ts';
import { projectPath } from '../base/projectPath.ts';

export interface ListenRequest {
  project: Project;
  config: ProjectConfig;
  /** Names of the stages to listen for; null for all that receive events. */
  stages: readonly string[] | null;
  /** Replaces the port of the stage; 0 takes a free one. */
  port?: number | undefined;
  host?: string | undefined;
  /** Environment variable with the token, in place of that of the stage. */
  tokenEnv?: string | undefined;
}

export interface ListenerCounts {
  stage: string;
  accepted: number;
  refused: number;
  queuedBytes: number;
}

export interface RunningListener {
  url: string;
  stages: readonly string[];
  counts(): ListenerCounts[];
  /** Answers the open requests, then stops. */
  close(): Promise<void>;
}

export const defaultEventPort = 8090;
/** A client that has not sent its whole request by then is slower than any network. */
const requestMs = 30_000;

/** The route of a stage, with its spool open. Throws ProjectError, DataError, and WorkError when another process writes the spool. */
export function openEventRoute(project: Project, stage: EventStage, paths: readonly string[]): EventRoute {
  const { name, from, invalid, schema } = stage;
  return {
    stage: name,
    paths,
    schema: new EventSchema(schema, invalid),
    refusesWhole: invalid === 'fail',
    writer: new SpoolWriter(projectPath(project.root, from.events)),
    metrics: new ListenerMetrics(),
    origins: (from.origins ?? []).map((origin) => origin.toLowerCase()),
    mostBytes: Math.round((from.max_body_mb ?? 8) * (1 << 20)),
  };
}

/**
 * Listens for events over HTTP, on loopback unless a token is set: POST /events/STAGE, and POST /events when there is
 * one stage; GET /health and GET /metrics. An event is answered when it is on disk.
 */
export async function listenForEvents(request: ListenRequest): Promise<RunningListener> {
  const { project, config } = request;
  const stages = eventStages(project, config, request.stages);
  const [first] = stages;
  if (!first)
    throw new ProjectError('No stage receives events. Add one with `uses: collect` and `from: { events: FOLDER }`.');
  const host = request.host ?? first.from.host ?? '127.0.0.1';
  const token = tokenOf(request.tokenEnv ?? first.from.token_env, host);
  const app = fastify({
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
    connectionTimeout: 2 * requestMs,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const routes: EventRoute[] = [];
  const closeSpools = async () => void (await Promise.all(routes.map(({ writer }) => writer.close())));
  try {
    for (const stage of stages)
      routes.push(
        openEventRoute(project, stage, [
          `/events/${encodeURIComponent(stage.name)}`,
          ...(stages.length === 1 ? ['/events'] : []),
        ]),
      );
    guard(app, token);
    eventRoutes(app, routes);
    stateRoutes(app, routes);
    const url = await listen(app, {
      host,
      port: request.port ?? first.from.port ?? defaultEventPort,
      server: '`loopwright collect --listen`',
      remedy: 'Stop the other program, change `port` of the stage, or give `--port`.',
      place: { file: 'loopwright.yaml' },
    });
    for (const { writer } of routes) writer.listensAt(url);
    return {
      url,
      stages: stages.map(({ name }) => name),
      counts: () =>
        routes.map(({ stage, metrics, writer }) => ({ stage, ...metrics.counts, queuedBytes: writer.queuedBytes })),
      close: async () => {
        await app.close();
        await closeSpools();
      },
    };
  } catch (error) {
    await closeSpools();
    throw error;
  }
}

/** The token that requests must send; null when none is required. */
function tokenOf(variable: string | undefined, host: string): string | null {
  if (variable === undefined) {
    if (isLoopback(host)) return null;
    throw new ProjectError(
      `\`loopwright collect --listen\` would take events from everyone who can reach ${host}. Add \`token_env: NAME\` to the stage, or listen on 127.0.0.1.`,
    );
  }
  const token = process.env[variable] ?? '';
  if (token === '')
    throw new ProjectError(`The environment variable \`${variable}\` is not set; it holds the token of the listener.`);
  return token;
}

function guard(app: FastifyInstance, token: string | null): void {
  app.addHook('onRequest', (req, reply, done) => {
    if (token === null) {
      const error = foreignHost(req.raw);
      if (error === null) done();
      else void reply.status(403).send({ error });
      return;
    }
    // A browser sends no token with the request that asks for permission.
    if (req.method === 'OPTIONS' || req.url === '/health' || hasToken(req, token)) {
      done();
      return;
    }
    void reply
      .status(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'Send the token of this listener as `Authorization: Bearer …`.' });
  });
}

function stateRoutes(app: FastifyInstance, routes: readonly EventRoute[]): void {
  const started = Date.now();
  app.get('/health', (_req, reply) => {
    const error = routes.map(({ writer }) => writer.error).find((one) => one !== null);
    return reply.status(error ? 503 : 200).send({
      status: error ? 'failing' : 'ok',
      ...(error && { error: error.message }),
      stages: Object.fromEntries(
        routes.map(({ stage, metrics, writer }) => {
          const { accepted, refused, lastAt } = metrics.counts;
          return [
            stage,
            {
              accepted,
              refused,
              queue_bytes: writer.queuedBytes,
              last_event_at: lastAt === null ? null : new Date(lastAt).toISOString(),
            },
          ];
        }),
      ),
      uptime_s: Math.round((Date.now() - started) / 1000),
    });
  });
  app.get('/metrics', (_req, reply) =>
    reply.type('application/openmetrics-text; version=1.0.0; charset=utf-8').send(`${mergedMetrics(routes)}# EOF\n`),
  );
}

/** The families of all stages, each family once, as OpenMetrics asks for. */
export function mergedMetrics(routes: readonly Pick<EventRoute, 'stage' | 'metrics' | 'writer'>[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const { stage, metrics, writer } of routes) {
    let family = { head: [] as string[], samples: [] as string[] };
    for (const line of metrics.text(stage, writer).split('\n')) {
      if (line === '') continue;
      if (line.startsWith('# TYPE')) {
        const known = families.get(line);
        family = known ?? { head: [], samples: [] };
        families.set(line, family);
      }
      if (!line.startsWith('#')) family.samples.push(line);
      else if (!family.head.includes(line)) family.head.push(line);
    }
  }
  return [...families.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('');
}
