import { createHash } from 'node:crypto';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { HeldFiles } from './heldFiles.ts';
import type { LogPosition } from './logPosition.ts';

/** Hash of what decides how lines are read. With another one, all lines are read again while every file is there. */
export function logSettings(source: FromLogs, schema: DatasetSchema | null): string {
  return hash(JSON.stringify([{ ...source, logs: undefined }, schema]));
}

/** The first 32 digits of the SHA-256 of a text. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** True when every stream that was read is there from its start, so that it can be read again. */
export async function areAllThere(held: HeldFiles, { streams }: LogPosition): Promise<boolean> {
  const { files } = await held.refresh();
  const ids = new Set(files.map(({ id }) => id));
  return streams.every((stream) => stream.offset === 0 || stream.ids.some((id) => ids.has(id)));
}
