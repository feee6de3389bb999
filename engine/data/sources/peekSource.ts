import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError, WorkError } from '../../base/errors.ts';
import type { CollectSource } from '../../project/schema/collectStage.ts';
import { peekMs, type Peek, type PeekOptions } from './peek.ts';
import { peekCommand } from './peekCommand.ts';
import { peekEvents } from './peekEvents.ts';
import { peekFiles } from './peekFiles.ts';
import { peekMqtt } from './peekMqtt.ts';
import { peekDuckdb, peekLake } from './peekDuckdb.ts';
import { lakeTable } from './lakeSource.ts';
import { peekMysql } from './peekMysql.ts';
import { peekLogs } from './peekLogs.ts';
import { peekPython } from './peekPython.ts';
import { peekPostgres } from './peekPostgres.ts';
import { peekS3 } from './peekS3.ts';
import { peekSqlite } from './peekSqlite.ts';
import { peekUrl } from './peekUrl.ts';
import { describeSource } from './receive.ts';
import type { SourceContext } from './source.ts';

/**
 * Returns what a source of any kind would bring. Received bytes go to a temporary folder outside the project, which is
 * removed; connections are read-only. It ends after 10 s, or `limitMs`. Texts can contain secrets, which the caller
 * removes. Rejects with WorkError, ProjectError or CancelledError.
 */
export async function peekSource(
  context: SourceContext,
  from: CollectSource,
  options: PeekOptions & { limitMs?: number },
): Promise<Peek> {
  const limit = options.limitMs ?? peekMs;
  const late = AbortSignal.timeout(limit);
  const signal = AbortSignal.any([context.signal, late]);
  const folder = join(tmpdir(), `loopwright-preview-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const interrupts: (() => void)[] = [];
  const own: SourceContext = {
    ...context,
    signal,
    folder,
    database: async () => {
      const db = await context.database();
      const interrupt = () => db.interrupt();
      signal.addEventListener('abort', interrupt);
      interrupts.push(() => signal.removeEventListener('abort', interrupt));
      return db;
    },
  };
  try {
    return await peek(own, from, { ...options, received: options.received ?? context.folder });
  } catch (error) {
    if (context.signal.aborted) throw new CancelledError();
    if (!late.aborted) throw error;
    throw new WorkError(
      `${describeSource(from)} did not answer within ${limit / 1000} s. Check that it can be reached from here, or make its query smaller; \`loopwright run\` has no such limit.`,
      { cause: error },
    );
  } finally {
    for (const remove of interrupts) remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function peek(context: SourceContext, from: CollectSource, options: PeekOptions): Promise<Peek> {
  if ('files' in from) return peekFiles(context, [from.files].flat(), options, from);
  if ('url' in from) return peekUrl(context, from, options);
  if ('postgres' in from) return peekPostgres(context, from, options);
  if ('mysql' in from) return peekMysql(context, from, options);
  if ('sqlite' in from) return peekSqlite(context, from, options);
  if ('duckdb' in from) return peekDuckdb(context, from, options);
  if ('delta' in from || 'iceberg' in from) return peekLake(context, lakeTable(from), options);
  if ('python' in from) return peekPython(context, from, options);
  if ('s3' in from) return peekS3(context, from, options);
  if ('events' in from) return peekEvents(context, from, options);
  if ('mqtt' in from) return peekMqtt(context, from, options);
  if ('logs' in from) return peekLogs(context, from, options);
  return peekCommand(context, from, options);
}
