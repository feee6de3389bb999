import type { Peek, PeekOptions } from './peek.ts';
import { peekTable } from './peekTable.ts';
import type { RemoteStart } from './remoteStart.ts';
import type { SourceContext } from './source.ts';

/** Returns rows and columns of the start of a remote file. */
export async function peekStart(
  context: SourceContext,
  start: RemoteStart,
  options: PeekOptions,
): Promise<Omit<Peek, 'about'>> {
  // A second thread would read the next row group, which is not there.
  if (start.sparse) await (await context.database()).run('SET threads = 1');
  const peek = await peekTable(
    context,
    [start.path],
    start.notes.length > 0 ? { ...options, rows: 0 } : options,
    start.whole ? [start.path] : null,
    start.whole || start.sparse,
  );
  const notes = [...start.notes, ...(peek.notes ?? [])];
  return { ...peek, ...(notes.length > 0 ? { notes } : {}) };
}
