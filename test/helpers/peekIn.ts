import { globSync } from 'node:fs';
import { join } from 'node:path';
import { peekSource } from '../../engine/data/sources/peekSource.ts';
import type { Peek, PeekOptions } from '../../engine/data/sources/peek.ts';
import type { Watermark } from '../../engine/data/watermark.ts';
import type { Database } from '../../engine/data/database.ts';
import { openMemory } from '../../engine/data/withDatabase.ts';
import type { CollectSource } from '../../engine/project/schema/collectStage.ts';

/** Previews a source in a folder, without a project around it. */
export async function peekIn(
  root: string,
  from: CollectSource,
  more: Partial<PeekOptions> & {
    signal?: AbortSignal;
    since?: Watermark;
    limitMs?: number;
    env?: Record<string, string>;
  } = {},
): Promise<Peek> {
  const { signal = new AbortController().signal, since = null, env = {}, ...options } = more;
  let db: Database | null = null;
  try {
    return await peekSource(
      {
        root,
        folder: join(root, '.loopwright', 'downloads'),
        env,
        programEnv: () => process.env,
        signal,
        progress: () => {},
        log: () => {},
        database: async () => (db ??= await openMemory()),
        expand: (path) => globSync(path, { cwd: root }).toSorted(),
        anew: false,
        since,
        inclusive: false,
      },
      from,
      { rows: 20, ...options },
    );
  } finally {
    (db as Database | null)?.close();
  }
}
