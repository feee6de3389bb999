import type { DatasetSchema } from '../../../project/schema/datasetSchema.ts';
import { EventSchema } from '../../spool/eventSchema.ts';
import { spoolColumns } from '../../spool/segments.ts';
import { SpoolWriter } from '../../spool/spoolWriter.ts';
import { bareColumn, messageColumns, messageRows } from './messageRows.ts';
import type { MqttPlan } from './mqttPlan.ts';
import { openMqttSession } from './mqttSession.ts';
import { identityColumns, messageHash, RecentMessages } from './recentMessages.ts';
import { topicColumns } from './topicPattern.ts';

export interface MessageCounts {
  /** Messages that are on disk. */
  received: number;
  /** Messages that the broker sent again and that were on disk already. */
  again: number;
  /** Epoch milliseconds; null before the first one. */
  lastAt: number | null;
}

export interface MessageReceiver {
  counts(): MessageCounts;
  isConnected(): boolean;
  queuedBytes(): number;
  /** Closes the session, which the broker keeps, and the spool. */
  close(): Promise<void>;
}

/** Bytes that may wait for the disk before no more messages are read from the connection. */
const mostWaitingBytes = 16 << 20;

/**
 * Writes the messages of a broker to a spool, and acknowledges each when it is on disk. Rejects with SpoolBusyError when
 * another process does it, and with WorkError when the broker refuses.
 */
export async function receiveMessages(
  plan: MqttPlan,
  schema: DatasetSchema | null,
  { signal, log }: { signal: AbortSignal; log: (line: string) => void },
): Promise<MessageReceiver> {
  const { windowMs } = plan;
  const writer = new SpoolWriter(
    plan.folder,
    windowMs === null ? {} : { windowOf: (time) => Math.floor(time / windowMs) },
  );
  const recent = new RecentMessages(plan.folder);
  const rules = new EventSchema(schema);
  const takesValues = schema?.fields.some(({ name }) => name === messageColumns.value) ?? true;
  const counts: MessageCounts = { received: 0, again: 0, lastAt: null };
  let drained: Promise<void> = Promise.resolve();
  let wasConnected = false;
  /** Messages on their way to the disk, which the next connection may bring again. */
  const storing = new Map<string, Promise<void>>();
  try {
    const session = await openMqttSession(
      plan,
      {
        onLog: log,
        onConnected: (hadSession) => {
          recent.connected();
          if (hadSession) return;
          recent.clear();
          if (wasConnected)
            log(
              `${plan.shown} has lost the session, as after a crash without persistence. Messages that it had not delivered are lost; receiving goes on`,
            );
        },
        mayRead: () => (writer.queuedBytes < mostWaitingBytes ? Promise.resolve() : drained),
        onMessage: async ({ topic, payload, packet, isAgain, at }) => {
          const hash = messageHash(topic, payload);
          const identity = `${packet ?? ''}:${hash}`;
          if (isAgain && packet !== null) {
            await storing.get(identity);
            if (recent.has(packet, hash)) {
              counts.again++;
              return;
            }
          } else if (packet !== null) recent.sawNew();
          const lines = messageRows({ topic, payload, at }, topicColumns(plan.patterns, topic), plan.payload).map(
            ({ value, exact, isBare }) => {
              // What breaks the schema is kept as it came, and quarantined when it is collected.
              const fields = rules.check(value, at, exact).event ?? exact ?? value;
              const head = {
                [spoolColumns.number]: writer.nextNumber(),
                [spoolColumns.id]: null,
                [identityColumns.packet]: packet,
                [identityColumns.hash]: hash,
                ...(isBare && !takesValues && { [bareColumn]: JSON.stringify(value) }),
              };
              // A field of the payload with a name of the head does not replace it.
              return `${JSON.stringify({ ...head, ...(fields as object), ...head })}\n`;
            },
          );
          const stored = writer.append(lines.join(''));
          drained = stored.catch(() => {});
          storing.set(identity, stored);
          await stored.finally(() => {
            if (storing.get(identity) === stored) storing.delete(identity);
          });
          if (packet !== null) recent.add(packet, hash);
          counts.received++;
          counts.lastAt = at;
        },
      },
      signal,
    );
    wasConnected = true;
    writer.listensAt(plan.shown);
    return {
      counts: () => counts,
      isConnected: () => session.isConnected(),
      queuedBytes: () => writer.queuedBytes,
      close: async () => {
        await session.close();
        await writer.close();
      },
    };
  } catch (error) {
    await writer.close();
    throw error;
  }
}
