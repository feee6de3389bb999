import { tmpdir } from 'node:os';
import type { Database } from '../database.ts';
import type { SourceContext } from './source.ts';

/** The context of a source that is read from its start, outside a stage: without an environment and without a log. */
export function sourceContext(
  root: string,
  { folder = tmpdir(), signal, database }: { folder?: string; signal?: AbortSignal; database?: Database },
): SourceContext {
  return {
    root,
    folder,
    env: {},
    programEnv: () => ({}),
    signal: signal ?? new AbortController().signal,
    progress: () => {},
    log: () => {},
    database: () => (database ? Promise.resolve(database) : Promise.reject(new Error('there is no database'))),
    expand: () => [],
    anew: true,
    since: null,
    inclusive: false,
  };
}
