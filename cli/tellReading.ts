import { relative } from 'node:path';
import { describeReading, readingsOf, type FileReading } from '../engine/data/reading/describeReading.ts';
import type { ReadSettings } from '../engine/project/schema/readSettings.ts';
import type { CommandContext } from './context.ts';

/**
 * Prints how text files are read, where it differs from UTF-8 with commas and a header, and returns it for `--json`, with
 * paths relative to the working folder.
 */
export function tellReading(
  context: CommandContext,
  { files, read }: { files: readonly string[]; read?: ReadSettings | undefined },
  options: { ragged?: boolean } = {},
): FileReading[] {
  const readings = readingsOf(files, read);
  if (!context.json) for (const line of describeReading(readings, options)) context.terminal.note(line);
  return readings.map((reading) => ({ ...reading, file: relative(process.cwd(), reading.file) }));
}
