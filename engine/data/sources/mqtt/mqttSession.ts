import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { WorkError, messageOf } from '../../../base/errors.ts';
import { tlsFault, type TlsNames } from '../tls/tlsFault.ts';
import type { MqttPlan } from './mqttPlan.ts';
import { mostInFlight } from './recentMessages.ts';

export interface ReceivedPacket {
  topic: string;
  payload: Buffer;
  /** The packet identifier of a message with QoS 1; null otherwise. */
  packet: number | null;
  /** The broker has sent it before, and got no acknowledgement. */
  isAgain: boolean;
  /** Epoch milliseconds. */
  at: number;
}

export interface SessionEvents {
  /** Resolves when the message is on disk; only then it is acknowledged. */
  onMessage: (packet: ReceivedPacket) => Promise<void>;
  /** Resolves when another message may be read. */
  mayRead: () => Promise<void>;
  /** Connected and subscribed. `hadSession`: the broker kept the session, and goes on with it. */
  onConnected: (hadSession: boolean) => void;
  /** A sentence about the connection. */
  onLog: (line: string) => void;
}

export interface MqttSession {
  isConnected(): boolean;
  /** Disconnects; the broker keeps the session. */
  close(): Promise<void>;
}

/** The part of the client through which acknowledgements leave. */
interface PacketWriter {
  _sendPacket(packet: { cmd: string; messageId?: number }, done?: (error?: Error) => void, ...rest: unknown[]): void;
}

const firstWaitMs = 500;
const longestWaitMs = 30_000;
const connectMs = 15_000;

/**
 * Opens a session that the broker keeps, and receives its messages until it is closed. A lost connection is opened
 * again, after longer and longer waits. Rejects with WorkError when the broker refuses the client or a topic.
 */
export async function openMqttSession(
  plan: MqttPlan,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<MqttSession> {
  const { connect } = await import('mqtt');
  const { protocol, hostname, port } = new URL(plan.url);
  const options: IClientOptions = {
    protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'mqtts:' ? 8883 : 1883) : Number(port),
    protocolVersion: 5,
    clientId: plan.clientId,
    clean: false,
    keepalive: 30,
    connectTimeout: connectMs,
    reconnectPeriod: firstWaitMs,
    reconnectOnConnackError: true,
    resubscribe: false,
    username: plan.username,
    password: plan.password,
    ...plan.tls,
    properties: { sessionExpiryInterval: plan.sessionS, receiveMaximum: mostInFlight },
  };
  const client = connect(options);
  let connection = 0;
  const pending = new Map<number, Promise<void>>();
  holdAcknowledgements(client, pending, () => connection);
  client.handleMessage = (_packet, done) => void events.mayRead().then(() => done());
  client.on('message', (topic, payload, packet: IPublishPacket) => {
    const id = packet.qos === 0 ? null : (packet.messageId ?? null);
    const stored = events.onMessage({ topic, payload, packet: id, isAgain: packet.dup && id !== null, at: Date.now() });
    if (id !== null) pending.set(id, stored);
    stored.catch(() => {});
  });
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const fail = (error: WorkError) => {
      signal.removeEventListener('abort', stop);
      client.end(true);
      reject(error);
    };
    const stop = () => fail(new WorkError(`${plan.shown} was not reached before the work was cancelled.`));
    signal.addEventListener('abort', stop, { once: true });
    let wait = firstWaitMs;
    let last = '';
    const started = Date.now();
    let closedAtOnce = 0;
    client.on('error', (error) => {
      const fault = tlsFault(error, tlsNames(plan));
      if (fault !== null && !isOpen) {
        fail(new WorkError(fault, { cause: error }));
        return;
      }
      last = messageOf(error) || String((error as NodeJS.ErrnoException).code ?? 'unknown error');
      const code = (error as { code?: unknown }).code;
      if (!isOpen && typeof code === 'number' && code >= 128)
        fail(
          new WorkError(`${plan.shown} refuses the client \`${plan.clientId}\`: ${last}. ${remedyOf(code)}`, {
            cause: error,
          }),
        );
      else events.onLog(`${plan.shown}: ${last}`);
    });
    client.on('close', () => {
      connection++;
      pending.clear();
      client.options.reconnectPeriod = wait;
      wait = Math.min(longestWaitMs, wait * 2);
      if (!isOpen && isClosedAtOnce(last) && ++closedAtOnce === 2)
        fail(
          new WorkError(
            `${plan.shown} closes the connection at once. ${protocol === 'mqtts:' ? 'Is this its port for TLS?' : 'If this is its port for TLS, write `mqtts://`.'}`,
          ),
        );
      else if (!isOpen && Date.now() - started > connectMs)
        fail(
          new WorkError(
            `${plan.shown} cannot be reached${last === '' ? '' : `: ${last}`}. Is the broker running, and the address right?`,
          ),
        );
    });
    client.on('connect', ({ sessionPresent }) => {
      wait = firstWaitMs;
      const filters = Object.fromEntries(
        plan.patterns.map(({ filter }) => [filter, { qos: plan.qos, rh: 1, rap: true }]),
      );
      client.subscribe(filters, (error, granted) => {
        const refused = granted?.find(({ qos }) => Number(qos) >= 128);
        if (refused || (error && client.connected)) {
          const words = refused ? `the topic \`${refused.topic}\`` : 'the subscription';
          const refusal = new WorkError(
            `${plan.shown} refuses ${words}${error ? `: ${messageOf(error)}` : ''}. The user \`${plan.username ?? 'anonymous'}\` may not read it, or it is no valid topic.`,
          );
          if (!isOpen) fail(refusal);
          else events.onLog(refusal.message);
          return;
        }
        if (error) return;
        events.onConnected(sessionPresent);
        if (isOpen) return;
        isOpen = true;
        signal.removeEventListener('abort', stop);
        resolve({
          isConnected: () => client.connected,
          close: () => endSession(client, pending),
        });
      });
    });
  });
}

/** Whether a broker took the connection and ended it without an answer, as one does that expects TLS, or does not. */
function isClosedAtOnce(last: string): boolean {
  return last === '' || /ECONNRESET|EPIPE|socket disconnected before secure|socket hang up/.test(last);
}

function tlsNames({ shown, url, tlsPaths }: MqttPlan): TlsNames {
  return {
    server: shown,
    host: new URL(url).hostname.replace(/^\[|\]$/g, ''),
    ca: tlsPaths.ca ?? null,
    cert: tlsPaths.cert ?? null,
    caKey: '`ca`',
    certKeys: '`cert` and `key`',
  };
}

/**
 * Lets acknowledgements wait until their messages are on disk while the client reads on, so that many messages share
 * one sync. One that belongs to an earlier connection is dropped: the broker sends its message again.
 */
function holdAcknowledgements(client: MqttClient, pending: Map<number, Promise<void>>, connection: () => number): void {
  const inner = client as unknown as PacketWriter;
  const send = inner._sendPacket.bind(client);
  inner._sendPacket = (packet, done, ...rest) => {
    const stored =
      packet.cmd === 'puback' && packet.messageId !== undefined ? pending.get(packet.messageId) : undefined;
    if (!stored) {
      send(packet, done, ...rest);
      return;
    }
    const own = connection();
    stored.then(
      () => {
        if (packet.messageId !== undefined && pending.get(packet.messageId) === stored)
          pending.delete(packet.messageId);
        if (own === connection() && client.connected) send(packet);
      },
      // Without the acknowledgement, the broker sends the message again on the next connection.
      () => {
        if (own === connection()) client.stream.destroy();
      },
    );
    done?.();
  };
}

/** Disconnects after what has arrived is on disk and acknowledged. */
async function endSession(client: MqttClient, pending: Map<number, Promise<void>>): Promise<void> {
  await Promise.allSettled(pending.values());
  await new Promise<void>((resolve) => client.end(false, {}, () => resolve()));
}

function remedyOf(code: number): string {
  if (code === 134 || code === 135) return 'Check `username_env` and `password_env`.';
  if (code === 132 || code === 128) return 'The broker must speak MQTT 5.';
  return code === 133 ? 'Choose another `client_id`.' : '';
}
