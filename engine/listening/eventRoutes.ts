import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../base/errors.ts';
import { spoolColumns } from '../data/spool/segments.ts';
import { SpoolError, type SpoolWriter } from '../data/spool/spoolWriter.ts';
import type { EventSchema, EventViolation } from '../data/spool/eventSchema.ts';
import type { ListenerMetrics } from './listenerMetrics.ts';
import { BodyBudget, readBody } from './readBody.ts';
import { BodyRefused, readEvents, unpack, type ReadBody } from './readEvents.ts';

export interface EventRoute {
  /** Name of the stage that collects the events. */
  stage: string;
  /** Paths that take them, such as `/events`. */
  paths: readonly string[];
  schema: EventSchema;
  /** A refused event refuses its request. */
  refusesWhole: boolean;
  writer: SpoolWriter;
  metrics: ListenerMetrics;
  /** Origins of web pages that may send events; `*` for all. */
  origins: readonly string[];
  /** Largest body in bytes, also unpacked. */
  mostBytes: number;
  /** Changes an event before it is checked. Default: none. */
  rename?: (event: unknown) => unknown;
}

/** Bytes of requests that are read and not yet on disk, of all routes of a server together. */
export const mostWaitingBytes = 64 << 20;
const retryAfterS = { busy: 1, disk: 30 };

/** Adds the routes that take events to a server. */
export function eventRoutes(
  app: FastifyInstance,
  routes: readonly EventRoute[],
  budget = new BodyBudget(mostWaitingBytes),
): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_req, _payload, parsed) => parsed(null));
    for (const route of routes)
      for (const url of route.paths) {
        scope.options(url, (req, reply) => preflight(req, reply, route));
        scope.post(
          url,
          { onResponse: (_req, reply, end) => (route.metrics.request(reply.statusCode), end()) },
          (req, reply) => takeEvents(req, reply, route, budget),
        );
      }
    done();
  });
}

function preflight(req: FastifyRequest, reply: FastifyReply, route: EventRoute): FastifyReply {
  if (!allowOrigin(req, reply, route)) return reply.status(403).send({ error: foreignOrigin(req) });
  return reply
    .status(204)
    .header('access-control-allow-methods', 'POST')
    .header('access-control-allow-headers', 'content-type, content-encoding, idempotency-key, authorization')
    .header('access-control-max-age', '7200')
    .send();
}

/** True when a request comes from no web page, or from one that may send events; sets the headers for the browser. */
function allowOrigin(req: FastifyRequest, reply: FastifyReply, { origins }: EventRoute): boolean {
  const { origin } = req.headers;
  if (origin === undefined) return true;
  const isAny = origins.includes('*');
  if (!isAny && !origins.includes(origin.toLowerCase())) return false;
  reply.header('access-control-allow-origin', isAny ? '*' : origin);
  if (!isAny) reply.header('vary', 'Origin');
  return true;
}

function foreignOrigin({ headers: { origin } }: FastifyRequest): string {
  return `Pages of ${origin?.slice(0, 200)} may not send events here. Add the origin to \`origins\` of the stage.`;
}

async function takeEvents(
  req: FastifyRequest,
  reply: FastifyReply,
  route: EventRoute,
  budget: BodyBudget,
): Promise<FastifyReply> {
  if (!allowOrigin(req, reply, route)) return reply.status(403).send({ error: foreignOrigin(req) });
  const held = budget.hold();
  try {
    const id = idOf(req);
    const body = await readBody(req.raw, held, route.mostBytes);
    const plain = await unpack(body, req.headers['content-encoding'], route.mostBytes);
    held.add(plain === body ? 0 : plain.length);
    return await storeEvents(reply, route, readEvents(plain, req.headers['content-type']), id);
  } catch (error) {
    return answerFault(req, reply, error);
  } finally {
    held.release();
  }
}

interface RefusedEvent {
  index: number;
  violations: Pick<EventViolation, 'field' | 'rule' | 'message'>[];
}

async function storeEvents(
  reply: FastifyReply,
  route: EventRoute,
  { events, isSingle }: ReadBody,
  id: string | null,
): Promise<FastifyReply> {
  const { schema, writer, metrics, rename } = route;
  const at = Date.now();
  const lines: string[] = [];
  const refused: RefusedEvent[] = [];
  const warned: RefusedEvent[] = [];
  const broken: EventViolation[] = [];
  for (const [index, read] of events.entries()) {
    const { event, violations } =
      'error' in read
        ? { event: null, violations: [{ field: null, rule: 'event', message: read.error, mode: 'fail' as const }] }
        : schema.check(
            rename ? rename(read.value) : read.value,
            at,
            rename && read.exact !== undefined ? rename(read.exact) : read.exact,
          );
    if (violations.length > 0)
      (event ? warned : refused).push({
        index,
        violations: violations.map(({ field, rule, message }) => ({ field, rule, message })),
      });
    if (!event) {
      const [first] = violations;
      if (first) broken.push(first);
      continue;
    }
    const line = {
      [spoolColumns.number]: writer.nextNumber(),
      [spoolColumns.id]: id === null ? null : isSingle ? id : `${id}#${index}`,
      ...event,
    };
    lines.push(`${JSON.stringify(line)}\n`);
  }
  const isRefused = lines.length === 0 || (route.refusesWhole && refused.length > 0);
  for (const violation of broken) metrics.refuse(violation);
  if (isRefused)
    return reply
      .status(400)
      .send({ error: refusalText(refused, isSingle), accepted: 0, refused: events.length, errors: refused });
  const text = lines.join('');
  await writer.append(text, lines.length);
  metrics.accept(lines.length, text.length);
  return reply.send({
    accepted: lines.length,
    refused: refused.length,
    ...(refused.length > 0 && { errors: refused }),
    ...(warned.length > 0 && { warnings: warned }),
  });
}

function refusalText([first, ...others]: readonly RefusedEvent[], isSingle: boolean): string {
  if (!first) return 'The body has no events.';
  const text = first.violations.map(({ message }) => message).join('; ');
  const more = others.length === 0 ? '' : `; and ${others.length} more in \`errors\``;
  return isSingle ? text : `event ${first.index}: ${text}${more}`;
}

/** The id that a client gave its request, so that sending it again stores it once. */
function idOf(req: FastifyRequest): string | null {
  const given = req.headers['idempotency-key'];
  if (given === undefined) return null;
  if (typeof given === 'string' && /^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(given)) return given;
  throw new BodyRefused(400, '`Idempotency-Key` must have 1 to 255 printable ASCII characters.');
}

function answerFault(req: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof SpoolError)
    return reply
      .status(error.isFull ? 507 : 503)
      .header('retry-after', retryAfterS.disk)
      .send({ error: error.message });
  if (!(error instanceof BodyRefused)) throw error;
  if (error.status === 429) reply.header('retry-after', retryAfterS.busy);
  // The rest of the body is not read.
  if (!req.raw.complete) reply.header('connection', 'close');
  return reply.status(error.status).send({ error: messageOf(error) });
}
