import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { checkCancelled } from '../../base/errors.ts';
import { timestampOf } from '../../project/timestampOf.ts';
import type { FromMqtt } from '../../project/schema/sources/mqtt.ts';
import { quoteIdentifier } from '../quote.ts';
import { SpoolBusyError } from '../spool/claimSpool.ts';
import { closeOpenSegment } from '../spool/closeOpenSegment.ts';
import { closedEnding, segmentsOf } from '../spool/segments.ts';
import { spooledRows, type SpooledOptions } from '../spool/spooledRows.ts';
import { bareColumn, messageColumns } from './mqtt/messageRows.ts';
import { mqttPlan, type MqttPlan } from './mqtt/mqttPlan.ts';
import { receiveMessages } from './mqtt/receiveMessages.ts';
import { identityColumns, keepIdentities } from './mqtt/recentMessages.ts';
import type { Received, SourceContext } from './source.ts';

/** `loopwright run` ends when nothing arrives for this long. */
const idleMs = 2000;

/**
 * Reads the messages that arrived since the last collection. Where no `loopwright collect --listen` holds the session,
 * it is opened for a while, to take what the broker has kept. Windows that are not over stay for the next time.
 */
export async function fromMqtt(context: SourceContext, from: FromMqtt): Promise<Received> {
  const plan = mqttPlan(context.root, context.env, from);
  try {
    await receiveForAWhile(context, plan);
  } catch (error) {
    if (!(error instanceof SpoolBusyError)) throw error;
    context.log(`process ${error.holder.pid} listens; collecting what it has received`);
    if (plan.windowMs === null) await closeOpenSegment(plan.folder, context.signal);
  }
  const rows = await spooledRows(context, messageOptions(context, plan));
  return {
    ...rows,
    committed: () => {
      const { taken } = rows.position as { taken: string[] };
      keepIdentities(plan.folder, taken);
      rows.committed?.();
    },
  };
}

/** How the lines of a spool of messages are read. */
export function messageOptions(
  { folder, schema }: Pick<SourceContext, 'folder' | 'schema'>,
  plan: MqttPlan,
): SpooledOptions {
  const time = timestampOf(schema ?? null);
  const levels = plan.patterns.flatMap(({ columns }) => columns);
  const own = [messageColumns.topic, messageColumns.received, ...levels];
  const takesValues = schema?.fields.some(({ name }) => name === messageColumns.value) ?? true;
  return {
    folder: plan.folder,
    path: join(folder, `mqtt-${plan.clientId.replaceAll(/[^\w-]/g, '_')}`, 'rows.parquet'),
    columns: {
      [identityColumns.packet]: 'BIGINT',
      [identityColumns.hash]: 'VARCHAR',
      ...(!takesValues && { [bareColumn]: 'VARCHAR' }),
      ...Object.fromEntries(own.map((name) => [name, 'VARCHAR'])),
    },
    hidden: [...Object.values(identityColumns), ...(takesValues ? [] : [bareColumn])],
    areTexts: true,
    refuse: takesValues
      ? undefined
      : {
          when: `${quoteIdentifier(bareColumn)} IS NOT NULL`,
          words: `messages are no objects of JSON, and the schema has no field \`${messageColumns.value}\` for them`,
        },
    // A message with a time of its own that comes twice is one; without one, a sensor may send the same value again.
    sameBy: (columns) =>
      time !== null && time !== messageColumns.received && columns.includes(time)
        ? columns.filter((name) => name !== messageColumns.received && !name.startsWith('_'))
        : [],
    ...(plan.windowMs !== null &&
      time !== null &&
      time !== messageColumns.received && { late: { column: time, windowMs: plan.windowMs } }),
    // A window is closed by the next one.
    isOpen: plan.windowMs === null ? undefined : windowIsOpen(plan.windowMs),
  };
}

/** Whether the window of a segment is not over: its name begins with the time of its first line. */
function windowIsOpen(windowMs: number): (segment: string) => boolean {
  const now = Math.floor(Date.now() / windowMs);
  return (segment) => {
    const [, y, mo, d, h, m, s, ms] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(segment) ?? [];
    const time = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(m), Number(s), Number(ms));
    return Math.floor(time / windowMs) >= now;
  };
}

async function receiveForAWhile(context: SourceContext, plan: MqttPlan): Promise<void> {
  const receiver = await receiveMessages(plan, context.schema ?? null, context);
  const started = Date.now();
  let last = Date.now();
  let seen = 0;
  try {
    while (Date.now() - started < plan.forMs && Date.now() - last < idleMs) {
      await wait(50);
      checkCancelled(context.signal);
      const { received, again } = receiver.counts();
      if (received + again !== seen) last = Date.now();
      seen = received + again;
      context.progress(`${received.toLocaleString('en-US')} messages from ${plan.shown}`);
    }
  } finally {
    await receiver.close();
  }
  const { received, again } = receiver.counts();
  context.log(
    `${received.toLocaleString('en-US')} messages from ${plan.shown}${again > 0 ? `, ${again.toLocaleString('en-US')} sent again by the broker` : ''}`,
  );
  if (segmentsOf(plan.folder, closedEnding).length === 0 && received === 0) context.log('no message waits');
}
