import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FromEvents } from '../../project/schema/sources/events.ts';
import { closeOpenSegment } from '../spool/closeOpenSegment.ts';
import { spooledRows } from '../spool/spooledRows.ts';
import type { Received, SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Reads the events that arrived since the last collection, also those that arrive until now. */
export async function fromEvents(context: SourceContext, { events }: FromEvents): Promise<Received> {
  const folder = projectPath(context.root, events);
  await closeOpenSegment(folder, context.signal);
  const mark = createHash('sha256').update(events).digest('hex').slice(0, 16);
  return spooledRows(context, { folder, path: join(context.folder, `events-${mark}`, 'rows.parquet') });
}
