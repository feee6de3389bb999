import type { FromEvents } from '../../project/schema/sources/events.ts';
import { quoteIdentifier } from '../quote.ts';
import { spoolHolder } from '../spool/claimSpool.ts';
import { spoolColumns } from '../spool/segments.ts';
import { waitingLines } from '../spool/spooledRows.ts';
import { freshness, textRows, type Peek, type PeekOptions } from './peek.ts';
import type { SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Returns the newest events that wait to be collected. */
export async function peekEvents(context: SourceContext, { events }: FromEvents, options: PeekOptions): Promise<Peek> {
  const folder = projectPath(context.root, events);
  const holder = spoolHolder(folder);
  const about = `events in ${events}, ${holder?.url ? `received at ${holder.url}` : 'no listener'}`;
  const source = waitingLines(context, { folder });
  if (source === null)
    return {
      columns: (context.schema?.fields ?? []).map(({ name }) => ({ name, type: 'VARCHAR' })),
      rows: [],
      about,
      total: 0,
      notes: [holder ? 'No event waits.' : 'No event waits, and nothing listens. Start `loopwright collect --listen`.'],
    };
  const db = await context.database();
  return { ...(await peekLines(db, source, options)), about };
}

/** The newest lines of a spool, with their number and freshness. */
export async function peekLines(
  db: Awaited<ReturnType<SourceContext['database']>>,
  source: string,
  { rows }: PeekOptions,
): Promise<Omit<Peek, 'about'>> {
  const [number, id] = [quoteIdentifier(spoolColumns.number), quoteIdentifier(spoolColumns.id)];
  const columns = (await db.rows(`DESCRIBE SELECT * EXCLUDE (${number}, ${id}) FROM ${source}`)).map((row) => ({
    name: String(row['column_name']),
    type: String(row['column_type']),
  }));
  const [counted] = await db.rows(`SELECT count(*) AS n, max(${number}) AS newest FROM ${source}`);
  const names = columns.map(({ name }) => name);
  const newest = counted?.['newest'];
  return {
    columns,
    rows: await textRows(db, `(SELECT * FROM ${source} ORDER BY ${number} DESC)`, names, rows),
    total: Number(counted?.['n'] ?? 0),
    ...freshness(newest === null || newest === undefined ? null : Number(newest) / 1000, 'row'),
  };
}
