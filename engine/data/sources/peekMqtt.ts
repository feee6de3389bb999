import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError } from '../../base/errors.ts';
import type { FromMqtt } from '../../project/schema/sources/mqtt.ts';
import { waitingLines } from '../spool/spooledRows.ts';
import { messageRows, type Message } from './mqtt/messageRows.ts';
import { mqttPlan } from './mqtt/mqttPlan.ts';
import { openMqttSession } from './mqtt/mqttSession.ts';
import { topicColumns } from './mqtt/topicPattern.ts';
import { messageOptions } from './mqttSource.ts';
import { freshness, type Peek, type PeekOptions } from './peek.ts';
import { peekLines } from './peekEvents.ts';
import type { SourceContext } from './source.ts';

const listenMs = 2000;
const mostMessages = 1000;

/**
 * Returns the retained messages of a broker, and those that come within 2 s, received by a client of its own: the
 * session of the stage keeps its messages. Messages of a shared subscription are not taken from their group.
 */
export async function peekMqtt(context: SourceContext, from: FromMqtt, options: PeekOptions): Promise<Peek> {
  const plan = mqttPlan(context.root, context.env, from);
  const lines = waitingLines(context, messageOptions(context, plan));
  const spooled = lines === null ? null : await peekLines(await context.database(), lines, { ...options, rows: 0 });
  const notes = spooled ? [`${(spooled.total ?? 0).toLocaleString('en-US')} messages wait to be collected.`] : [];
  const about = `MQTT broker ${plan.shown}, ${plan.patterns.map(({ filter }) => filter).join(', ')}`;
  const patterns = plan.patterns.filter(({ filter }) => !filter.startsWith('$share/'));
  if (patterns.length < plan.patterns.length)
    notes.push('Messages of shared subscriptions are not shown: they would be lost to their group.');
  if (patterns.length === 0) return { columns: [], rows: [], about, notes };
  const messages: Message[] = [];
  const session = await openMqttSession(
    { ...plan, patterns, clientId: `${plan.clientId}-preview-${process.pid}`, sessionS: 0, qos: 0 },
    {
      onMessage: ({ topic, payload, at }) => {
        if (messages.length < mostMessages) messages.push({ topic, payload, at });
        return Promise.resolve();
      },
      mayRead: () => Promise.resolve(),
      onConnected: () => {},
      onLog: () => {},
    },
    context.signal,
  );
  try {
    await wait(listenMs, undefined, { signal: context.signal });
  } catch {
    throw new CancelledError();
  } finally {
    await session.close();
  }
  const rows = messages.flatMap((message) =>
    messageRows(message, topicColumns(plan.patterns, message.topic), plan.payload).map(
      ({ value, exact }) => (exact ?? value) as Record<string, unknown>,
    ),
  );
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (messages.length === 0) notes.push('No message is retained, and none came in 2 s.');
  return {
    columns: names.map((name) => ({ name, type: 'VARCHAR' })),
    rows: rows
      .toReversed()
      .slice(0, options.rows)
      .map((row) => names.map((name) => shown(row[name]))),
    about,
    notes,
    ...freshness(messages.at(-1)?.at ?? null, 'row'),
  };
}

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
