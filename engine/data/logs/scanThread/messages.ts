import type { DatasetSchema } from '../../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../../project/schema/sources/logs.ts';
import type { LineSlice } from '../lineSlices.ts';
import type { OtherLine, ScannedPart, WrittenRows } from '../scannedSlice.ts';

/** What a thread that scans logs is started with. */
export interface ScanSetup {
  source: FromLogs;
  schema: DatasetSchema | null;
}

/** `scan` and `write` are answered, in turn; `release` is not. */
export type ScanRequest =
  /** Scans whole lines. `fd` is open in the process until the answer; the bytes before `end` are those of whole lines. */
  | { kind: 'scan'; fd: number; from: number; end: number }
  /** Writes the lines that were scanned last. */
  | { kind: 'write'; path: string; part: ScannedPart }
  /** Forgets the lines that were scanned last, if they were not written. */
  | { kind: 'release' };

export type ScanAnswer =
  | {
      kind: 'scanned';
      slice: Omit<LineSlice, 'scanned' | 'path'>;
      lines: number;
      isFutile: boolean;
      others: OtherLine[];
    }
  /** The file was truncated or replaced while it was read. */
  | { kind: 'changed' }
  | ({ kind: 'written' } & WrittenRows)
  | { kind: 'failed'; name: string; message: string; code: string | null };
